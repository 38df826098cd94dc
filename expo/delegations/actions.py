"""What organisers do with delegations: invite, change, send anew, close; and what a focal point says to it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.queries import normal
from expo.capacity import pools
from expo.core import audit, clock, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import folded, one_line
from expo.expos.models import Expo
from expo.organisations import queries as organisations
from expo.organisations.models import Organisation
from expo.programme.models import Conference
from expo.registration.models import Category

from . import bills, links, nominating, queries, reminders
from .models import LIVE, CategorySeats, Delegation, DelegationConference, Nominee
from .refusals import BadSeats, NotOpen, StillNominated

MOST_SEATS = 500  # in one category of one delegation


@dataclass(frozen=True, slots=True)
class FocalPoint:
    """Whom an invitation goes to, and for whom they speak."""

    delegation: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the invited are given, each of them: conferences, seats per category, a last day, a word from the hosts."""

    conferences: tuple[Conference, ...]
    seats: Mapping[Category, int]
    nominate_until: datetime | None = None
    message: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Invited:
    """Who has a letter now, and who had one already."""

    delegations: list[Delegation] = field(default_factory=list)
    already: list[str] = field(default_factory=list)


def invite(*, expo: Expo, terms: Terms, focal_points: Sequence[FocalPoint]) -> Invited:
    """Invite them all, or none. Who has an open invitation to one of the conferences is passed over, so that a
    form sent twice writes to nobody twice. Raises BadSeats, BadInput."""
    _check(terms)
    told = Invited()
    with transaction():
        lock(expo)  # of two forms at once the second sees what the first has done
        known = queries.open_ones(expo.id, [conference.id for conference in terms.conferences])
        names = {one.folded_name for one in known}
        bodies = {one.organisation_id for one in known if one.organisation_id}
        named = organisations.named([one_line(point.delegation) for point in focal_points])
        for point in focal_points:
            key = folded(one_line(point.delegation))
            organisation = named.get(key)
            if key in names or (organisation and organisation.id in bodies):
                told.already.append(point.delegation)
                continue
            names.add(key)
            told.delegations.append(_invite(expo, terms, point, organisation))
    return told


def _invite(expo: Expo, terms: Terms, point: FocalPoint, organisation: Organisation | None) -> Delegation:
    now = clock.now()
    name = organisation.name if organisation else one_line(point.delegation)
    delegation = Delegation(
        expo_id=expo.id,
        organisation_id=organisation.id if organisation else None,
        code=tokens.code(),
        name=name,
        folded_name=folded(name),
        city=organisation.city if organisation else "",
        country=organisation.country if organisation else "",
        focal_name=one_line(point.name),
        focal_email=normal(point.email),
        language=terms.language,
        message=terms.message,
        nominate_until=terms.nominate_until,
        invited_at=now,
        sent_at=now,
    )
    db.session.add(delegation)
    db.session.flush()
    for conference in terms.conferences:
        db.session.add(
            DelegationConference(expo_id=expo.id, delegation_id=delegation.id, conference_id=conference.id)
        )
    for category, places in terms.seats.items():
        if places:
            _give_seats(delegation, category, places)
    audit.record(
        "delegation_invited",
        "delegation",
        delegation.id,
        expo_id=expo.id,
        after={
            "conferences": [conference.slug for conference in terms.conferences],
            "seats": {category.value: places for category, places in terms.seats.items() if places},
        },
        personal={"name": delegation.focal_name, "email": delegation.focal_email},
    )
    reminders.write(delegation, "delegation_invitation", links.make(delegation))
    reminders.plan(delegation)
    return delegation


def _give_seats(delegation: Delegation, category: Category, places: int) -> None:
    db.session.add(
        CategorySeats(
            expo_id=delegation.expo_id,
            delegation_id=delegation.id,
            category=category,
            pool_id=pools.create(delegation.expo_id, places).id,
        )
    )


def _check(terms: Terms) -> None:
    if not terms.conferences:
        raise BadInput(_("Choose at least one conference."), field="conferences")
    _check_seats(terms.conferences, terms.seats)
    if terms.nominate_until is not None and terms.nominate_until <= clock.now():
        raise BadInput(_("The last day for naming people is over already."), field="nominate_until")


def _check_seats(conferences: Sequence[Conference], seats: Mapping[Category, int]) -> None:
    wanted = [category for category, places in seats.items() if places]
    if not wanted:
        raise BadSeats(_("Give at least one seat."), field="seats")
    if any(not 0 <= places <= MOST_SEATS for places in seats.values()):
        raise BadSeats(_("From 0 to %(most)s seats in a category.", most=MOST_SEATS), field="seats")
    had = {kind.category for kind in queries.ticket_types_for(conferences, wanted)}
    if set(wanted) - had:
        raise BadSeats(
            _("No ticket of these conferences is for one of the categories that you gave seats to."),
            field="seats",
        )


def change(
    *,
    delegation: Delegation,
    focal_name: str,
    focal_email: str,
    seats: Mapping[Category, int],
    nominate_until: datetime | None,
) -> None:
    """Give a delegation another focal point, other seats, another last day. A new address gets the letter, and the
    old link ends. Raises BadSeats, PoolInUse, NotOpen."""
    with transaction():
        lock(delegation)
        _require_open(delegation)
        _check_seats(queries.conferences_of(delegation.id), seats)
        given = {one.category: one for one in queries.seats_of(delegation.id)}
        before = {category.value: one.pool.capacity for category, one in given.items()}
        for category, places in seats.items():
            if category in given:
                pools.resize(given[category].pool_id, places)
            elif places:
                _give_seats(delegation, category, places)
        moved = normal(focal_email) != delegation.focal_email
        later = nominate_until != delegation.nominate_until
        delegation.focal_name, delegation.focal_email = one_line(focal_name), normal(focal_email)
        delegation.nominate_until = nominate_until
        audit.record(
            "delegation_changed",
            "delegation",
            delegation.id,
            expo_id=delegation.expo_id,
            before={"seats": before},
            after={"seats": {category.value: places for category, places in seats.items()}},
            personal={"name": delegation.focal_name, "email": delegation.focal_email},
        )
        if later:
            reminders.plan(delegation)
        if moved:
            bills.hand_over(delegation)
            _send(delegation)


def send_anew(*, delegation: Delegation) -> None:
    """Another letter with another address; the one before opens nothing any more. A declined one is asked again.
    Raises NotOpen once it is closed."""
    with transaction():
        lock(delegation)
        if delegation.closed_at is not None:
            raise NotOpen(_("This delegation is closed."))
        if delegation.declined_at is not None:  # asked as if for the first time
            delegation.declined_at = delegation.answered_at = None
        _send(delegation)
        audit.record("delegation_sent_anew", "delegation", delegation.id, expo_id=delegation.expo_id)


def _send(delegation: Delegation) -> None:
    delegation.sent_at, delegation.opened_at = clock.now(), None
    reminders.write(delegation, "delegation_invitation", links.make(delegation))


def close(*, delegation: Delegation, reason: str) -> None:
    """Take the invitation back: the address opens nothing, who has only a link loses it, who is registered stays.
    Raises NotOpen if it is closed already."""
    with transaction():
        lock(delegation)
        if delegation.closed_at is not None:
            raise NotOpen(_("This delegation is closed."))
        for nominee in queries.invited_nominees(delegation.id):
            nominating.withdraw(nominee=nominee)
        delegation.closed_at, delegation.declined_at = clock.now(), None
        links.end(delegation)
        audit.record(
            "delegation_closed", "delegation", delegation.id, expo_id=delegation.expo_id, why=reason or None
        )


def open_again(*, delegation: Delegation) -> None:
    """A group whose order was paid too late has its places all the same: its buyer gets the board again."""
    with transaction():
        delegation.closed_at = None
        db.session.flush()
        left = sum(one.pool.left or 0 for one in queries.seats_of(delegation.id))
        reminders.write(delegation, "delegation_reminder", links.make(delegation), left=left)
        audit.record("delegation_opened_again", "delegation", delegation.id, expo_id=delegation.expo_id)


def decline(*, delegation: Delegation) -> None:
    """The focal point says no for all. Raises StillNominated while somebody is nominated, NotOpen."""
    with transaction():
        lock(delegation)  # a nomination at the same moment comes before or after
        _require_open(delegation)
        nobody = sa.not_(sa.exists().where(Nominee.delegation_id == Delegation.id, Nominee.state.in_(LIVE)))
        declined = execute(
            sa.update(Delegation)
            .where(Delegation.id == delegation.id, nobody)
            .values(declined_at=clock.now())
        )
        if declined != 1:
            raise StillNominated(_("Withdraw your nominees first: some still hold a seat."))
        db.session.refresh(delegation)
        audit.record("delegation_declined", "delegation", delegation.id, expo_id=delegation.expo_id)


def _require_open(delegation: Delegation) -> None:
    if not delegation.is_open:
        raise NotOpen(_("This delegation has declined or is closed. Ask the organisers."))

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from expo.core import audit, clock, limits, news
from expo.core.db import db, is_sqlite, transaction
from expo.registration.models import Registration

from . import code, queries
from .models import Badge, BadgeState
from .news import BadgeChanged
from .refusals import BadgeIsOver, NoSuchBadge

_INSERT = {
    True: sqlite.insert(Badge).on_conflict_do_nothing().returning(Badge.id),
    False: postgresql.insert(Badge).on_conflict_do_nothing().returning(Badge.id),
}
_TRIES = 4


def issue(*, expo_id: int, person_id: int) -> Badge:
    """Give the person a badge. Who has a live one keeps it: issuing twice is issuing once."""
    with transaction():
        for _try in range(_TRIES):
            badge = queries.active_badge(expo_id, person_id)
            if badge is not None:
                return badge
            made = _insert(expo_id, {"person": person_id}, person_id=person_id)
            if made is not None:
                return made
    raise RuntimeError(f"no badge could be issued for person {person_id}")


def issue_without_person(*, registration: Registration, label: str = "") -> Badge:
    """A badge for whoever carries it: an anonymous pass, or a group that is counted up to the registration's party."""
    with transaction():
        for _try in range(_TRIES):
            made = _insert(
                registration.expo_id, {"registration": registration.id, "size": registration.party},
                registration_id=registration.id, size=registration.party, label=label,
            )  # fmt: skip
            if made is not None:
                return made
    raise RuntimeError(f"no badge could be issued for registration {registration.id}")


def _insert(expo_id: int, told: dict[str, int], **values: Any) -> Badge | None:
    # The database decides: of two for a person at the same moment one inserts, and the other finds its badge on
    # the next round. A spoken code that somebody else has (one in 2**40) gets new random bytes there.
    random = code.new_random()
    number = db.session.scalar(
        _INSERT[is_sqlite()],
        {
            "expo_id": expo_id, "person_id": None, "registration_id": None, "random": random, "size": 1,
            "spoken_digest": code.spoken_digest(code.spoken(random)), "label": "",
            "state": BadgeState.ACTIVE, "issued_at": clock.now(), "reason": "", **values,
        },
    )  # fmt: skip
    if number is None:
        return None
    audit.record("badge_issued", "badge", number, expo_id=expo_id, after=told)
    news.tell(BadgeChanged(number))
    return db.session.get_one(Badge, number)


def replace(*, badge: Badge, reason: str = "") -> Badge:
    """A new badge for the person of this one, which from now on answers "replaced". Raises BadgeIsOver."""
    with transaction():
        _end(badge, BadgeState.REPLACED, reason)
        if badge.person_id is None:
            raise BadgeIsOver(_("An anonymous badge is not replaced. Issue another one."))
        return issue(expo_id=badge.expo_id, person_id=badge.person_id)


def revoke(*, badge: Badge, reason: str) -> None:
    """End a badge without a new one. Raises BadgeIsOver."""
    with transaction():
        _end(badge, BadgeState.REVOKED, reason)


def end_claimed(badge: Badge) -> None:
    """An anonymous badge whose bearer has another one: it says so from now on. Raises BadgeIsOver."""
    with transaction():
        _end(badge, BadgeState.REPLACED, "claimed")


def _end(badge: Badge, state: BadgeState, reason: str) -> None:
    # One statement checks and ends, so that of two clicks one makes a new badge.
    ended = db.session.execute(
        sa.update(Badge)
        .where(Badge.id == badge.id, Badge.state == BadgeState.ACTIVE)
        .values(state=state, ended_at=clock.now(), reason=reason)
        .returning(Badge.id)
    ).first()
    if ended is None:
        raise BadgeIsOver(_("This badge is not the current one. Look the person up again."))
    audit.record(f"badge_{state}", "badge", badge.id, expo_id=badge.expo_id, why=reason or None)
    news.tell(BadgeChanged(badge.id))


def find_by_spoken_code(*, expo_id: int, said: str, who: str) -> Badge:
    """The badge whose spoken code this is, whatever its state. `who` asks (e.g. "account:7").

    For supervisors: eight characters can be guessed, so tries are counted. Raises NoSuchBadge or TooOften.
    """
    limits.count("spoken_code", who, most=20, within=timedelta(minutes=15))
    badge = db.session.scalar(
        sa.select(Badge).where(Badge.expo_id == expo_id, Badge.spoken_digest.in_(code.spoken_digests(said)))
    )
    if badge is None:
        raise NoSuchBadge(_("Nobody has this code. Ask for it again, letter by letter."))
    return badge

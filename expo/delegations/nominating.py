"""Naming people for seats. A live nominee holds one seat of its category's pool; nothing else takes or gives them.

Rows are locked in one order everywhere: delegation, order, registration, nominee, ticket pool, seat pool. A
registration that ends by itself (listeners.py) comes in by its order, its registration and its ticket pool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Account, Person
from expo.accounts.queries import normal
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.registration import actions as registrations
from expo.registration import handing, unnamed
from expo.registration.models import Registration, TicketType

from . import bills, links, queries, reminders
from .models import CategorySeats, Delegation, Nominee, NomineeState, NomineeTicket
from .refusals import AlreadyNominated, NomineeIsOver, NotOpen, SeatsGone


@dataclass(frozen=True, slots=True)
class NomineeDraft:
    """Whom a focal point names. By link, the person gives their own details before anything is registered."""

    name: str
    email: str
    ticket_types: tuple[TicketType, ...] = ()
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """What a nominee says about themselves."""

    name: str
    email: str
    city: str = ""
    country: str = ""
    account: Account | None = None


def nominate(*, delegation: Delegation, draft: NomineeDraft) -> Nominee:
    """Give a seat to somebody: registered at once, or asked by a mailed link to complete it themselves.

    Raises NotOpen, SeatsGone, AlreadyNominated, BadInput, and what registering refuses; then nothing happened.
    """
    with transaction():
        lock(delegation)
        _require_open(delegation, naming=True)
        seats = _seats_for(delegation, draft.ticket_types)
        if seats.pool.left == 0:  # said kindly; what decides is the pool below
            raise _gone()
        nominee = _add(delegation, seats, draft)
        if draft.by_link:
            _invite(nominee)
        else:
            _register(nominee, draft.ticket_types, Details(draft.name, draft.email), delegation.language)
        try:
            pools.take([seats.pool_id])
        except PoolFull as full:
            raise _gone() from full
        if delegation.answered_at is None:
            delegation.answered_at = clock.now()
    return nominee


def complete(
    *,
    nominee: Nominee,
    details: Details,
    language: str,
    person: Person | None = None,
    also: Callable[[list[Registration]], None] | None = None,
) -> list[Registration]:
    """The nominee comes: registered as they say themselves, or as the person they are already. `also` keeps what goes
    with it, in the same transaction.

    Raises NomineeIsOver (a second click, or withdrawn meanwhile) and what registering refuses.
    """
    with transaction():
        lock(nominee.delegation)
        _step(nominee, NomineeState.REGISTERED, NomineeState.INVITED)
        nominee.name = person.name if person else one_line(details.name)
        nominee.email = (person.email if person else None) or normal(details.email)
        types = tuple(one.ticket_type for one in queries.tickets_of([nominee.id])[nominee.id])
        return _register(nominee, types, details, language, person, also)


def call_by_name(person: Person, *, address: str | None) -> None:
    """Nominations say the name that the person has now, also those that wait at an address which is theirs alone.
    Inside a transaction."""
    theirs = (
        sa.select(NomineeTicket.nominee_id)
        .join(Registration, NomineeTicket.registration_id == Registration.id)
        .where(Registration.person_id == person.id)
    )
    which = [Nominee.id.in_(theirs), Nominee.person_id == person.id]
    if address is not None:
        which.append(sa.and_(Nominee.expo_id == person.expo_id, Nominee.email == address))
    ids = list(db.session.scalars(sa.select(Nominee.id).where(sa.or_(*which))))
    execute(sa.update(Nominee).where(Nominee.id.in_(ids)).values(name=person.name))
    audit.forget("nominee", ids)


def is_theirs(nominee: Nominee, email: str | None) -> bool:
    """Whether the invitation went to this address: then whoever is signed in with it need not be made anew."""
    return email is not None and normal(email) == nominee.email


def details_of(person: Person) -> Details:
    """What is known of a person already."""
    return Details(person.name, person.email or "", person.city, person.country)


def may_name(delegation: Delegation) -> bool:
    """Whether people can be named now; seats are another question."""
    until = delegation.nominate_until
    return delegation.is_open and (until is None or clock.now() < until)


def withdraw(*, nominee: Nominee) -> None:
    """Take a nominee back; the seat is free again, and so are the places. Raises NomineeIsOver."""
    with transaction():
        held = _held(nominee)
        _step(nominee, NomineeState.WITHDRAWN, nominee.state)
        _end_link(nominee)
        if nominee.person_id is None:
            reminders.write_to_nominee(nominee, "nominee_withdrawn")
        for registration in held:
            if nominee.delegation.order_id is not None:  # the place is the buyer's, and is named anew
                handing.take_back(registration=registration)
            else:
                registrations.withdraw(registration=registration)
        pools.give_back([nominee.seats.pool_id])


def substitute(*, nominee: Nominee, draft: NomineeDraft) -> Nominee:
    """Somebody else takes the seat, with the same tickets and the same way of coming: one transaction, so that
    nobody takes the place in between. Raises NotOpen, NomineeIsOver, AlreadyNominated, and what registering refuses.
    """
    with transaction():
        delegation = nominee.delegation
        lock(delegation)
        _require_open(delegation)
        held, before = _held(nominee), nominee.state
        _step(nominee, NomineeState.SUBSTITUTED, before)
        _end_link(nominee)
        tickets = queries.tickets_of([nominee.id])[nominee.id]
        if before is NomineeState.INVITED:
            reminders.write_to_nominee(nominee, "nominee_withdrawn")
        else:
            kept = {registration.ticket_type_id for registration in held}
            tickets = [one for one in tickets if one.ticket_type_id in kept]
        types = tuple(one.ticket_type for one in tickets)
        draft = NomineeDraft(draft.name, draft.email, types, before is NomineeState.INVITED)
        successor = _add(delegation, nominee.seats, draft, replaces=nominee)
        if draft.by_link:
            _invite(successor)
        else:
            details = Details(draft.name, draft.email)
            newcomer = _newcomer(delegation, details, delegation.language)
            _note_registrations(successor, handing.hand_on(registrations=held, to=newcomer))
    return successor


def decline(*, nominee: Nominee) -> None:
    """The nominee says no; the focal point learns it, and has the seat again. Raises NomineeIsOver."""
    with transaction():
        _step(nominee, NomineeState.DECLINED, NomineeState.INVITED)
        _end_link(nominee)
        pools.give_back([nominee.seats.pool_id])
        reminders.write(
            nominee.delegation, "nominee_declined", links.again(nominee.delegation), nominee=nominee.name
        )


def give_seat_back(nominee: Nominee) -> None:
    """The last registration of a nominee has ended by itself: the seat is free. Twice is once."""
    ended = execute(
        sa.update(Nominee)
        .where(Nominee.id == nominee.id, Nominee.state == NomineeState.REGISTERED)
        .values(state=NomineeState.ENDED, state_since=clock.now())
    )
    if ended == 1:
        db.session.refresh(nominee)
        _end_link(nominee)
        pools.give_back([nominee.seats.pool_id])
        if (
            nominee.delegation.order_id is not None
        ):  # the place itself is given back: there is one less to name
            db.session.refresh(nominee.seats.pool)
            pools.resize(nominee.seats.pool_id, (nominee.seats.pool.capacity or 1) - 1)
        _note(nominee, NomineeState.REGISTERED)


def take_seat_again(nominee: Nominee) -> None:
    """A registration of a nominee is live again: so is the nominee. Raises SeatsGone."""
    if not _stepped(nominee, NomineeState.REGISTERED, NomineeState.ENDED):
        return
    db.session.refresh(nominee)
    if nominee.delegation.order_id is not None:  # the place is the group's again, and one more seat
        db.session.refresh(nominee.seats.pool)
        pools.resize(nominee.seats.pool_id, (nominee.seats.pool.capacity or 0) + 1)
    try:
        pools.take([nominee.seats.pool_id])
    except PoolFull as full:
        raise _gone() from full
    _note(nominee, NomineeState.ENDED)


def _seats_for(delegation: Delegation, types: tuple[TicketType, ...]) -> CategorySeats:
    """The seats that these tickets stand for. Raises BadInput where the tickets are none, foreign or mixed."""
    offered = {kind.id for kind in queries.offered(delegation)}
    if not types or any(kind.id not in offered for kind in types):
        raise BadInput(_("Choose at least one ticket of this list."), field="tickets")
    if len({kind.category for kind in types}) > 1:
        raise BadInput(_("A person comes in one category: choose tickets of the same one."), field="tickets")
    if len({kind.conference_id for kind in types}) < len(types):
        raise BadInput(_("One ticket per conference is enough."), field="tickets")
    return next(one for one in queries.seats_of(delegation.id) if one.category is types[0].category)


def _add(
    delegation: Delegation, seats: CategorySeats, draft: NomineeDraft, replaces: Nominee | None = None
) -> Nominee:
    name, email = one_line(draft.name), normal(draft.email)
    if queries.namesake(delegation.id, name, email):
        raise AlreadyNominated(_("%(name)s is nominated already, with this address.", name=name))
    now = clock.now()
    nominee = Nominee(
        expo_id=delegation.expo_id,
        delegation_id=delegation.id,
        seats_id=seats.id,
        replaces_id=replaces and replaces.id,
        name=name,
        email=email,
        state=NomineeState.INVITED if draft.by_link else NomineeState.REGISTERED,
        state_since=now,
        nominated_at=now,
    )
    db.session.add(nominee)
    db.session.flush()
    for kind in draft.ticket_types:
        db.session.add(
            NomineeTicket(expo_id=delegation.expo_id, nominee_id=nominee.id, ticket_type_id=kind.id)
        )
    audit.record(
        "nominated",
        "nominee",
        nominee.id,
        expo_id=delegation.expo_id,
        after={"delegation": delegation.code, "replaces": replaces and replaces.id, "by_link": draft.by_link},
        personal={"name": name, "email": email},
    )
    return nominee


def _invite(nominee: Nominee) -> None:
    reminders.write_to_nominee(nominee, "nominee_invitation", links.make(nominee.delegation, nominee))


def _register(
    nominee: Nominee,
    types: tuple[TicketType, ...],
    details: Details,
    language: str,
    person: Person | None = None,
    also: Callable[[list[Registration]], None] | None = None,
) -> list[Registration]:
    newcomer = None if person else _newcomer(nominee.delegation, details, language)
    comes = person or newcomer
    assert comes is not None
    if nominee.delegation.order_id is not None:
        order_id = nominee.delegation.order_id
        made = [unnamed.name(order_id=order_id, ticket_type=kind, to=comes, also=also) for kind in types]
        _note_registrations(nominee, made)
        return made
    made = registrations.submit(
        ticket_types=types, person=person, newcomer=newcomer, by_team=True, also=also,
        payer=bills.payer_of(nominee.delegation) if any(kind.price_minor for kind in types) else None,
    ).registrations  # fmt: skip
    _note_registrations(nominee, made)
    return made


def _newcomer(delegation: Delegation, details: Details, language: str) -> registrations.Newcomer:
    return registrations.Newcomer(
        expo_id=delegation.expo_id,
        name=details.name,
        email=details.email,
        language=language,
        organisation=delegation.name,
        city=details.city or delegation.city,
        country=details.country or delegation.country,
        account=details.account,
    )


def _note_registrations(nominee: Nominee, made: list[Registration]) -> None:
    """What became of the nominee's tickets, and who they are."""
    for registration in made:
        db.session.execute(
            sa.update(NomineeTicket)
            .where(
                NomineeTicket.nominee_id == nominee.id,
                NomineeTicket.ticket_type_id == registration.ticket_type_id,
            )
            .values(registration_id=registration.id)
        )
    nominee.person_id = made[0].person_id


def _held(nominee: Nominee) -> list[Registration]:
    """The nominee's live registrations, locked, and the nominee as it is now."""
    db.session.refresh(nominee)
    had = [
        one.registration for one in queries.tickets_of([nominee.id]).get(nominee.id, ()) if one.registration
    ]
    orders = {registration.order.id: registration.order for registration in had if registration.order}
    for row in (*(orders[key] for key in sorted(orders)), *sorted(had, key=lambda one: one.id)):
        lock(row)
    return [registration for registration in had if registration.is_live]


def _step(nominee: Nominee, to: NomineeState, before: NomineeState) -> None:
    """Change the state by one conditional statement: of two who act at once, one does."""
    if not (before in (NomineeState.INVITED, NomineeState.REGISTERED) and _stepped(nominee, to, before)):
        raise NomineeIsOver(_("That has changed meanwhile. Look again at where the nominee stands."))
    db.session.refresh(nominee)
    _note(nominee, before)


def _stepped(nominee: Nominee, to: NomineeState, before: NomineeState) -> bool:
    return (
        execute(
            sa.update(Nominee)
            .where(Nominee.id == nominee.id, Nominee.state == before)
            .values(state=to, state_since=clock.now())
        )
        == 1
    )


def _note(nominee: Nominee, before: NomineeState) -> None:
    audit.record(
        f"nominee_{nominee.state.value}",
        "nominee",
        nominee.id,
        expo_id=nominee.expo_id,
        before={"state": before.value},
        after={"state": nominee.state.value},
    )


def _end_link(nominee: Nominee) -> None:
    links.end(nominee.delegation, nominee)


def _require_open(delegation: Delegation, naming: bool = False) -> None:
    if not delegation.is_open:
        raise NotOpen(_("This delegation has declined or is closed. Ask the organisers."))
    if naming and not may_name(delegation):
        raise NotOpen(_("The last day for naming people has passed. Ask the organisers."))


def _gone() -> SeatsGone:
    return SeatsGone(_("All your seats in this category are given. Withdraw or substitute somebody."))

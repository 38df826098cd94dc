"""Registering, deciding, ending. Taking and giving back places of the quota happens here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts import actions as accounts
from expo.accounts import queries as people
from expo.accounts.models import Account, LinkPurpose, Person
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock, news, tokens
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.core.refusals import Refusal
from expo.mail import outbox
from expo.payment import orders
from expo.payment.models import Order

from . import queries
from .models import LIVE, WAITING, Registration, RegistrationState, TicketType
from .news import RegistrationConfirmed, RegistrationEnded, RegistrationOver
from .refusals import AlreadyRegistered, EmptyBasket, NeedsPayment, NotOnSale, TicketsGone, WrongStep

_SHORTEST_KEY = 22  # characters of base64: 128 random bits; two forms never share them


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission made. The secret opens the order's page; it is not kept, only its digest."""

    order: Order
    secret: str
    registrations: list[Registration]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is not yet a person of the expo; made together with their first registration."""

    expo_id: int
    name: str
    email: str
    language: str
    organisation: str = ""
    city: str = ""
    country: str = ""
    account: Account | None = None


def submit(
    *,
    ticket_types: Iterable[TicketType],
    person: Person | None = None,
    newcomer: Newcomer | None = None,
    form_key: str = "",
) -> Submitted:
    """Register a person by these ticket types, at once for those that need no approval, and write to them.

    A newcomer becomes a person only if all of it goes well. `form_key` is a random value made with the form:
    the same form with the same answers, sent again, gives the same submission again. Raises EmptyBasket,
    AlreadyRegistered, TicketsGone, NotOnSale, NeedsPayment: then nothing happened at all.
    """
    wanted = sorted(set(ticket_types), key=lambda ticket_type: ticket_type.id)
    if not wanted:
        raise EmptyBasket(_("Choose at least one ticket."), field="tickets")
    sent = _sending(form_key, wanted, person, newcomer)
    try:
        return _submit(wanted, person, newcomer, sent)
    except orders.PlacedAlready:
        assert sent is not None
        first = orders.placed(wanted[0].expo_id, sent)
        assert first is not None
        return Submitted(*first, queries.of_order(first[0].id))


def _sending(
    form_key: str, wanted: list[TicketType], person: Person | None, newcomer: Newcomer | None
) -> bytes | None:
    """What tells one sending of a form from another: its key and all its answers."""
    if len(form_key) < _SHORTEST_KEY:
        return None
    who = person.id if person else newcomer and (newcomer.name, newcomer.email)
    return tokens.digest(repr((form_key, who, [ticket_type.id for ticket_type in wanted])))


def _submit(
    wanted: list[TicketType], person: Person | None, newcomer: Newcomer | None, sent: bytes | None
) -> Submitted:
    with transaction():
        if person is None:
            assert newcomer is not None
            person = _arrive(newcomer)
        lock(person)  # whoever sends the form twice at once is registered once
        if sent and orders.placed(person.expo_id, sent):
            raise orders.PlacedAlready
        for ticket_type in wanted:
            _check_sale(ticket_type)
            _check_first(person, ticket_type)
        order, secret = orders.place(
            person=person,
            currency=wanted[0].currency,
            lines=[
                orders.Line(f"{wish.conference.title}: {wish.name}", wish.price, wish.vat_basis_points)
                for wish in wanted
            ],
            sent=sent,
        )
        registrations = [_register(person, ticket_type, order) for ticket_type in wanted]
        if person.email:
            outbox.queue(
                "registration_received",
                to=person.email,
                language=person.language,
                expo_id=person.expo_id,
                name=person.name,
                registrations=[_told(registration, person.language) for registration in registrations],
                order=order.code,
                secret=secret,
                claim=None
                if person.account_id
                else accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person),
            )
    return Submitted(order, secret, registrations)


def _arrive(newcomer: Newcomer) -> Person:
    """The newcomer as a person; an account that has sent the form twice at once has come already."""
    if newcomer.account is not None:
        lock(newcomer.account)
        known = people.person_of_account(newcomer.expo_id, newcomer.account.id)
        if known is not None:
            return known
    return accounts.create_person(**{field.name: getattr(newcomer, field.name) for field in fields(newcomer)})


def take_open_pass(*, person: Person) -> Registration:
    """The free pass of the open programme, made by itself with a first booking. Having it already is fine.

    Raises NotOnSale where the expo has none, TicketsGone.
    """
    with transaction():
        ticket_type = queries.open_pass(person.expo_id)
        if ticket_type is None:
            raise NotOnSale(_("This needs a ticket, and there is no open pass."))
        lock(person)  # two first bookings at the same moment share one pass
        known = queries.live(person.id, ticket_type.conference_id)
        return known or _register(person, ticket_type, None)


def approve(*, registration: Registration, note: str = "") -> None:
    """Let a delegate in; the place is taken now. Raises WrongStep, TicketsGone."""
    with transaction():
        _step(registration, RegistrationState.CONFIRMED, WAITING, why=note)
        _take_place(registration)
        _write(registration, "registration_approved", note=note)
        news.tell(RegistrationConfirmed(registration.id))


def refuse(*, registration: Registration, reason: str) -> None:
    """Turn a delegate down, with a reason they can read. Raises WrongStep."""
    with transaction():
        _step(registration, RegistrationState.REFUSED, WAITING, why=reason)
        _give_back_place(registration)
        _write(registration, "registration_refused", note=reason)
        news.tell(RegistrationOver(registration.id))


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding on many: those it went well for, and the refusal for each of the others."""

    done: list[Registration]
    refused: list[tuple[Registration, Refusal]]


def decide(registrations: Iterable[Registration], *, refuse_them: bool = False, reason: str = "") -> Decided:
    """Approve many, or refuse them with a reason, each by itself: one that cannot be keeps no other waiting."""
    decided = Decided([], [])
    for registration in registrations:
        try:
            if refuse_them:
                refuse(registration=registration, reason=reason)
            else:
                approve(registration=registration)
        except Refusal as no:
            decided.refused.append((registration, no))
        else:
            decided.done.append(registration)
    return decided


def withdraw(*, registration: Registration) -> None:
    """The delegate gives the place back. Raises WrongStep."""
    _end(registration, RegistrationState.WITHDRAWN, "", "registration_withdrawn")


def revoke(*, registration: Registration, reason: str) -> None:
    """An organiser takes the place back. Raises WrongStep."""
    _end(registration, RegistrationState.REVOKED, reason, "registration_revoked")


def _check_sale(ticket_type: TicketType) -> None:
    now = clock.now()
    if queries.is_over(ticket_type.conference):
        raise NotOnSale(_("%(conference)s is over.", conference=ticket_type.conference.title))
    if (ticket_type.sale_from and now < ticket_type.sale_from) or (
        ticket_type.sale_until and now >= ticket_type.sale_until
    ):
        raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=ticket_type.name))
    if ticket_type.price_minor:
        raise NeedsPayment(
            _(
                "%(ticket)s has a price, and payment is not open here yet. Ask the organiser.",
                ticket=ticket_type.name,
            )
        )


def _check_first(person: Person, ticket_type: TicketType) -> None:
    if queries.live(person.id, ticket_type.conference_id):
        raise _already(ticket_type)


def _already(ticket_type: TicketType) -> AlreadyRegistered:
    return AlreadyRegistered(
        _("You are already registered for %(conference)s.", conference=ticket_type.conference.title)
    )


def _register(person: Person, ticket_type: TicketType, order: Order | None) -> Registration:
    now = clock.now()
    state = RegistrationState.SUBMITTED if ticket_type.needs_approval else RegistrationState.CONFIRMED
    registration = Registration(
        expo_id=person.expo_id,
        conference_id=ticket_type.conference_id,
        ticket_type_id=ticket_type.id,
        person_id=person.id,
        order_id=order.id if order else None,
        code=tokens.code(),
        state=state,
        state_since=now,
        submitted_at=now,
        holds_place=False,
    )
    if not add_unless_there(registration):  # a second click that came at the same time
        raise _already(ticket_type)
    audit.record(
        "registered",
        "registration",
        registration.id,
        expo_id=person.expo_id,
        after={"ticket_type": ticket_type.slug, "state": state.value},
    )
    # With approval the place is taken when it is given, so that one who waits keeps nobody out.
    if state is RegistrationState.CONFIRMED:
        _take_place(registration)
        news.tell(RegistrationConfirmed(registration.id))
    return registration


def _take_place(registration: Registration) -> None:
    try:
        pools.take([registration.ticket_type.pool_id])
    except PoolFull as full:
        raise TicketsGone(
            _("All places of %(ticket)s are taken.", ticket=registration.ticket_type.name)
        ) from full
    registration.holds_place = True


def _give_back_place(registration: Registration) -> None:
    """Give the place back if one is held: decided by one statement, so exactly once."""
    gave = execute(
        sa.update(Registration)
        .where(Registration.id == registration.id, Registration.holds_place)
        .values(holds_place=False)
    )
    db.session.refresh(registration)
    if gave == 1:
        pools.give_back([registration.ticket_type.pool_id])


def _end(registration: Registration, state: RegistrationState, reason: str, letter: str) -> None:
    with transaction():
        lock(registration)  # an approval at the same moment counts as before or as after, never as neither
        was_confirmed = registration.state is RegistrationState.CONFIRMED
        _step(registration, state, LIVE, why=reason)
        _give_back_place(registration)
        _write(registration, letter, note=reason)
        if was_confirmed:
            news.tell(RegistrationEnded(registration.id))
        news.tell(RegistrationOver(registration.id))


def _step(
    registration: Registration, to: RegistrationState, allowed: tuple[RegistrationState, ...], *, why: str
) -> None:
    """Change the state by one conditional statement: of two organisers who decide at once, one does."""
    lock(registration)
    before = registration.state
    stepped = execute(
        sa.update(Registration)
        .where(Registration.id == registration.id, Registration.state.in_(allowed))
        .values(state=to, state_since=clock.now(), decided_by=audit.actor(), reason=why)
    )
    db.session.refresh(registration)
    if stepped != 1:
        raise WrongStep(_("Somebody has decided on this registration already. Look again."))
    audit.record(
        "registration_" + to.value,
        "registration",
        registration.id,
        expo_id=registration.expo_id,
        before={"state": before.value},
        after={"state": to.value},
        why=why or None,
    )


def _write(registration: Registration, letter: str, *, note: str) -> None:
    person = registration.person
    if person.email:
        outbox.queue(
            letter,
            to=person.email,
            language=person.language,
            expo_id=registration.expo_id,
            name=person.name,
            registration=_told(registration, person.language),
            note=note,
        )


def _told(registration: Registration, language: str) -> dict[str, str]:
    """What a letter says of a registration."""
    return {
        "conference": registration.conference.title_in(language)[0],
        "ticket": registration.ticket_type.name,
        "code": registration.code,
        "state": registration.state.value,
    }

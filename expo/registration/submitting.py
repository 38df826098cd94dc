"""Registering: everything of a basket, with its orders, places, voucher and letter, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields

from flask_babel import get_locale
from flask_babel import gettext as _

from expo.accounts import actions as accounts
from expo.accounts import queries as people
from expo.accounts.models import Account, Person
from expo.core import audit, clock, news, tokens
from expo.core.db import add_unless_there, db, lock, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.payment import orders
from expo.payment.models import Order

from . import billing, letters, places, queries, reminders, vouchers
from .models import AddOn, Registration, RegistrationState, TakenAddOn, TicketType
from .news import Registered, RegistrationConfirmed
from .refusals import AlreadyRegistered, CodeRefused, EmptyBasket, NotOnSale
from .voucher_models import Voucher

SHORTEST_KEY = 22  # characters of base64: 128 random bits; two forms never share them
MOST_GIFT = 1_000_000_00


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission made. The secret opens the page of its orders; it is not kept, only its digest.

    `order` is the first of `orders`: there is one for each seller and currency.
    """

    order: Order
    secret: str
    registrations: list[Registration]
    orders: list[Order] = field(default_factory=list)


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


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen beside the tickets: a code, amounts of donations and add-ons, by ticket type."""

    code: str = ""
    amounts: Mapping[int, int] = field(default_factory=dict)
    add_ons: Mapping[int, Collection[AddOn]] = field(default_factory=dict)

    def told(self) -> object:
        return (
            vouchers.written(self.code),
            sorted(self.amounts.items()),
            sorted((key, sorted(one.id for one in chosen)) for key, chosen in self.add_ons.items()),
        )


@dataclass(frozen=True, slots=True)
class _Wish:
    """A ticket type as this person asks for it, with what it costs them."""

    ticket_type: TicketType
    price: Money
    discount: int
    add_ons: list[AddOn]
    voucher: Voucher | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide first."""
        return self.ticket_type.needs_approval and not (self.voucher and self.voucher.skips_approval)

    @property
    def to_pay(self) -> int:
        return self.price.minor + sum(one.price_minor for one in self.add_ons)


def submit(
    *,
    ticket_types: Iterable[TicketType],
    person: Person | None = None,
    newcomer: Newcomer | None = None,
    form_key: str = "",
    choices: Choices | None = None,
    hand_over: Callable[[], Collection[int]] | None = None,
    also: Callable[[list[Registration]], None] | None = None,
    by_team: bool = False,
    payer: Person | None = None,
) -> Submitted:
    """Register a person by these ticket types, at once for those that cost nothing and need no approval, and write
    to them.

    A newcomer becomes a person only if all of it goes well. `form_key` is a random value made with the form:
    the same form with the same answers, sent again, gives the same submission again. `hand_over`
    is called inside the transaction, and says of which ticket types the caller holds a place for them; `also` is called there with what was made, to keep what
    goes with it: all of it, or nothing. A team may give hidden tickets without their code. What costs something stands
    on the bill of `payer`, if there is one.
    Raises EmptyBasket, AlreadyRegistered, TicketsGone, NotOnSale, CodeRefused, VoucherGone: then nothing happened.
    """
    wanted = sorted(set(ticket_types), key=lambda ticket_type: ticket_type.id)
    if not wanted:
        raise EmptyBasket(_("Choose at least one ticket."), field="tickets")
    check_one_each(wanted)
    choices = choices or Choices()
    sent = _sending(form_key, wanted, person, newcomer, choices)
    try:
        return _submit(wanted, person, newcomer, sent, choices, hand_over, also, by_team, payer)
    except orders.PlacedAlready:
        assert sent is not None
        first = orders.placed(wanted[0].expo_id, sent)
        assert first is not None
        return Submitted(*first, *queries.of_basket(first[0]))


def check_there(person: Person) -> None:
    """Raises NotOnSale for somebody who was erased meanwhile, e.g. in another window, or is somebody else's row now."""
    if person.joined_to_id is not None:
        raise NotOnSale(_("All of this is under one name now. Open My expo again."))
    if person.erased_at is not None:
        raise NotOnSale(_("You were erased here. Register anew if you want to come after all."))


def check_one_each(wanted: Iterable[TicketType]) -> None:
    """One person has one ticket of a conference. Raises BadInput."""
    seen: set[int] = set()
    for kind in wanted:
        if kind.conference_id in seen:
            raise BadInput(
                _("Choose one ticket of %(conference)s, not several.", conference=kind.conference.title),
                field="tickets",
            )
        seen.add(kind.conference_id)


def take_open_pass(*, person: Person) -> Registration:
    """The free pass of the open programme, made by itself with a first booking. Having it already is fine.

    Raises NotOnSale where the expo has none, TicketsGone.
    """
    with transaction():
        ticket_type = queries.open_pass(person.expo_id)
        if ticket_type is None or ticket_type.price_minor:
            raise NotOnSale(_("This needs a ticket, and there is no open pass."))
        lock(person)  # two first bookings at the same moment share one pass
        check_there(person)
        known = queries.live(person.id, ticket_type.conference_id)
        if known:
            return known
        registration = _register(person, _Wish(ticket_type, ticket_type.price, 0, [], None), None)
        _settle_in([registration], held=())
        news.tell(Registered(registration.id))
        return registration


def _sending(
    form_key: str,
    wanted: list[TicketType],
    person: Person | None,
    newcomer: Newcomer | None,
    choices: Choices,
) -> bytes | None:
    """What tells one sending of a form from another: its key and all its answers."""
    if len(form_key) < SHORTEST_KEY:
        return None
    who = person.id if person else newcomer and (newcomer.name, newcomer.email)
    told = (form_key, who, [ticket_type.id for ticket_type in wanted], choices.told())
    return tokens.digest(repr(told))


def _submit(
    wanted: list[TicketType],
    person: Person | None,
    newcomer: Newcomer | None,
    sent: bytes | None,
    choices: Choices,
    hand_over: Callable[[], Collection[int]] | None,
    also: Callable[[list[Registration]], None] | None,
    by_team: bool,
    payer: Person | None,
) -> Submitted:
    with transaction():
        if person is None:
            assert newcomer is not None
            person = arrive(newcomer)
        lock(person)  # whoever sends the form twice at once is registered once
        check_there(person)
        if sent and orders.placed(person.expo_id, sent):
            raise orders.PlacedAlready
        held = hand_over() if hand_over else ()
        wishes = _wishes(wanted, person, choices, by_team)
        for wish in wishes:
            check_sale(wish.ticket_type)
            _check_first(person, wish.ticket_type)
        bills = billing.Bills(person.expo_id)
        for wish in wishes:
            own = [] if wish.waits or payer else _lines(wish)
            bills.add(wish.ticket_type, own, currency=_currency(wish))
        placed = orders.place(person=person, bills=bills.bills, sent=sent)
        registrations = []
        for wish in wishes:
            number, span = bills.where[wish.ticket_type.id]
            registration = _register(person, wish, placed.orders[number], payer)
            _note_lines(registration, [line.id for line in placed.lines[number][span]])
            if payer is not None and not wish.waits:
                billing.open_order(registration)
            registrations.append(registration)
        _settle_in(registrations, held=held)
        for wish, registration in zip(wishes, registrations, strict=True):
            if wish.voucher is not None:
                vouchers.use(voucher=wish.voucher, registration=registration, amount_minor=wish.discount)
        if also is not None:
            also(registrations)
        letters.received(person, registrations, placed.orders, placed.secret)
        for order in placed.orders:
            reminders.plan_payment(order)
        for registration in registrations:
            news.tell(Registered(registration.id))
    return Submitted(placed.orders[0], placed.secret, registrations, placed.orders)


def arrive(newcomer: Newcomer) -> Person:
    """The newcomer as a person; an account that has sent the form twice at once has come already."""
    if newcomer.account is not None:
        lock(newcomer.account)
        known = people.person_of_account(newcomer.expo_id, newcomer.account.id)
        if known is not None:
            return known
    return accounts.create_person(**{one.name: getattr(newcomer, one.name) for one in fields(newcomer)})


def _wishes(wanted: list[TicketType], person: Person, choices: Choices, by_team: bool) -> list[_Wish]:
    voucher = vouchers.by_code(person.expo_id, choices.code) if choices.code.strip() else None
    fitting = [kind.id for kind in wanted if voucher and vouchers.fits(voucher, kind)]
    if (
        choices.code.strip()
        and not fitting
        and not any(vouchers.opens(kind, choices.code, None) for kind in wanted)
    ):
        raise CodeRefused(_("This code fits none of the tickets you chose."), field="code")
    if voucher is not None and fitting:
        vouchers.check(voucher, person)
    wishes = []
    for kind in wanted:
        mine = voucher if kind.id in fitting else None
        if kind.is_hidden and not by_team and not vouchers.opens(kind, choices.code, mine):
            raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=kind.name))
        price = _price(kind, choices.amounts.get(kind.id))
        less = vouchers.discount(mine, price) if mine else 0
        chosen = list(choices.add_ons.get(kind.id, ()))
        for one in chosen:
            check_add_on(one, kind)
        wishes.append(_Wish(kind, Money(price.minor - less, price.currency), less, chosen, mine))
    return wishes


def _price(kind: TicketType, chosen: int | None) -> Money:
    if not kind.is_donation or chosen is None:
        return kind.price
    if not kind.price_minor <= chosen <= MOST_GIFT:
        least = kind.price.said(str(get_locale() or "en"))
        raise BadInput(
            _("For %(ticket)s give at least %(least)s.", ticket=kind.name, least=least), field="amount"
        )
    return Money(chosen, kind.currency)


def check_add_on(one: AddOn, kind: TicketType) -> None:
    """Raises NotOnSale."""
    if one.conference_id != kind.conference_id or (one.sale_until and clock.now() >= one.sale_until):
        raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=one.name))


def check_sale(ticket_type: TicketType) -> None:
    """Raises NotOnSale, saying why."""
    now = clock.now()
    if ticket_type.conference.cancelled_at is not None:
        raise NotOnSale(_("%(conference)s is cancelled.", conference=ticket_type.conference.title))
    if queries.is_over(ticket_type.conference):
        raise NotOnSale(_("%(conference)s is over.", conference=ticket_type.conference.title))
    if (ticket_type.sale_from and now < ticket_type.sale_from) or (
        ticket_type.sale_until and now >= ticket_type.sale_until
    ):
        raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=ticket_type.name))


def _check_first(person: Person, ticket_type: TicketType) -> None:
    if queries.live(person.id, ticket_type.conference_id):
        raise _already(ticket_type)


def _already(ticket_type: TicketType) -> AlreadyRegistered:
    return AlreadyRegistered(
        _("You are already registered for %(conference)s.", conference=ticket_type.conference.title)
    )


def _currency(wish: _Wish) -> str:
    """That of what costs something: what is free has none of its own."""
    if not wish.price.minor:
        return next((one.currency for one in wish.add_ons if one.price_minor), wish.ticket_type.currency)
    return wish.price.currency


def _lines(wish: _Wish) -> list[orders.Line]:
    kind, currency = wish.ticket_type, _currency(wish)
    return [
        orders.Line(
            f"{kind.conference.title}: {kind.name}",
            Money(wish.price.minor, currency),
            kind.vat_basis_points,
        ),
        *(
            orders.Line(
                f"{kind.conference.title}: {one.name}", Money(one.price_minor, currency), one.vat_basis_points
            )
            for one in wish.add_ons
        ),
    ]


def _register(person: Person, wish: _Wish, order: Order | None, payer: Person | None = None) -> Registration:
    now, kind = clock.now(), wish.ticket_type
    if wish.waits:
        state = RegistrationState.SUBMITTED
    else:
        state = RegistrationState.APPROVED if wish.to_pay else RegistrationState.CONFIRMED
    reserve = wish.voucher.reserve_id if wish.voucher else None
    registration = Registration(
        expo_id=person.expo_id,
        conference_id=kind.conference_id,
        ticket_type_id=kind.id,
        person_id=person.id,
        order_id=order.id if order else None,
        code=tokens.code(),
        state=state,
        state_since=now,
        submitted_at=now,
        holds_place=False,
        pool_id=reserve or kind.pool_id,
        price_minor=wish.price.minor,
        currency=_currency(wish),
        payer_id=payer.id if payer else None,
    )
    if not add_unless_there(registration):  # a second click that came at the same time
        raise _already(kind)
    for one in wish.add_ons:
        db.session.add(
            TakenAddOn(
                expo_id=person.expo_id,
                registration_id=registration.id,
                add_on_id=one.id,
                price_minor=one.price_minor,
                holds_place=False,
            )
        )
    db.session.flush()
    audit.record(
        "registered",
        "registration",
        registration.id,
        expo_id=person.expo_id,
        after={"ticket_type": kind.slug, "state": state.value},
    )
    return registration


def register_for(*, order: Order, kind: TicketType, line_id: int) -> Registration:
    """A registration that a line of an order is for; approved and held until the order is settled. Raises
    AlreadyRegistered, TicketsGone. Whoever calls holds the order."""
    lock(order.person)
    made = _register(order.person, _Wish(kind, kind.price, 0, [], None), order)
    made.order_line_id = line_id
    made.state = RegistrationState.APPROVED
    db.session.flush()
    places.take([made])
    db.session.flush()
    return made


def _note_lines(registration: Registration, line_ids: list[int]) -> None:
    """Which line of the order is for the ticket, and which for each add-on, in their order."""
    if not line_ids:
        return
    registration.order_line_id = line_ids[0]
    for one, line_id in zip(queries.add_ons_of([registration.id]), line_ids[1:], strict=True):
        one.order_line_id = line_id


def _settle_in(registrations: list[Registration], *, held: Collection[int]) -> None:
    """Take the places of all that need not wait, and tell of those that are confirmed.

    With approval the place is taken when it is given, so that one who waits keeps nobody out.
    """
    now_in = [one for one in registrations if one.state is not RegistrationState.SUBMITTED]
    places.take(now_in, held=held)
    db.session.flush()
    for one in now_in:
        if one.state is RegistrationState.CONFIRMED:
            news.tell(RegistrationConfirmed(one.id))

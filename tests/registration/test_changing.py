"""What was chosen can be changed afterwards (R10): the difference quoted first, then paid or given back by the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.booking.actions import book_seat
from expo.booking.models import Booking, BookingState
from expo.checkin.models import Entitlement
from expo.core import checks, clock, jobs, news
from expo.core.db import db
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.invoicing import queries as invoicing
from expo.invoicing.models import DocumentKind
from expo.mail import outbox
from expo.payment import payments, refunds
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod, RefundReason
from expo.payment.news import TakenBack
from expo.registration import (
    actions,
    billing,
    cancelling,
    changing,
    handing,
    late,
    quoting,
    unnamed,
    vouchers,
)
from expo.registration.change_models import ChangeState, TicketChange
from expo.registration.models import AddOn, Registration, TicketType
from expo.registration.models import RegistrationState as State
from expo.registration.refusals import (
    ChangeWaits,
    NotOnSale,
    PayerDecides,
    QuoteChanged,
    TicketsGone,
    WrongStep,
)
from expo.registration.submitting import Choices
from expo.registration.tickets import AddOnDraft, TicketDraft, draft_of, save_add_on, save_ticket_type
from expo.registration.vouchers import VoucherDraft
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R10")]

HALF = ((1, 50),)  # half of it goes back, until the day before


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def pay(order: Order, key: str = "one", minor: int | None = None) -> None:
    amount = Money(minor or order.total_minor, order.currency)
    payments.record(order=order, method=PayMethod.TRANSFER, amount=amount, key=f"{key}:{order.id}")


def a_kind(
    name: str = "Delegate", price: int = 50000, *, like: TicketType | None = None, **more
) -> TicketType:
    conference = (
        like.conference if like else a.a_conference(starts_on=clock.now().date() + timedelta(days=20))
    )
    more.setdefault("cancellation", HALF)
    more.setdefault("vat_basis_points", 2500)
    return a.a_ticket_type(conference, name, price_minor=price, **more)


def an_add_on(kind: TicketType, name: str = "Lunch", price: int = 20000, **more) -> AddOn:
    draft = AddOnDraft(name, price_minor=price, vat_basis_points=1200, **more)
    return save_add_on(conference=kind.conference, draft=draft)


def bought(kind: TicketType, *add_ons: AddOn, paid: bool = True, **choices) -> Registration:
    made = actions.submit(
        person=a.a_person(kind.conference.expo),
        ticket_types=[kind],
        choices=Choices(add_ons={kind.id: add_ons}, **choices),
    )
    if paid and made.order.total_minor:
        pay(made.order)
    return made.registrations[0]


def change(registration: Registration, kind: TicketType, *add_ons: AddOn, **more) -> TicketChange:
    return changing.change(registration=registration, kind=kind, add_ons=add_ons, **more)


def given_back(registration: Registration) -> list[int]:
    ids = db.session.scalars(sa.select(Order.id).where(Order.person_id == registration.person_id))
    return [one.amount_minor for one in refunds.of_orders(ids)]


def test_a_dearer_ticket_is_held_by_an_order_for_the_difference_and_given_when_that_is_paid():
    kind = a_kind(quota=1)
    better = a_kind("Congress", 80000, like=kind, quota=1, vat_basis_points=600)
    mine = bought(kind)

    made = change(mine, better, expected=(30000, 0))

    assert made.order is not None
    assert (made.state, made.order.total_minor, made.order.state) == (
        ChangeState.WAITING,
        30000,
        OrderState.OPEN,
    )
    assert mine.order is not None
    assert made.order.basket == mine.order.basket
    [line] = payment.lines_of([made.order.id])
    assert (line.text.endswith("Delegate → Congress"), line.vat_basis_points) == (True, 600)
    assert (mine.ticket_type_id, kind.pool.taken, better.pool.taken) == (kind.id, 1, 1)
    assert outbox.waiting()[-1].kind == "change_to_pay"
    nothing_is_broken()

    pay(made.order)

    assert (made.state, mine.ticket_type_id, mine.price_minor) == (ChangeState.DONE, better.id, 80000)
    assert (kind.pool.taken, better.pool.taken) == (0, 1)
    assert outbox.waiting()[-1].kind == "ticket_changed"
    assert mine.state is State.CONFIRMED
    quote = cancelling.quote(mine)
    assert quote is not None
    assert (quote.paid.minor, quote.back.minor) == (80000, 40000)
    nothing_is_broken()
    actions.withdraw(registration=mine)  # of both orders
    assert sorted(given_back(mine)) == [15000, 25000]
    nothing_is_broken()


def test_a_cheaper_ticket_is_had_at_once_and_what_goes_back_follows_the_rules_for_cancelling():
    kind, cheaper = (first := a_kind()), a_kind("Visitor", 30000, like=first)
    mine = bought(kind)

    made = change(mine, cheaper, expected=(0, 10000))

    assert (made.state, mine.ticket_type_id, mine.price_minor) == (ChangeState.DONE, cheaper.id, 30000)
    assert [(one.amount_minor, one.reason) for one in refunds.of_orders([mine.order_id or 0])] == [
        (10000, RefundReason.CHANGE)
    ]
    assert (kind.pool.taken, cheaper.pool.taken) == (0, 1)
    kinds = [one.kind for one in invoicing.of_orders([mine.order_id or 0])]
    assert kinds == [DocumentKind.INVOICE, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE]
    nothing_is_broken()

    actions.withdraw(registration=mine)  # half of what the ticket costs now, none of the fee

    assert given_back(mine) == [10000, 15000]
    nothing_is_broken()


def test_add_ons_come_and_go_each_with_its_own_money():
    kind = a_kind()
    lunch, tour, dinner = (an_add_on(kind, name, price, quota=5) for name, price in
                           (("Lunch", 20000), ("Tour", 10000), ("Dinner", 40001)))  # fmt: skip
    mine = bought(kind, lunch, dinner)

    made = change(mine, kind, lunch, tour, expected=(10000, 20001))  # half an öre is the delegate's
    assert [one.pool.taken for one in (lunch, tour, dinner)] == [1, 1, 1]
    nothing_is_broken()
    assert made.order is not None
    pay(made.order)

    assert [one.pool.taken for one in (lunch, tour, dinner)] == [1, 1, 0]
    assert given_back(mine) == [20001]
    nothing_is_broken()
    change(mine, kind)  # none of them any more
    assert sorted(given_back(mine)) == [5000, 10000, 20001]
    nothing_is_broken()


def test_an_order_that_is_not_paid_yet_is_changed_itself():
    kind = a_kind(quota=1)
    better, free = a_kind("Congress", 80000, like=kind, vat_basis_points=600), a_kind("Guest", 0, like=kind)
    lunch = an_add_on(kind)
    mine = bought(kind, paid=False)
    order = mine.order
    assert order is not None
    due = order.due_at

    change(mine, better, lunch, expected=(100000, 50000))

    assert (order.state, order.total_minor, order.due_at, mine.state) == (
        OrderState.OPEN, 100000, due, State.APPROVED,
    )  # fmt: skip
    assert sorted((line.price_minor, line.vat_basis_points) for line in payment.lines_of([order.id])) == [
        (20000, 1200), (80000, 600),
    ]  # fmt: skip
    assert (kind.pool.taken, better.pool.taken, lunch.pool.taken) == (0, 1, 1)
    nothing_is_broken()
    change(mine, free)
    assert (order.state, mine.state, mine.order_id) == (OrderState.SETTLED, State.CONFIRMED, order.id)
    nothing_is_broken()


def test_whoever_does_not_pay_the_difference_keeps_what_they_have(monkeypatch):
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first, quota=1)
    mine = bought(kind)
    made = change(mine, better)
    monkeypatch.setattr(clock, "_offset", timedelta(days=15))

    jobs.run_due()

    db.session.expire_all()
    assert made.order is not None
    assert (made.state, made.order.state) == (ChangeState.LAPSED, OrderState.EXPIRED)
    assert (mine.state, mine.ticket_type_id, better.pool.taken) == (State.CONFIRMED, kind.id, 0)
    assert "order_expired" not in {one.kind for one in outbox.waiting()}
    assert "change_lapsed" in {one.kind for one in outbox.waiting()}
    nothing_is_broken()

    pay(made.order)  # late, and it is still free

    assert (made.state, made.order.state, mine.ticket_type_id) == (
        ChangeState.DONE,
        OrderState.SETTLED,
        better.id,
    )
    nothing_is_broken()


def test_late_money_for_a_change_goes_back_where_the_place_is_gone(monkeypatch):
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first, quota=1)
    mine = bought(kind)
    made = change(mine, better)
    monkeypatch.setattr(clock, "_offset", timedelta(days=15))
    jobs.run_due()
    db.session.expire_all()
    bought(better)

    assert made.order is not None
    pay(made.order)

    assert [one.amount_minor for one in refunds.of_orders([made.order.id])] == [30000]
    assert late.undecided(made.order.id) is None
    assert mine.ticket_type_id == kind.id
    nothing_is_broken()


def test_a_change_that_waits_can_be_called_off_and_what_was_paid_for_it_goes_back():
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first, quota=1)
    mine = bought(kind)
    made = change(mine, better)
    with pytest.raises(ChangeWaits):
        change(mine, better)
    assert made.order is not None
    pay(made.order, minor=10000)  # a part

    changing.cancel(change=made)

    assert (made.state, mine.ticket_type_id, better.pool.taken) == (ChangeState.CANCELLED, kind.id, 0)
    assert [one.amount_minor for one in refunds.of_orders([made.order.id])] == [10000]
    nothing_is_broken()
    with pytest.raises(WrongStep):
        changing.cancel(change=made)


@pytest.mark.parametrize("how", ["withdraw", "revoke", "hand_on"])
def test_a_place_that_ends_or_is_handed_on_takes_its_waiting_change_along(how: str):
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first, quota=1)
    mine = bought(kind)
    made = change(mine, better)

    if how == "withdraw":
        actions.withdraw(registration=mine)
    elif how == "revoke":
        actions.revoke(registration=mine, reason="so")
    else:
        handing.hand_on(registrations=[mine], to=a.a_person(kind.conference.expo))

    assert made.order is not None
    assert (made.state, made.order.state, better.pool.taken) == (ChangeState.CANCELLED, OrderState.VOID, 0)
    nothing_is_broken()


def test_who_receives_a_changed_place_can_give_all_of_it_back():
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first)
    mine = bought(kind)
    made = change(mine, better)
    assert made.order is not None
    pay(made.order)

    [theirs] = handing.hand_on(registrations=[mine], to=a.a_person(kind.conference.expo))

    quote = cancelling.quote(theirs)
    assert quote is not None
    assert quote.paid.minor == 80000
    lunch = an_add_on(kind)
    with pytest.raises(PayerDecides):
        change(theirs, kind)
    more = change(theirs, better, lunch)  # on an order of their own
    assert more.order is not None
    assert more.order.person_id == theirs.person_id
    pay(more.order)
    nothing_is_broken()


def test_within_a_full_pool_one_can_change_to_a_ticket_that_has_a_place():
    from expo.registration.tickets import save_shared_pool

    kind = a_kind()
    shared = save_shared_pool(expo_id=kind.expo_id, name="All", places=1, conference=kind.conference)
    save_ticket_type(conference=kind.conference, ticket_type=kind,
                     draft=replaced(kind, shared_pool_id=shared.id))  # fmt: skip
    better = a_kind("Congress", 80000, like=kind, shared_pool_id=shared.id)
    cheaper = a_kind("Visitor", 30000, like=kind, shared_pool_id=shared.id)
    mine = bought(kind)

    made = change(mine, better)

    assert shared.pool.taken == 1
    nothing_is_broken()
    changing.cancel(change=made)
    assert shared.pool.taken == 1
    nothing_is_broken()
    made = change(mine, better)
    assert made.order is not None
    pay(made.order)
    assert (shared.pool.taken, better.pool.taken, kind.pool.taken) == (1, 1, 0)
    change(mine, cheaper)
    assert (shared.pool.taken, cheaper.pool.taken) == (1, 1)
    nothing_is_broken()


def replaced(kind: TicketType, **changes) -> TicketDraft:
    from dataclasses import replace

    return replace(draft_of(kind), **changes)


def test_what_cannot_be_had_is_said_and_nothing_happens():
    kind = a_kind()
    full = a_kind("Full", 80000, like=kind, quota=0)
    asked = a_kind("Asked", 80000, like=kind, needs_approval=True)
    over = a_kind("Early", 10000, like=kind, sale_until=clock.now() - timedelta(days=1))
    hidden = a_kind("Hidden", 10000, like=kind, is_hidden=True, code="OPENSESAME")
    mine = bought(kind)
    for wish, no in ((full, TicketsGone), (asked, NotOnSale), (over, NotOnSale), (kind, BadInput)):
        with pytest.raises(no):
            change(mine, wish)
    with pytest.raises(QuoteChanged):
        change(mine, a_kind("Congress", 80000, like=kind), expected=(1, 0))
    assert hidden not in quoting.offered(mine)
    assert hidden in quoting.offered(mine, code="opensesame")
    assert {full, asked, over, hidden} <= set(quoting.offered(mine, by_team=True))
    assert db.session.scalar(sa.select(sa.func.count(TicketChange.id))) == 0
    change(mine, asked, by_team=True)  # who approves is who gives it
    nothing_is_broken()


def test_another_currency_is_refused():
    kind = a_kind()
    mine = bought(kind)
    euro = a_kind("Euro", 0, like=kind)
    euro.price_minor, euro.currency = 8000, "EUR"  # as after the conference changed its currency
    db.session.commit()

    with pytest.raises(NotOnSale, match="another currency"):
        change(mine, euro)


def test_a_voucher_goes_along_and_never_gives_more_than_it_gave():
    kind = a_kind()
    better, cheaper = a_kind("Congress", 80000, like=kind), a_kind("Visitor", 30000, like=kind)
    voucher = vouchers.create(
        conference=kind.conference, draft=VoucherDraft("Half", percent=50, max_uses=None, budget_minor=25000)
    )
    mine = bought(kind, code=voucher.code)
    assert mine.price_minor == 25000

    made = change(mine, better, expected=(30000, 0))
    assert made.order is not None
    pay(made.order)
    assert (mine.price_minor, voucher.spent_minor) == (55000, 25000)
    change(mine, cheaper, expected=(0, 20000))

    db.session.refresh(voucher)
    assert (mine.price_minor, voucher.spent_minor) == (15000, 15000)
    nothing_is_broken()


def test_a_voucher_for_one_ticket_is_not_carried_to_another():
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first)
    draft = VoucherDraft("Free", percent=100, ticket_type_id=kind.id)
    mine = bought(kind, code=vouchers.create(conference=kind.conference, draft=draft, reserve=1).code)

    with pytest.raises(NotOnSale, match="only"):
        change(mine, better)
    made = change(mine, kind, an_add_on(kind))
    assert made.order is not None
    nothing_is_broken()


def test_a_delegation_that_pays_decides():
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first)
    payer = a.a_person(kind.conference.expo)
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind], payer=payer)

    with pytest.raises(PayerDecides):
        change(made.registrations[0], better)
    _order, _secret, [first, _second] = unnamed.order(buyer=payer, ticket_type=kind, count=2)
    with pytest.raises(WrongStep):
        change(first, better)


def test_a_free_pass_becomes_a_paid_ticket_when_it_is_paid_and_free_again_by_the_rules():
    free = a_kind("Pass", 0)
    mine, paid = bought(free), a_kind("Congress", 80000, like=free)

    made = change(mine, paid)
    assert mine.state is State.CONFIRMED
    assert made.order is not None
    pay(made.order)
    change(mine, free, expected=(0, 40000))

    assert (mine.ticket_type_id, mine.price_minor) == (free.id, 0)
    assert cancelling.quote(mine) is None
    nothing_is_broken()


def test_doors_and_seats_follow_the_ticket():
    kind = a_kind()
    first_day = kind.conference.starts_on
    one_day = a_kind("One day", 30000, like=kind, valid_days=(first_day.isoformat(),))
    at = clock.now() + timedelta(days=23)
    seat = a.a_session(kind.conference, starts_at=at)
    mine = bought(kind)
    book_seat(person=mine.person, occurrence_id=seat.id)

    change(mine, one_day)

    [booking] = db.session.scalars(sa.select(Booking).where(Booking.registration_id == mine.id))
    assert booking.state is BookingState.CANCELLED
    latest = db.session.scalar(
        sa.select(sa.func.max(Entitlement.closes_at)).where(Entitlement.registration_id == mine.id)
    )
    assert latest is None or latest.date() <= first_day + timedelta(days=1)
    nothing_is_broken()


def test_a_difference_that_the_bank_took_back_ends_the_place():
    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first)
    mine = bought(kind)
    made = change(mine, better)
    assert made.order is not None
    pay(made.order)

    from expo.core.db import transaction

    with transaction():
        news.tell(TakenBack(made.order.id))

    assert mine.state is State.REVOKED
    assert sorted(given_back(mine)) == [30000, 50000]
    nothing_is_broken()


def test_the_team_of_the_conference_finds_the_order_of_a_change():
    from expo.registration import queries

    kind, better = (first := a_kind()), a_kind("Congress", 80000, like=first)
    made = change(bought(kind), better)

    assert made.order_id is not None
    assert queries.conferences_in(made.order_id) == {kind.conference_id}
    assert made.order in queries.orders_of(kind.expo_id, [kind.conference_id])
    assert billing.sellers_within(kind.expo_id, []) == []


def test_a_ticket_with_milder_rules_gives_no_more_back_of_what_was_paid_before():
    strict = a_kind(cancellation=())
    mild = a_kind("Flexible", like=strict, cancellation=((0, 100),))
    mine = bought(strict)

    change(mine, mild, expected=(0, 0))

    quote = cancelling.quote(mine)
    assert quote is not None
    assert (quote.paid.minor, quote.back.minor) == (50000, 0)
    unpaid = bought(strict, paid=False)
    change(unpaid, mild)  # nothing was paid under the strict ones
    assert unpaid.order is not None
    pay(unpaid.order)
    quote = cancelling.quote(unpaid)
    assert quote is not None
    assert quote.back.minor == 50000
    nothing_is_broken()


def test_a_ticket_of_another_conference_is_none_to_change_to():
    mine = bought(a_kind())
    with pytest.raises(NotOnSale):
        change(mine, a.a_ticket_type(a.a_conference(mine.conference.expo)))
    with pytest.raises(NotOnSale):
        change(mine, a_kind("Gift", 10000, like=mine.ticket_type, is_donation=True))

"""Orders: one per seller and currency, paid by hand, given back when nobody pays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.badge import queries as badges
from expo.booking.actions import book_seat
from expo.booking.refusals import NoTicket
from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.payment import payments, sellers, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod
from expo.payment.refusals import KeyUsed
from expo.payment.sellers import SellerDraft
from expo.registration import actions, billing, queries
from expo.registration.models import RegistrationState as State
from expo.registration.refusals import TicketsGone, WrongStep
from expo.registration.submitting import Choices
from expo.registration.tickets import AddOnDraft, save_add_on
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def pay(order: Order, kronor: int, key: str = "key-1") -> None:
    amount = Money(100 * kronor, order.currency)
    payments.record(order=order, method=PayMethod.TRANSFER, amount=amount, key=key)


def overdue(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(**later))


def a_priced_type(quota: int | None = None, **changes: object):
    return a.a_ticket_type(
        a.a_conference(), "Congress", price_minor=49500, vat_basis_points=2500, quota=quota, **changes
    )


@pytest.mark.feature("R1")
def test_a_basket_over_two_sellers_and_currencies_makes_an_order_each_behind_one_secret():
    expo = a.an_expo()
    city, un = a.a_conference(expo), a.a_conference(expo)
    free = a.a_ticket_type(city, "Open city pass")
    unece = sellers.save_seller(
        expo_id=expo.id,
        draft=SellerDraft("UNECE", vat_number="CHE116281710MWST", currencies=("EUR",), pay_days=5),
    )
    billing.let_sell(conference=un, seller=unece)
    priced = a.a_ticket_type(un, "Congress", price_minor=12000, currency="EUR")
    asked = a.a_ticket_type(a.a_conference(expo), "City delegate", needs_approval=True)
    ada = a.a_person(expo)

    made = actions.submit(person=ada, ticket_types=[free, priced, asked])

    assert [(o.state, o.total) for o in made.orders] == [
        (OrderState.SETTLED, Money(0, "SEK")), (OrderState.OPEN, Money(12000, "EUR")),
    ]  # fmt: skip
    assert {o.basket for o in made.orders} == {made.order.basket}
    assert all(queries.order_by_secret(expo.id, o.code, made.secret) for o in made.orders)
    assert [r.state for r in made.registrations] == [State.CONFIRMED, State.APPROVED, State.SUBMITTED]
    assert made.orders[1].due_at is not None
    assert timedelta(days=4) < made.orders[1].due_at - clock.now() <= timedelta(days=5)
    letter = outbox.waiting()[0].body
    assert "€120 to UNECE" in letter
    assert f"/orders/{made.orders[1].code}/{made.secret}" in letter
    nothing_is_broken()


@pytest.mark.feature("R1", "R2")
def test_a_priced_place_is_held_and_confirmed_by_the_payment_that_settles_it():
    kind = a_priced_type(quota=1)
    conference = kind.conference
    workshop = a.a_session(conference)
    ada = a.a_person(conference.expo)
    made = actions.submit(person=ada, ticket_types=[kind])
    registration = made.registrations[0]
    with pytest.raises(TicketsGone):
        actions.submit(person=a.a_person(conference.expo), ticket_types=[kind])
    with pytest.raises(NoTicket, match="not paid"):
        book_seat(person=ada, occurrence_id=workshop.id)

    pay(made.order, 200)
    assert (registration.state, made.order.state) == (State.APPROVED, OrderState.OPEN)
    pay(made.order, 295, "key-2")
    pay(made.order, 295, "key-2")  # pressed twice

    assert (registration.state, made.order.state) == (State.CONFIRMED, OrderState.SETTLED)
    assert payment.captured(made.order.id) == 49500
    assert badges.active_badge(conference.expo_id, ada.id) is not None
    assert "Your payment has come" in outbox.waiting()[-1].body
    with pytest.raises(KeyUsed):
        pay(made.order, 1, "key-2")
    with pytest.raises(BadInput):
        payments.record(order=made.order, method=PayMethod.DESK, amount=Money(100, "EUR"), key="key-3")
    nothing_is_broken()


@pytest.mark.feature("R1")
def test_an_order_nobody_pays_gives_its_places_back_exactly_once(monkeypatch):
    kind = a_priced_type(quota=1)
    expo = kind.conference.expo
    free = a.a_ticket_type(a.a_conference(expo), "Open city pass")
    made = actions.submit(person=a.a_person(expo), ticket_types=[free, kind])
    assert jobs.run_due() == 0

    overdue(monkeypatch, days=15)
    jobs.run_due()
    assert not settling.expire(order_id=made.order.id)

    db.session.expire_all()
    assert made.order.state is OrderState.EXPIRED
    assert [r.state for r in made.registrations] == [State.REVOKED, State.CONFIRMED]
    assert kind.pool.taken == 0
    assert [letter.kind for letter in outbox.waiting()] == ["registration_received", "order_expired"]
    nothing_is_broken()


@pytest.mark.feature("R1")
def test_an_order_on_which_something_was_paid_does_not_end_by_itself(monkeypatch):
    kind = a_priced_type()
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    pay(made.order, 100)
    overdue(monkeypatch, days=15)

    jobs.run_due()

    assert made.order.state is OrderState.OPEN
    nothing_is_broken()


@pytest.mark.feature("R1")
def test_who_withdraws_before_paying_owes_nothing_and_what_is_left_is_still_owed():
    kind = a_priced_type()
    expo = kind.conference.expo
    other = a.a_ticket_type(a.a_conference(expo), "Dinner", price_minor=30000)
    made = actions.submit(person=a.a_person(expo), ticket_types=[kind, other])
    assert made.order.total_minor == 79500

    actions.withdraw(registration=made.registrations[0])
    assert (made.order.state, made.order.total_minor) == (OrderState.OPEN, 30000)
    pay(made.order, 300)
    assert made.registrations[1].state is State.CONFIRMED
    nothing_is_broken()

    alone = actions.submit(person=a.a_person(expo), ticket_types=[kind])
    actions.withdraw(registration=alone.registrations[0])
    assert alone.order.state is OrderState.VOID
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_approving_what_costs_something_opens_an_order_that_holds_the_place_until_it_is_due(monkeypatch):
    answer_by = clock.now() + timedelta(days=3)
    kind = a_priced_type(quota=1, needs_approval=True, answer_by=answer_by)
    expo = kind.conference.expo
    first, second = (actions.submit(person=a.a_person(expo), ticket_types=[kind]) for _person in "ab")
    assert (first.order.state, first.order.total_minor) == (OrderState.SETTLED, 0)

    actions.approve(registration=first.registrations[0])

    registration = first.registrations[0]
    order = registration.order
    assert order is not None
    assert (registration.state, order.state, order.total_minor) == (State.APPROVED, OrderState.OPEN, 49500)
    assert order.due_at == answer_by
    assert order.basket == first.order.basket
    assert queries.order_by_secret(expo.id, order.code, first.secret) is not None
    assert f"/orders/{order.code}/{first.secret}" in outbox.waiting()[-1].body
    with pytest.raises(TicketsGone):
        actions.approve(registration=second.registrations[0])
    db.session.expire_all()

    overdue(monkeypatch, days=4)
    jobs.run_due()
    actions.approve(registration=second.registrations[0])

    assert (first.registrations[0].state, second.registrations[0].state) == (State.REVOKED, State.APPROVED)
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_two_stages_are_taken_one_after_the_other():
    conference = a.a_conference()
    two = a.a_ticket_type(conference, "Minister", needs_approval=True, approval_stages=2)
    registration = a.a_registration(a.a_person(conference.expo), conference, two)
    with pytest.raises(WrongStep):
        actions.approve(registration=registration)

    actions.pre_approve(registration=registration, note="The embassy agrees")
    assert registration.state is State.PRE_APPROVED
    with pytest.raises(WrongStep):
        actions.pre_approve(registration=registration)
    actions.approve(registration=registration)

    assert registration.state is State.CONFIRMED
    one = a.a_ticket_type(a.a_conference(conference.expo), needs_approval=True)
    with pytest.raises(WrongStep):
        actions.pre_approve(registration=a.a_registration(a.a_person(conference.expo), one.conference, one))
    nothing_is_broken()


@pytest.mark.feature("R2")
def test_add_ons_are_paid_and_kept_with_their_ticket_and_given_back_with_it():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "Delegate")
    lunch = save_add_on(conference=conference, draft=AddOnDraft("Lunch", 15000, quota=1))
    tour = save_add_on(conference=conference, draft=AddOnDraft("Harbour tour", 0))
    made = actions.submit(
        person=a.a_person(conference.expo),
        ticket_types=[kind],
        choices=Choices(add_ons={kind.id: [lunch, tour]}),
    )
    assert (made.order.total_minor, made.registrations[0].state) == (15000, State.APPROVED)
    with pytest.raises(TicketsGone, match="Lunch"):
        actions.submit(
            person=a.a_person(conference.expo),
            ticket_types=[kind],
            choices=Choices(add_ons={kind.id: [lunch]}),
        )
    pay(made.order, 150)
    assert made.registrations[0].state is State.CONFIRMED
    nothing_is_broken()

    actions.withdraw(registration=made.registrations[0])

    assert (kind.pool.taken, lunch.pool.taken, tour.pool.taken) == (0, 0, 0)
    nothing_is_broken()


@pytest.mark.feature("R2")
def test_a_donation_is_as_large_as_the_giver_chooses_but_not_smaller_than_its_least():
    kind = a_priced_type(is_donation=True)
    expo = kind.conference.expo

    made = actions.submit(
        person=a.a_person(expo), ticket_types=[kind], choices=Choices(amounts={kind.id: 80000})
    )

    assert made.order.total_minor == 80000
    for wrong in (49499, -1, 10**12):
        with pytest.raises(BadInput):
            actions.submit(
                person=a.a_person(expo), ticket_types=[kind], choices=Choices(amounts={kind.id: wrong})
            )
    nothing_is_broken()

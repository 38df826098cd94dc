"""One bill: what all nominees cost stands on orders of the delegation's payer, paid at once or by one invoice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.core import checks, clock
from expo.core.db import db
from expo.core.money import Money
from expo.delegations import actions, bills, nominating, queries
from expo.delegations.models import CategorySeats, Delegation, Nominee, NomineeState
from expo.delegations.nominating import Details, NomineeDraft
from expo.invoicing import actions as invoicing
from expo.invoicing import queries as invoices
from expo.invoicing.models import DocumentKind
from expo.mail import outbox
from expo.payment import orders, payments, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod
from expo.registration import actions as registrations
from expo.registration.models import Registration, RegistrationState
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate

pytestmark = [pytest.mark.feature("R4"), pytest.mark.usefixtures("app")]

APPROVED, CONFIRMED = RegistrationState.APPROVED, RegistrationState.CONFIRMED
PRICE = 49_500


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def registration_of(nominee: Nominee) -> Registration:
    return queries.tickets_of([nominee.id])[nominee.id][0].registration


def the_order(delegation: Delegation) -> Order:
    (part,) = bills.of_delegation(delegation).parts
    return part.order


def pay(order: Order) -> None:
    left = Money(order.total_minor - payment.net(order.id), order.currency)
    payments.record(order=order, amount=left, method=PayMethod.TRANSFER, key=f"paid {order.code}"[:40])


def test_all_nominees_stand_on_one_order_and_are_confirmed_when_it_is_paid_at_once():
    ticket = a_city_ticket(price_minor=PRICE, vat_basis_points=2500)
    turin = a_delegation(ticket)
    ada, bea = nominate(turin, ticket), nominate(turin, ticket, name="Bea", by_link=True)
    nominating.complete(nominee=bea, details=Details("Bea B", "bea@home.example"), language="sv")

    order = the_order(turin)

    assert (order.total_minor, order.state, order.person.email) == (
        2 * PRICE,
        OrderState.OPEN,
        "focal@turin.example",
    )
    assert [one.nominee for one in bills.of_delegation(turin).parts[0].positions] == [ada, bea]
    assert [registration_of(one).state for one in (ada, bea)] == [APPROVED, APPROVED]
    to_pay = [letter.recipient for letter in outbox.latest() if letter.kind == "order_for_others"]
    assert to_pay == ["focal@turin.example"]  # once, not for each of them
    secret = orders.secret_of(order)
    assert all(
        secret not in letter.body for letter in outbox.latest(50) if letter.recipient != "focal@turin.example"
    )
    nothing_is_broken()

    pay(order)

    assert [registration_of(one).state for one in (ada, bea)] == [CONFIRMED, CONFIRMED]
    (document,) = invoices.of_orders([order.id])
    assert (document.total.minor, document.vat.minor) == (2 * PRICE, order.total.vat_included(2500).minor)
    assert [(one.total.minor, one.to_pay.minor) for one in bills.of_delegation(turin).sums] == [
        (2 * PRICE, 0)
    ]
    paid = [letter for letter in outbox.latest() if letter.kind == "registration_paid"]
    assert len(paid) == 2
    assert all("Turin" in letter.body for letter in paid)
    nothing_is_broken()


def test_a_bill_that_is_paid_or_invoiced_grows_no_more_and_who_follows_stands_on_the_next():
    ticket = a_city_ticket(price_minor=PRICE)
    turin = a_delegation(ticket)
    nominate(turin, ticket)
    first = the_order(turin)
    invoicing.ask(order=first, details=invoicing.Details("City of Turin", order_number="PO 7"))

    nominate(turin, ticket, name="Bea")
    second = bills.of_delegation(turin).parts[1].order
    pay(second)
    nominate(turin, ticket, name="Cia")

    parts = bills.of_delegation(turin).parts
    assert [(part.order.total_minor, part.to_pay.minor) for part in parts] == [
        (PRICE, PRICE), (PRICE, 0), (PRICE, PRICE),
    ]  # fmt: skip
    assert len({part.order.basket for part in parts}) == 1
    assert [one.buyer_told["name"] for one in invoices.of_orders([first.id])] == ["City of Turin"]
    nothing_is_broken()


def test_who_needs_approval_stands_on_the_bill_as_soon_as_it_is_given_and_sees_that_the_delegation_pays():
    ticket = a_city_ticket(price_minor=PRICE, needs_approval=True)
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket)
    assert bills.of_delegation(turin).parts == []

    registrations.approve(registration=registration_of(ada))

    order = the_order(turin)
    assert order.total_minor == PRICE
    letter = next(one for one in outbox.latest(to="ada@") if one.kind == "registration_to_pay")
    assert letter.subject.startswith("You are approved: ")
    assert "Turin pays for it" in letter.body
    assert str(orders.secret_of(order)) not in letter.body
    nothing_is_broken()


def test_who_is_withdrawn_goes_off_the_bill_and_what_was_paid_for_them_goes_back_to_the_payer():
    expo = a.an_expo()
    ticket = a_city_ticket(
        a.a_conference(expo, starts_on=expo.ends_on), price_minor=PRICE, cancellation=((0, 100),)
    )
    turin = a_delegation(ticket)
    ada, bea = nominate(turin, ticket), nominate(turin, ticket, name="Bea")
    order = the_order(turin)
    nominating.withdraw(nominee=ada)
    assert order.total_minor == PRICE
    pay(order)

    nominating.withdraw(nominee=bea)

    db.session.expire_all()
    assert (order.total_minor, payment.net(order.id)) == (0, 0)
    assert {one.kind for one in invoices.of_orders([order.id])} == {
        DocumentKind.INVOICE,
        DocumentKind.CREDIT_NOTE,
    }
    nothing_is_broken()


def test_a_substitute_stays_on_the_bill_and_gets_no_address_of_it():
    ticket = a_city_ticket(price_minor=PRICE)
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket)
    order = the_order(turin)

    bea = nominating.substitute(nominee=ada, draft=NomineeDraft("Bea", "bea@turin.example"))
    pay(order)

    assert [one.nominee for one in bills.of_delegation(turin).parts[0].positions] == [bea]
    assert registration_of(bea).state is CONFIRMED
    assert all(str(orders.secret_of(order)) not in letter.body for letter in outbox.latest(to="bea@"))
    nothing_is_broken()


def expired(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(days=20))
    assert settling.expire(order_id=order.id)


def test_what_nobody_pays_frees_all_seats_and_each_person_is_told_and_late_money_seats_them_again(
    monkeypatch,
):
    ticket = a_city_ticket(price_minor=PRICE)
    turin = a_delegation(ticket)
    people = [nominate(turin, ticket), nominate(turin, ticket, name="Bea")]
    order = the_order(turin)

    expired(order, monkeypatch)

    assert [one.state for one in people] == [NomineeState.ENDED] * 2
    assert [letter.kind for letter in outbox.latest(1, to="ada@")] == ["registration_revoked"]
    assert outbox.latest(1, to="focal@turin.example")[0].kind == "order_expired"
    nothing_is_broken()
    order = db.session.get_one(Order, order.id)
    payments.record(order=order, amount=Money(2 * PRICE, "SEK"), method=PayMethod.TRANSFER, key="late" * 8)

    assert [one.state for one in people] == [NomineeState.REGISTERED] * 2
    assert [registration_of(one).state for one in people] == [CONFIRMED] * 2
    nothing_is_broken()


def test_late_money_seats_nobody_whose_seat_the_delegation_gave_to_somebody_else(monkeypatch):
    ticket = a_city_ticket(price_minor=PRICE)
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket)
    order = the_order(turin)
    expired(order, monkeypatch)
    nominate(turin, ticket, name="Bea")

    payments.record(order=order, amount=Money(PRICE, "SEK"), method=PayMethod.TRANSFER, key="late" * 8)

    assert ada.state is NomineeState.ENDED
    assert registration_of(ada).state is RegistrationState.REVOKED
    assert outbox.latest(1, to="focal@turin.example")[0].kind == "late_choice"
    nothing_is_broken()


def test_another_focal_point_has_the_bill_and_the_address_of_before_opens_it_no_more():
    from expo.registration import queries as tickets

    ticket = a_city_ticket(price_minor=PRICE, needs_approval=True)
    turin = a_delegation(ticket)
    people = [nominate(turin, ticket), nominate(turin, ticket, name="Bea")]
    registrations.approve(registration=registration_of(people[0]))
    order = the_order(turin)
    before = orders.secret_of(order)
    seats = {one.category: one.pool.capacity for one in queries.seats_of(turin.id)}

    actions.change(
        delegation=turin,
        focal_name="Greta",
        focal_email="greta@turin.example",
        seats=seats,
        nominate_until=None,
    )
    registrations.approve(registration=registration_of(people[1]))

    assert the_order(turin).id == order.id
    assert (order.person.email, order.total_minor) == ("greta@turin.example", 2 * PRICE)
    assert tickets.order_by_secret(turin.expo_id, order.code, str(before)) is None
    assert tickets.order_by_secret(turin.expo_id, order.code, str(orders.secret_of(order))) == order
    nothing_is_broken()


def test_free_places_make_no_bill_and_sellers_and_currencies_stand_apart():
    expo = a.an_expo()
    free, crowns = a_city_ticket(a.a_conference(expo)), a_city_ticket(a.a_conference(expo), price_minor=100)
    euros = a_city_ticket(a.a_conference(expo), price_minor=200, currency="EUR")
    turin = a_delegation(free, crowns, euros)
    nominate(turin, free, name="Bea")
    assert (bills.of_delegation(turin).sums, turin.payer_id) == ([], None)

    nominate(turin, free, crowns, euros)

    sums = bills.of_delegation(turin).sums
    assert [(one.total, one.to_pay) for one in sums] == [
        (Money(200, "EUR"), Money(200, "EUR")), (Money(100, "SEK"), Money(100, "SEK")),
    ]  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CategorySeats)) == 1
    nothing_is_broken()

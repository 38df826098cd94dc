"""Money that came too late is never lost (R9), and what is cancelled goes back as it was quoted (R10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.money import Money
from expo.mail import outbox
from expo.payment import payments, refunds
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod, RefundReason
from expo.registration import actions, cancelling, late
from expo.registration.late_models import LateState
from expo.registration.models import RegistrationState as State
from expo.registration.models import TicketType
from expo.registration.refusals import LateIsDecided, QuoteChanged
from tests import factories as a
from tests.client import Client

pytestmark = pytest.mark.usefixtures("app")


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def pay(order: Order, key: str = "one", minor: int | None = None) -> None:
    amount = Money(minor or order.total_minor, order.currency)
    payments.record(order=order, method=PayMethod.TRANSFER, amount=amount, key=f"{key}:{order.id}")


def a_kind(quota: int | None = None, **more: object) -> TicketType:
    return a.a_ticket_type(a.a_conference(), price_minor=49500, vat_basis_points=2500, quota=quota, **more)


def expired(kind: TicketType, monkeypatch, *, full: bool = False) -> actions.Submitted:
    """An order that nobody paid in time; on request somebody else has its place by now."""
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    monkeypatch.setattr(clock, "_offset", timedelta(days=15))
    jobs.run_due()
    db.session.expire_all()
    assert made.order.state is OrderState.EXPIRED
    if full:
        actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    return made


@pytest.mark.feature("R9")
def test_who_pays_late_has_the_place_again_if_it_is_free(monkeypatch):
    made = expired(a_kind(quota=1), monkeypatch)

    pay(made.order)

    assert (made.order.state, made.registrations[0].state) == (OrderState.SETTLED, State.CONFIRMED)
    assert refunds.of_orders([made.order.id]) == []
    assert outbox.waiting()[-1].kind == "registration_paid"
    nothing_is_broken()


@pytest.mark.feature("R9")
def test_where_the_place_is_gone_the_delegate_chooses_and_gets_the_money_back_if_they_do_not(monkeypatch):
    made = expired(a_kind(quota=1), monkeypatch, full=True)

    pay(made.order)

    choice = late.undecided(made.order.id)
    assert choice is not None
    assert outbox.waiting()[-1].kind == "late_choice"
    nothing_is_broken()
    monkeypatch.setattr(clock, "_offset", timedelta(days=23))
    jobs.run_due()
    jobs.run_due()
    db.session.expire_all()
    assert choice.state is LateState.REFUNDED
    assert [(one.amount_minor, one.reason) for one in refunds.of_orders([made.order.id])] == [
        (49500, RefundReason.LATE)
    ]
    nothing_is_broken()


@pytest.mark.feature("R9")
def test_the_first_in_line_gets_the_next_free_place_before_anybody_who_waits(monkeypatch, app):
    from expo.basket import waiting

    kind = a_kind(quota=1)
    made = expired(kind, monkeypatch)
    other = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    waiting.join(ticket_type=kind, name="Bo", email="bo@example.org", language="en")
    pay(made.order)
    path = f"/{kind.conference.expo.slug}/orders/{made.order.code}/{made.secret}"
    client = Client(app)
    assert "Be the first in line" in client.get(path).text

    assert client.post(f"{path}/late", {"wish": "line"}).status_code == 303
    assert "First in line" in client.get(path).text
    nothing_is_broken()
    actions.withdraw(registration=other.registrations[0])

    db.session.expire_all()
    assert (made.order.state, made.registrations[0].state) == (OrderState.SETTLED, State.CONFIRMED)
    assert kind.pool.taken == 1
    nothing_is_broken()


@pytest.mark.feature("R9")
def test_another_ticket_is_taken_for_the_money_and_what_is_left_goes_back(monkeypatch, app):
    kind = a_kind(quota=1)
    made = expired(kind, monkeypatch, full=True)
    expo = kind.conference.expo
    cheaper = a.a_ticket_type(a.a_conference(expo), "Evening", price_minor=30000, vat_basis_points=600)
    dearer = a.a_ticket_type(a.a_conference(expo), "Gala", price_minor=99000)
    pay(made.order)
    path = f"/{expo.slug}/orders/{made.order.code}/{made.secret}"
    client = Client(app)
    assert "Gala" not in client.get(path).text
    assert client.post(f"{path}/late", {"wish": str(dearer.id)}).status_code == 404

    assert client.post(f"{path}/late", {"wish": str(cheaper.id)}).status_code == 303
    assert client.post(f"{path}/late", {"wish": "back"}).status_code == 404

    db.session.expire_all()
    assert (made.order.state, made.order.total_minor) == (OrderState.SETTLED, 30000)
    assert [one.amount_minor for one in refunds.of_orders([made.order.id])] == [19500]
    assert cheaper.pool.taken == 1
    nothing_is_broken()


@pytest.mark.feature("R9")
def test_a_choice_is_made_once(monkeypatch):
    made = expired(a_kind(quota=1), monkeypatch, full=True)
    pay(made.order)
    choice = late.undecided(made.order.id)
    assert choice is not None
    late.give_back(choice=choice)

    with pytest.raises(LateIsDecided):
        late.give_back(choice=choice)
    with pytest.raises(LateIsDecided):
        late.stand_in_line(choice=choice)
    pay(made.order, "again")  # and more comes
    assert payment.net(made.order.id) in (0, 49500)
    nothing_is_broken()


@pytest.mark.feature("R9")
def test_what_comes_for_an_order_that_was_taken_back_or_is_too_little_goes_back_at_once(monkeypatch):
    kind = a_kind()
    void = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    actions.withdraw(registration=void.registrations[0])
    little = expired(kind, monkeypatch)

    pay(void.order, minor=49500)
    pay(little.order, minor=100)

    assert [one.amount_minor for one in refunds.of_orders([void.order.id, little.order.id])] == [49500, 100]
    nothing_is_broken()


@pytest.mark.feature("R10")
def test_what_goes_back_is_quoted_to_the_ore_and_is_just_that(app, monkeypatch):
    conference = a.a_conference(starts_on=clock.now().date() + timedelta(days=20))
    kind = a.a_ticket_type(
        conference, price_minor=33333, vat_basis_points=2500, cancellation=((14, 50), (30, 100), (2, 10))
    )
    ada = a.a_person(conference.expo)
    made = actions.submit(person=ada, ticket_types=[kind])
    pay(made.order)
    client = Client(app, ada)
    path = f"/{conference.expo.slug}/my/registrations/{made.registrations[0].code}/withdraw"

    page = client.get(path).text
    assert "SEK\u00a0166.67" in page
    quoted = cancelling.quote(made.registrations[0])
    assert quoted is not None
    assert (quoted.paid.minor, quoted.back.minor, quoted.kept.minor) == (33333, 16667, 16666)

    monkeypatch.setattr(clock, "_offset", timedelta(days=10))  # meanwhile another rule counts
    for wrong in ("16667", "²", "", "-1"):
        assert client.post(path, {"back": wrong}).headers["Location"].endswith("/withdraw")
    assert made.registrations[0].state is State.CONFIRMED
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    assert client.post(path, {"back": "16667"}).status_code == 303

    db.session.expire_all()
    assert (made.registrations[0].state, made.order.total_minor) == (State.WITHDRAWN, 16666)
    assert [(one.amount_minor, one.reason) for one in refunds.of_orders([made.order.id])] == [
        (16667, RefundReason.CANCELLATION)
    ]
    assert "Cancellation fee" in payment.lines_of([made.order.id])[0].text
    nothing_is_broken()


@pytest.mark.feature("R10")
def test_without_a_rule_nothing_goes_back_and_who_is_revoked_gets_all_of_it():
    kind = a_kind()
    expo = kind.conference.expo
    kept, revoked = (actions.submit(person=a.a_person(expo), ticket_types=[kind]) for _one in "ab")
    for made in (kept, revoked):
        pay(made.order)

    actions.withdraw(registration=kept.registrations[0], expected=Money(0, "SEK"))
    with pytest.raises(QuoteChanged):
        actions.withdraw(registration=revoked.registrations[0], expected=Money(1, "SEK"))
    actions.revoke(registration=revoked.registrations[0], reason="The hall burnt down")

    assert (payment.net(kept.order.id), payment.net(revoked.order.id)) == (49500, 0)
    nothing_is_broken()

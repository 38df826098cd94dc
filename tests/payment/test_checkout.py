"""Paying on the provider's page: charged once, confirmed by what the provider says, held as long as one may pay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.money import Money
from expo.mail import outbox
from expo.payment import payments, refunds, sellers
from expo.payment import queries as payment
from expo.payment.models import OrderState, PayMethod, PayState, RefundState
from expo.payment.sellers import SellerDraft
from expo.programme.words import Role
from expo.registration.models import RegistrationState as State
from tests import factories as a
from tests.payment.conftest import Provider, a_buyer

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R8")]


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(**span))


@pytest.mark.parametrize("currency", ["SEK", "EUR"])
def test_a_delegate_pays_on_the_page_and_is_confirmed_by_what_the_provider_tells(app, provider, currency):
    ada = a_buyer(app, currency=currency)
    url = ada.to_the_page()
    [page] = provider.pages
    assert (page["amount_total"], page["currency"], page["url"]) == (49500, currency.lower(), url)
    assert page["metadata"]["order"] == ada.order.code
    assert (
        "form-action 'self' " + provider.server.url
        in ada.client.get(ada.path()).headers["Content-Security-Policy"]
    )

    provider.pay(url)
    assert ada.made.registrations[0].state is State.APPROVED
    assert provider.tell() == [200]

    db.session.expire_all()
    assert (ada.order.state, ada.made.registrations[0].state) == (OrderState.SETTLED, State.CONFIRMED)
    assert [one.kind for one in outbox.waiting()] == ["registration_received", "registration_paid"]
    assert "Your payment has come" in ada.client.get(ada.path("/paid")).text
    assert ada.client.post(ada.path("/pay")).headers["Location"].endswith("/paid")
    nothing_is_broken()


def test_the_pages_with_a_button_that_pays_and_no_others_may_lead_to_the_provider(app, provider: Provider):
    ada = a_buyer(app)
    slug = ada.path().split("/")[1]
    may = {
        path: provider.server.url in ada.client.get(path).headers["Content-Security-Policy"]
        for path in (ada.path(), f"/{slug}/group-order", f"/{slug}/programme", "/login")
    }

    assert list(may.values()) == [True, True, False, False]


def test_coming_back_proves_nothing_but_asks_the_provider(app, provider: Provider):
    ada = a_buyer(app)
    url = ada.to_the_page()
    assert "proves nothing" in ada.client.get(ada.path("/paid")).text
    assert ada.made.registrations[0].state is State.APPROVED

    provider.pay(url)
    assert "Your payment has come" in ada.client.get(ada.path("/paid")).text  # no webhook came yet

    assert provider.tell() == [200]
    assert len(payment.payments_of([ada.order.id])) == 1
    nothing_is_broken()


def test_pressing_pay_again_leads_to_the_same_page(app, provider: Provider):
    ada = a_buyer(app)

    assert len({ada.to_the_page() for _press in range(4)}) == 1
    assert len(provider.pages) == 1


def test_when_the_order_changes_its_open_page_is_closed_and_a_new_one_asks_for_what_is_left(app, provider):
    ada = a_buyer(app)
    first = ada.to_the_page()
    payments.record(order=ada.order, method=PayMethod.DESK, amount=Money(20000, "SEK"), key="desk")
    jobs.run_due()

    second = ada.to_the_page()

    assert first != second
    assert [(page["status"], page["amount_total"]) for page in provider.pages] == [
        ("expired", 49500),
        ("open", 29500),
    ]
    provider.pay(second)
    provider.tell()
    nothing_is_broken()
    assert ada.order.state is OrderState.SETTLED


def test_who_pays_twice_gets_the_second_payment_back_once(app, provider: Provider):
    ada = a_buyer(app)
    url = ada.to_the_page()
    payments.record(order=ada.order, method=PayMethod.DESK, amount=Money(49500, "SEK"), key="desk")
    provider.pay(url)  # before its page was closed
    provider.tell()
    provider.tell()
    jobs.run_due()
    jobs.run_due()
    provider.tell()

    [refund] = refunds.of_orders([ada.order.id])
    assert (refund.state, refund.amount_minor) == (RefundState.DONE, 49500)
    assert [one["amount"] for one in provider.server.books.kept["refunds"].values()] == [49500]
    nothing_is_broken()


def test_places_are_given_back_only_after_the_page_is_closed(app, provider: Provider, monkeypatch):
    ada = a_buyer(app, quota=1)
    later(monkeypatch, days=13, hours=23, minutes=59)
    url = ada.to_the_page()
    later(monkeypatch, days=14, minutes=2)
    jobs.run_due()
    db.session.expire_all()
    assert ada.order.state is OrderState.OPEN, "the hold outlives the page"

    later(monkeypatch, days=14, hours=1)
    provider.server.turn(fail_every=1)
    jobs.run_due()
    db.session.expire_all()
    assert ada.order.state is OrderState.OPEN, "nobody knows whether it was paid"

    provider.server.turn(fail_every=0)
    later(monkeypatch, days=14, hours=3)
    jobs.run_due()
    db.session.expire_all()
    assert (ada.order.state, provider.pages[0]["status"]) == (OrderState.EXPIRED, "expired")
    provider.pay(url)
    assert provider.pages[0]["payment_status"] == "unpaid"
    nothing_is_broken()


def test_what_was_paid_before_the_page_could_be_closed_counts(app, provider: Provider, monkeypatch):
    ada = a_buyer(app)
    url = ada.to_the_page()
    provider.pay(url)  # and its webhook is lost
    later(monkeypatch, days=15)

    jobs.run_due()

    db.session.expire_all()
    assert ada.order.state is OrderState.SETTLED
    nothing_is_broken()


def test_a_payment_that_takes_its_time_holds_the_place_until_it_is_known(
    app, provider: Provider, monkeypatch
):
    ada, bob = a_buyer(app), a_buyer(app)
    for buyer in (ada, bob):
        provider.pay(buyer.to_the_page(), "slow")
    provider.tell()
    assert [one.state for one in payment.payments_of([ada.order.id])] == [PayState.PROCESSING]
    assert "on its way" in ada.client.get(ada.path()).text
    assert ada.client.post(ada.path("/pay")).headers["Location"].endswith(ada.made.secret)
    later(monkeypatch, days=15)
    jobs.run_due()
    db.session.expire_all()
    assert ada.order.state is OrderState.OPEN

    provider.server.books.settle(provider.pages[0]["id"], True)
    provider.server.books.settle(provider.pages[1]["id"], False)
    provider.tell()
    jobs.run_due()

    db.session.expire_all()
    assert (ada.order.state, bob.order.state) == (OrderState.SETTLED, OrderState.EXPIRED)
    nothing_is_broken()


@pytest.mark.parametrize("knobs", [{"fail_every": 1}, {"times_out": 9}])
def test_a_provider_that_does_not_answer_is_said_so_and_nothing_is_lost(app, provider: Provider, knobs):
    ada = a_buyer(app)
    provider.server.turn(**knobs)
    answer = ada.client.post(ada.path("/pay"))
    assert answer.headers["Location"].endswith(ada.made.secret)
    assert "does not answer" in ada.client.get(ada.path()).text

    provider.server.turn(fail_every=0, times_out=0)
    provider.pay(ada.to_the_page())
    provider.tell()

    assert len([page for page in provider.pages if page["payment_status"] == "paid"]) == 1
    assert len(provider.pages) == 1
    nothing_is_broken()


def test_a_refund_whose_answer_was_lost_is_sent_once(app, provider: Provider, monkeypatch):
    ada = a_buyer(app)
    url = ada.to_the_page()
    payments.record(order=ada.order, method=PayMethod.DESK, amount=Money(49500, "SEK"), key="desk")
    provider.pay(url)
    provider.tell()
    provider.server.turn(times_out=9)
    jobs.run_due()
    provider.server.turn(times_out=0)
    later(monkeypatch, hours=2)
    jobs.run_due()

    assert len(provider.server.books.kept["refunds"]) == 1
    assert [one.state for one in refunds.of_orders([ada.order.id])] == [RefundState.DONE]
    nothing_is_broken()


def test_a_dispute_sets_the_money_aside_and_ends_the_place_only_when_it_is_lost(app, provider: Provider):
    for outcome in ("won", "lost"):
        ada = a_buyer(app)
        provider.pay(ada.to_the_page())
        intent = list(provider.server.books.kept["intents"])[-1]
        provider.tell()
        dispute = provider.server.books.dispute(intent)
        provider.tell()
        [paid] = payment.payments_of([ada.order.id])
        assert paid.state is PayState.DISPUTED
        nothing_is_broken()
        provider.server.books.decide(dispute["id"], outcome)
        provider.tell()

        db.session.expire_all()
        confirmed = ada.made.registrations[0].state is State.CONFIRMED
        assert (confirmed, payment.net(ada.order.id)) == ((True, 49500) if outcome == "won" else (False, 0))
        nothing_is_broken()


def test_money_sent_back_at_the_provider_by_hand_is_written_down_and_ends_what_it_paid_for(
    app, provider: Provider
):
    for amount, state in ((10000, State.CONFIRMED), (49500, State.REVOKED)):
        ada = a_buyer(app)
        provider.pay(ada.to_the_page())
        intent = list(provider.server.books.kept["intents"])[-1]
        provider.tell()
        provider.server.books.make_refund({"payment_intent": intent, "amount": str(amount)})
        provider.tell()

        db.session.expire_all()
        assert (ada.made.registrations[0].state, payment.net(ada.order.id)) == (state, 49500 - amount)
        nothing_is_broken()


@pytest.mark.once
def test_at_the_desk_the_order_is_shown_as_codes_to_scan(app, provider: Provider, browser):
    ada = a_buyer(app)
    seller = ada.order.seller
    assert seller is not None
    draft = SellerDraft("City", currencies=("SEK",), swish="123 456 78 90")
    sellers.save_seller(expo_id=ada.order.expo_id, draft=draft, seller=seller)
    finance = browser(a.an_organiser(ada.made.registrations[0].conference.expo, Role.FINANCE))

    page = finance.get(ada.path().split("/orders")[0] + f"/organise/orders/{ada.order.code}").text

    assert f"C1234567890;495.00;{ada.order.code};0" in page
    assert page.count("<svg xmlns") >= 2

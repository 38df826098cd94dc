"""Tills at the desk: what each took, what should be there, what was counted."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from expo.core import checks
from expo.core.audit import AuditEntry, acting
from expo.core.db import db
from expo.core.money import Money
from expo.payment import counting, payments, refunds
from expo.payment.counting_models import CashCount
from expo.payment.models import Order, PayMethod, Refund, Seller
from expo.programme.words import Role
from expo.registration import billing
from tests import factories as a
from tests.registration.test_changing import a_kind, bought
from tests.storms.test_same_moment import at_once

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R8", "O3")]


def the_form(page: str) -> dict[str, str]:
    form = page[page.index('class="form card"') :]
    return dict(re.findall(r'name="(seller|taken_by|should|currency)"[^>]* value="([^"]*)"', form)[:4])


def test_a_till_is_counted_once_and_a_difference_says_why(browser):
    kind = a_kind()
    expo = kind.conference.expo
    olle = browser(a.an_organiser(expo, Role.FINANCE))
    path = f"/{expo.slug}/organise/money/till"
    assert "No cash to count" in olle.get(path).text
    for kronor, method in ((300, "desk"), (200, "desk"), (500, "swish")):
        order = bought(kind, paid=False).order
        assert order is not None
        page = olle.get(f"/{expo.slug}/organise/orders/{order.code}").text
        key = re.search(r'name="key"[^>]* value="([^"]+)"', page)
        assert key
        sent = {"key": key[1] + "\0", "method": method, "came": str(kronor), "note": "\0"}
        assert olle.post(f"/{expo.slug}/organise/orders/{order.code}/payments", sent).status_code == 303
    page = olle.get(path).text.replace("\xa0", " ")
    assert "SEK 500" in page
    form = the_form(page)
    assert (form["should"], form["currency"]) == ("50000", "SEK")

    for counted, note in (("", ""), ("-5", "x"), ("1e9", "x"), ("99999999999", "x"), ("480", "")):
        assert olle.post(path, {**form, "counted": counted, "note": note}).status_code == 422
    assert olle.post(path, {**form, "should": "100", "counted": "1", "note": ""}).status_code == 409
    assert olle.post(path, {**form, "seller": "999999", "counted": "500"}).status_code == 404
    for field, wrong in (
        ("taken_by", "\0"),
        ("currency", "\0"),
        ("currency", "XXX"),
        ("should", "9" * 30),
        ("note", "\0"),
    ):
        sent = {**form, "counted": "480", "note": "x", field: wrong}
        if field != "note":
            assert olle.post(path, sent).status_code in (409, 422), (field, wrong)
    assert olle.post(path, {**form, "counted": "480", "note": "A coin rolled away"}).status_code == 303
    assert olle.post(path, {**form, "counted": "480", "note": "A coin rolled away"}).status_code == 409

    page = olle.get(path).text
    assert "No cash to count" in page
    assert "A coin rolled away" in page
    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cash_counted"))
    assert entry.after == {"of": form["taken_by"], "expected": 50000, "counted": 48000, "currency": "SEK"}
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def test_each_person_has_a_till_of_their_own_for_each_seller(browser):
    kind = a_kind()
    for who, kronor in (("account:1", 100), ("account:1", 150), ("account:2", 500)):
        order = bought(kind, paid=False).order
        assert order is not None
        with acting(who):
            payments.record(
                order=order, method=PayMethod.DESK, amount=Money(100 * kronor, "SEK"), key=order.code
            )

    tills = counting.uncounted(kind.expo_id, None)

    assert [(one.taken_by, one.count, one.amount.minor) for one in tills] == [
        ("account:1", 2, 25000), ("account:2", 1, 50000),
    ]  # fmt: skip
    assert counting.uncounted(kind.expo_id, []) == []
    stranger = browser(a.an_organiser(kind.conference.expo, Role.VIEWER))
    assert stranger.get(f"/{kind.conference.expo.slug}/organise/money/till").status_code == 403


def test_what_goes_back_in_cash_is_taken_off_the_till_once(browser):
    kind = a_kind()
    expo = kind.conference.expo
    account = a.an_organiser(expo, Role.FINANCE)
    olle, mine = browser(account), f"account:{account.id}"
    order = bought(kind, paid=False).order
    assert order is not None
    with acting(mine):
        for key, kronor in (("one", 500), ("two", 200)):  # 200 too much
            payments.record(order=order, method=PayMethod.DESK, amount=Money(100 * kronor, "SEK"), key=key)
    [refund] = refunds.of_orders([order.id])
    path, page = f"/{expo.slug}/organise/money/till", f"/{expo.slug}/organise/orders/{order.code}"
    assert f'<option value="desk:{mine}">' in olle.get(page).text

    for _press in range(2):
        assert olle.post(f"{page}/refunds/{refund.id}/paid", {"way": f"desk:{mine}"}).status_code in (
            303,
            409,
        )

    shown = olle.get(path).text.replace("\xa0", " ")
    assert "SEK 500" in shown
    assert "1 given back" in shown
    assert [(one.amount.minor, one.back) for one in counting.uncounted(expo.id, None)] == [(50000, 1)]
    form = the_form(shown)
    assert olle.post(path, {**form, "should": "70000", "counted": "700", "note": ""}).status_code == 409
    assert olle.post(path, {**form, "counted": "500", "note": ""}).status_code == 303
    assert counting.uncounted(expo.id, None) == []
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


@pytest.mark.storm
def test_a_till_that_is_counted_while_two_sell_and_one_gives_back_holds_what_it_was_expected_to(app):
    """Nothing is counted twice or forgotten, whenever it came. Seen red where a count did not hold the seller."""
    kind = a_kind()
    orders = [bought(kind, paid=False).order for _number in range(9)]
    seller_id, expo_id = billing.seller_of(kind.conference).id, kind.expo_id
    ids = [order.id for order in orders if order is not None]

    def pay(order_id: int, key: str) -> None:
        with acting("account:1"):
            order = db.session.get_one(Order, order_id)
            payments.record(
                order=order, method=PayMethod.DESK, amount=Money(60000, "SEK"), key=f"{key}{order_id}"
            )

    def give_back(order_id: int) -> None:
        with acting("account:2"):
            [refund] = refunds.of_orders([order_id])
            refunds.paid_out(refund=refund, till="account:1")

    def count() -> None:
        with acting("account:3"):
            for till in counting.uncounted(expo_id, None):
                counting.count(
                    seller=db.session.get_one(Seller, seller_id), taken_by="account:1", expected=till.amount,
                    counted=till.amount.minor,
                )  # fmt: skip

    for order_id in ids[:3]:
        pay(order_id, "before")
    said = at_once(
        app,
        *(lambda one=one: pay(one, "now") for one in ids[3:]),
        *(lambda one=one: give_back(one) for one in ids[:3]),
        *[count] * 3,
    )  # type: ignore[misc]
    assert set(said) <= {"done", "changed_meanwhile", "till_too_empty"}
    for _again in "ab":
        count()
    assert counting.uncounted(expo_id, None) == []
    out = db.session.scalar(sa.select(sa.func.count()).where(Refund.way == PayMethod.DESK)) or 0
    counted = db.session.scalar(sa.select(sa.func.sum(CashCount.expected_minor)))
    assert counted == 9 * 60000 - out * 10000
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []

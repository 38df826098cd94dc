"""Finance pages: refunds with four eyes, the ledger, the VAT report; each reads the books of its own sellers."""

from __future__ import annotations

import re

import pytest

from expo.core.db import db
from expo.core.money import Money
from expo.expos.models import Expo
from expo.payment import payments, refunds, sellers
from expo.payment.models import Order, PayMethod, RefundState
from expo.payment.sellers import SellerDraft
from expo.programme.words import Role
from expo.registration import actions, billing
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def a_paid_order(conference=None, minor: int = 900_000) -> Order:
    kind = a.a_ticket_type(conference or a.a_conference(), price_minor=minor, vat_basis_points=2500)
    order = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]).order
    payments.record(order=order, method=PayMethod.DESK, amount=Money(minor, "SEK"), key=f"p{order.id}")
    return order


def a_sellers_conference(expo, name: str):
    conference = a.a_conference(expo)
    seller = sellers.save_seller(expo_id=expo.id, draft=SellerDraft(name))
    billing.let_sell(conference=conference, seller=seller)
    return conference


@pytest.mark.feature("O3")
def test_a_large_refund_is_asked_for_by_one_and_agreed_to_by_another(browser):
    order = a_paid_order()
    expo = db.session.get_one(Expo, order.expo_id)
    path = f"/{expo.slug}/organise/orders/{order.code}"
    one, other = (browser(a.an_organiser(expo, Role.FINANCE)) for _person in "ab")
    page = one.get(path).text
    key = re.search(r'name="back-key"[^>]* value="([^"]+)"', page)
    assert key
    line = re.search(r'name="back-line".*?<option[^>]* value="(\d+)"', page, re.DOTALL)
    assert line
    typed = {"back-key": key[1], "back-line": line[1], "back-less": "6000", "back-why": "Ill"}
    assert one.post(f"{path}/refunds", {**typed, "back-less": "9000"}).status_code == 422
    assert one.post(f"{path}/refunds", {**typed, "back-less": "-5"}).status_code == 422
    assert one.post(f"{path}/refunds", {**typed, "back-line": "1234567"}).status_code == 422

    for _press in range(3):
        assert one.post(f"{path}/refunds", typed).status_code == 303

    [refund] = refunds.of_orders([order.id])
    assert "waits for a second person" in one.get(f"/{expo.slug}/organise/money/refunds").text
    assert one.post(f"{path}/refunds/{refund.id}/approve").status_code == 403
    assert one.post(f"{path}/refunds/{refund.id}/paid").status_code == 409
    assert other.post(f"{path}/refunds/{refund.id}/approve").status_code == 303
    assert other.post(f"{path}/refunds/{refund.id}/paid").status_code == 409  # there is nothing in their till
    assert other.post(f"{path}/refunds/{refund.id}/paid", {"way": "desk:account:77"}).status_code == 409
    assert other.post(f"{path}/refunds/{refund.id}/paid", {"way": "checkout"}).status_code == 409
    assert '<option value="desk:test">' in other.get(path).text
    assert other.post(f"{path}/refunds/{refund.id}/paid", {"way": "desk:test"}).status_code == 303
    assert other.post(f"{path}/refunds/{refund.id}/paid", {"way": "desk:test"}).status_code == 303, (
        "twice is once"
    )
    assert refund.state is RefundState.DONE


@pytest.mark.feature("O3")
def test_finance_of_one_seller_reads_no_other_sellers_books(browser):
    expo = a.an_expo()
    city, congress = a_sellers_conference(expo, "The City"), a_sellers_conference(expo, "Congress Ltd")
    own, foreign = a_paid_order(city), a_paid_order(congress, 77_700)
    finance = browser(a.an_organiser(expo, Role.FINANCE, city))
    whole = browser(a.an_organiser(expo, Role.FINANCE))
    [refund] = refunds.request(
        order=foreign, amount=Money(100, "SEK"), reason=refunds.RefundReason.GOODWILL, key="x"
    )
    desk = f"/{expo.slug}/organise"

    for page in ("money/ledger", "money/ledger?as=csv", "money/refunds", "money/vat", "money/vat?as=csv"):
        seen = finance.get(f"{desk}/{page}").text
        assert foreign.code not in seen
        assert "Congress" not in seen
    assert own.code in finance.get(f"{desk}/money/ledger?as=csv").text
    assert finance.post(f"{desk}/orders/{foreign.code}/refunds/{refund.id}/paid").status_code == 404
    assert finance.post(f"{desk}/orders/{own.code}/refunds/{refund.id}/paid").status_code == 404
    assert "Congress Ltd" in whole.get(f"{desk}/money/vat").text
    assert whole.get(f"{desk}/money/vat?from=2001-01-01&until=2001-02-01").text.count("<tr") == 0


@pytest.mark.feature("O3")
@pytest.mark.once
def test_the_files_of_the_books_are_tables_with_plain_numbers(browser):
    order = a_paid_order(minor=12_345)
    expo = db.session.get_one(Expo, order.expo_id)
    finance = browser(a.an_organiser(expo, Role.FINANCE))

    file = finance.get(f"/{expo.slug}/organise/money/vat?as=csv")

    assert file.mimetype == "text/csv"
    assert file.text.splitlines()[1].endswith(",25 %,98.76,24.69,SEK")
    assert "-98.76" in finance.get(f"/{expo.slug}/organise/money/ledger?as=csv").text

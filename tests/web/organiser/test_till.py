"""Tills at the desk: what each took, what should be there, what was counted."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from expo.core import checks
from expo.core.audit import AuditEntry, acting
from expo.core.db import db
from expo.core.money import Money
from expo.payment import counting, payments
from expo.payment.models import PayMethod
from expo.programme.words import Role
from tests import factories as a
from tests.registration.test_changing import a_kind, bought

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
        sent = {"key": key[1], "method": method, "came": str(kronor), "note": ""}
        assert olle.post(f"/{expo.slug}/organise/orders/{order.code}/payments", sent).status_code == 303
    page = olle.get(path).text.replace("\xa0", " ")
    assert "SEK 500" in page
    form = the_form(page)
    assert (form["should"], form["currency"]) == ("50000", "SEK")

    for counted, note in (("", ""), ("-5", "x"), ("1e9", "x"), ("99999999999", "x"), ("480", "")):
        assert olle.post(path, {**form, "counted": counted, "note": note}).status_code == 422
    assert olle.post(path, {**form, "should": "100", "counted": "1", "note": ""}).status_code == 409
    assert olle.post(path, {**form, "seller": "999999", "counted": "500"}).status_code == 404
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

"""The provider's account is held against ours: what we did not hear of is written down, what differs is shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.core import checks
from expo.core.db import db, transaction
from expo.payment import reconciling
from expo.payment.models import OrderState, Payment
from expo.programme.words import Role
from tests import factories as a
from tests.payment.conftest import Provider, a_buyer

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("O3")]


def test_what_was_paid_and_never_told_is_written_down(app, provider: Provider):
    ada = a_buyer(app)
    provider.pay(ada.to_the_page())

    assert reconciling.reconcile() == []

    db.session.expire_all()
    assert ada.order.state is OrderState.SETTLED
    assert list(checks.broken()) == []


def test_what_differs_is_listed_until_it_is_gone_and_each_sees_their_own(app, provider: Provider, browser):
    ada = a_buyer(app)
    provider.pay(ada.to_the_page())
    provider.tell()
    provider.pages[0]["payment_status"] = "unpaid"  # as if it never was
    provider.server.books.kept["pages"]["cs_x"] = {
        **provider.pages[0], "id": "cs_x", "payment_status": "paid", "client_reference_id": "77777",
    }  # fmt: skip

    for _night in range(2):
        found = reconciling.reconcile()
        assert sorted(one.what for one in found) == ["payment not there", "unknown payment"]
    expo = ada.order.person.expo_id
    listed = reconciling.listed(expo, None)
    assert len(listed) == 2
    assert [one.order_id for one in reconciling.listed(expo, [ada.order.seller_id])] == [ada.order.id]
    assert reconciling.listed(expo, [ada.order.seller_id + 1]) == []
    page = browser(a.an_organiser(ada.made.registrations[0].conference.expo, Role.FINANCE))
    assert (
        "Paid there, unknown here"
        in page.get(ada.path().split("/orders")[0] + "/organise/money/reconciliation").text
    )

    provider.pages[0]["payment_status"] = "paid"
    del provider.server.books.kept["pages"]["cs_x"]
    assert reconciling.reconcile() == []
    assert reconciling.listed(expo, None) == []


def test_an_amount_that_was_changed_here_is_found(app, provider: Provider):
    ada = a_buyer(app)
    provider.pay(ada.to_the_page())
    provider.tell()
    with transaction():
        db.session.execute(sa.update(Payment).values(amount_minor=49400))

    [difference] = reconciling.reconcile()

    assert (difference.what, difference.theirs, difference.ours) == (
        "payment", "49500 SEK paid", "49400 SEK succeeded"
    )  # fmt: skip

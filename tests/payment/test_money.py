"""Refunds never exceed what came, above a limit two people agree, and the books hold every öre."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.core import audit, checks
from expo.core.db import db, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.payment import ledger, payments, refunds, settling
from expo.payment import queries as payment
from expo.payment.models import Account, Order, OrderState, PayMethod, RefundReason, RefundState
from expo.payment.refusals import NotYourRefund, RefundTooMuch, TillTooEmpty, WrongRefundStep
from expo.registration import actions
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def an_order(price: int = 49500, vat: int = 2500) -> Order:
    kind = a.a_ticket_type(a.a_conference(), price_minor=price, vat_basis_points=vat)
    return actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]).order


def pay(order: Order, minor: int, key: str = "one", method: PayMethod = PayMethod.DESK) -> None:
    payments.record(order=order, method=method, amount=Money(minor, order.currency), key=key)


def books(order: Order) -> dict[Account, int]:
    return {one.account: one.amount.minor for one in ledger.balances(order.expo_id, None) if one.amount.minor}


def back(order: Order, minor: int, key: str = "k", **more: object) -> list[refunds.Refund]:
    return refunds.request(
        order=order, amount=Money(minor, order.currency), reason=RefundReason.GOODWILL, key=key, **more
    )


@pytest.mark.feature("O3")
def test_what_is_paid_stands_in_the_books_with_its_vat_and_every_entry_sums_to_nothing():
    order = an_order()
    assert books(order) == {}

    pay(order, 20000)
    assert books(order) == {Account.CASH: 20000, Account.RECEIVABLE: -20000}
    pay(order, 29500, "two", PayMethod.TRANSFER)

    assert books(order) == {
        Account.CASH: 20000, Account.BANK: 29500, Account.SALES: -39600, Account.VAT: -9900
    }  # fmt: skip
    [line] = ledger.vat(order.expo_id, [order.seller_id])
    assert (line.rate, line.net.minor, line.vat.minor) == (2500, 39600, 9900)
    assert ledger.rows(order.expo_id, [order.seller_id + 1]) == []
    nothing_is_broken()


@pytest.mark.feature("O3")
def test_a_row_of_the_ledger_cannot_be_changed():
    order = an_order()
    pay(order, 49500)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.update(ledger.LedgerRow).values(amount_minor=1))


@pytest.mark.feature("R9")
def test_what_came_too_much_is_asked_back_once():
    order = an_order()
    pay(order, 49500)
    pay(order, 49500, "two")
    pay(order, 49500, "two")

    [refund] = refunds.of_orders([order.id])
    assert (refund.amount_minor, refund.reason, refund.state) == (
        49500, RefundReason.SURPLUS, RefundState.REQUESTED
    )  # fmt: skip
    assert books(order)[Account.RECEIVABLE] == -49500  # what we owe
    refunds.paid_out(refund=refund)
    refunds.paid_out(refund=refund)
    with transaction():
        assert settling.level(order) == []

    assert (payment.net(order.id), Account.RECEIVABLE in books(order)) == (49500, False)
    nothing_is_broken()


@pytest.mark.feature("R10", "O3")
def test_refunds_asked_for_and_done_together_never_exceed_what_came():
    """The database holds it: without the condition of the counting statement its CHECK refuses, as a fault."""
    order = an_order()
    pay(order, 30000)
    pay(order, 19500, "two", PayMethod.TRANSFER)

    made = back(order, 25000)
    assert [(one.amount_minor, one.payment.amount_minor) for one in made] == [(19500, 19500), (5500, 30000)]
    assert back(order, 25000) == made  # the same key again
    for wrong in (24501, 10**9):
        with pytest.raises(RefundTooMuch):
            back(order, wrong, f"k{wrong}")
    for wrong in (0, -1):
        with pytest.raises(BadInput):
            back(order, wrong, f"k{wrong}")
    with pytest.raises(BadInput):
        refunds.request(order=order, amount=Money(1, "EUR"), reason=RefundReason.GOODWILL, key="eur")
    assert [one.refunded_minor for one in payment.payments_of([order.id])] == [5500, 19500]
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(type(made[0].payment)).values(refunded_minor=10**6))


@pytest.mark.feature("O3")
def test_a_refund_above_the_limit_needs_a_second_person():
    order = an_order(600_000)
    pay(order, 600_000)
    [line] = payment.lines_of([order.id])
    asked = {"order": order, "line": line, "amount": Money(550_000, "SEK"), "key": "big", "note": "Ill"}
    with audit.acting("account:1"):
        [refund] = settling.give_back_part(**asked)
        assert settling.give_back_part(**asked) == [refund]
    assert refund.waits_for_second

    with pytest.raises(WrongRefundStep):
        refunds.paid_out(refund=refund)
    with audit.acting("account:1"), pytest.raises(NotYourRefund):
        refunds.approve(refund=refund)
    with audit.acting("account:2"):
        refunds.approve(refund=refund)
        with pytest.raises(TillTooEmpty):  # nothing lies in their own
            refunds.paid_out(refund=refund)
        refunds.paid_out(refund=refund, till="test")

    assert (refund.state, order.state, order.total_minor) == (RefundState.DONE, OrderState.SETTLED, 50_000)
    assert books(order) == {Account.CASH: 50_000, Account.SALES: -40_000, Account.VAT: -10_000}
    nothing_is_broken()


@pytest.mark.feature("R10")
def test_who_keeps_a_place_never_gets_all_of_its_price_back():
    order = an_order()
    pay(order, 49500)
    [line] = payment.lines_of([order.id])
    for wrong in (49500, 49501, 0, -5):
        with pytest.raises(BadInput):
            settling.give_back_part(order=order, line=line, amount=Money(wrong, "SEK"), key="k", note="")
    settling.give_back_part(order=order, line=line, amount=Money(49000, "SEK"), key="k", note="")
    with pytest.raises(BadInput):
        settling.give_back_part(order=order, line=line, amount=Money(500, "SEK"), key="k2", note="")
    nothing_is_broken()


@pytest.mark.feature("O3")
def test_a_refund_that_fails_counts_no_longer_and_can_be_tried_again():
    order = an_order()
    pay(order, 49500, method=PayMethod.TRANSFER)
    pay(order, 10000, "two", PayMethod.TRANSFER)
    [refund] = refunds.of_orders([order.id])
    refunds.paid_out(refund=refund)

    with transaction():
        refunds.failed(refund, "The account is closed")

    assert (refund.state, refund.payment.refunded_minor) == (RefundState.FAILED, 0)
    assert books(order)[Account.RECEIVABLE] == -10000
    [again] = refunds.try_again(refund=refund)
    assert refunds.try_again(refund=refund) == [again]
    nothing_is_broken()


@pytest.mark.feature("O3")
def test_many_small_refunds_are_no_way_around_the_second_person():
    """Without the sum of what one person let go before, the second and the third went alone."""
    order = an_order(900_000)
    pay(order, 900_000)
    [line] = payment.lines_of([order.id])
    made = []
    with audit.acting("account:1"):
        for part in (300_000, 300_000, 100):
            made += settling.give_back_part(
                order=order, line=line, amount=Money(part, "SEK"), key=f"part{len(made)}", note="Ill"
            )
    assert [one.needs_second for one in made] == [False, True, True]
    with audit.acting("account:2"):
        refunds.approve(refund=made[1])
    nothing_is_broken()


@pytest.mark.feature("O3")
def test_nobody_alone_ends_a_place_and_hands_out_a_large_sum_for_it():
    order = an_order(600_000)
    pay(order, 600_000, method=PayMethod.TRANSFER)
    with audit.acting("account:1"):
        actions.revoke(registration=actions.queries.of_order(order.id)[0], reason="so")
        [refund] = refunds.of_orders([order.id])
        with pytest.raises(NotYourRefund):
            refunds.paid_out(refund=refund)
    with audit.acting("account:2"):
        refunds.paid_out(refund=refund)
    assert refund.way is PayMethod.TRANSFER
    nothing_is_broken()


@pytest.mark.feature("R8", "O3")
def test_cash_goes_back_out_of_a_till_or_by_transfer_and_the_books_know_which():
    one, other = an_order(), an_order()
    with audit.acting("account:1"):
        pay(one, 50000)
        pay(other, 50000)
        [out, sent] = [refunds.of_orders([order.id])[0] for order in (one, other)]
        for wrong in (PayMethod.SWISH, PayMethod.CHECKOUT, PayMethod.INVOICE):
            with pytest.raises(WrongRefundStep):
                refunds.paid_out(refund=out, way=wrong)
        with pytest.raises(TillTooEmpty):
            refunds.paid_out(refund=out, till="account:2")
        db.session.refresh(out)
        refunds.paid_out(refund=out)
        refunds.paid_out(refund=sent, way=PayMethod.TRANSFER)

    assert (out.way, out.till) == (PayMethod.DESK, "account:1")
    assert (sent.way, sent.till) == (PayMethod.TRANSFER, None)
    kept = {account: books(order) for account, order in ((Account.CASH, one), (Account.BANK, other))}
    assert kept[Account.CASH][Account.CASH] == 49500
    assert kept[Account.BANK][Account.CASH] == 50000
    assert kept[Account.BANK][Account.BANK] == -500
    nothing_is_broken()

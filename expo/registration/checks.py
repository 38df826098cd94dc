from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db
from expo.payment.models import Order, OrderState, Payment, PayState, Refund, RefundState

from .change_models import ChangeState, TicketChange
from .late_models import UNDECIDED, LateMoney
from .models import LIVE, Registration, RegistrationState, TakenAddOn
from .voucher_models import Voucher, VoucherUse


@check("1", "approved and confirmed registrations hold a place, ended ones do not")
def holders() -> Iterator[str]:
    wrong = sa.select(Registration.code, Registration.state).where(
        sa.or_(
            sa.and_(
                Registration.state.in_((RegistrationState.APPROVED, RegistrationState.CONFIRMED)),
                sa.not_(Registration.holds_place),
            ),
            sa.and_(Registration.state.not_in(LIVE), Registration.holds_place),
        )
    )
    for row in db.session.execute(wrong):
        yield f"registration {row.code} is {row.state} with the wrong hold on its place"


@check("2", "a place that was handed on has one live end, and the one before holds nothing")
def handed_on() -> Iterator[str]:
    after = aliased(Registration)
    wrong = (
        sa.select(Registration.code)
        .join(after, Registration.handed_to_id == after.id)
        .where(
            sa.or_(
                Registration.state != RegistrationState.WITHDRAWN,
                Registration.holds_place,
                Registration.conference_id != after.conference_id,
                Registration.person_id == after.person_id,
            )
        )
    )
    for code in db.session.scalars(wrong):
        yield f"registration {code} was handed on and is still somebody's"


@check("2", "one live registration per person and conference")
def one_live() -> Iterator[str]:
    twice = (
        sa.select(Registration.person_id, Registration.conference_id)
        .where(Registration.state.in_(LIVE), Registration.person_id.is_not(None))
        .group_by(Registration.person_id, Registration.conference_id)
        .having(sa.func.count() > 1)
    )
    for row in db.session.execute(twice):
        yield f"person {row.person_id} is registered twice for conference {row.conference_id}"


@check("1", "an add-on holds a place exactly as long as its ticket does")
def add_ons() -> Iterator[str]:
    wrong = (
        sa.select(Registration.code)
        .join(TakenAddOn, TakenAddOn.registration_id == Registration.id)
        .where(TakenAddOn.holds_place != Registration.holds_place)
    )
    for row in db.session.execute(wrong):
        yield f"registration {row.code} and one of its add-ons do not agree on their place"


@check("3", "who is approved has an open order, and who has one paid is confirmed")
def paid() -> Iterator[str]:
    """A confirmed registration may stand on an open order, if it is a free one beside others."""
    wrong = (
        sa.select(Registration.code, Order.state)
        .outerjoin(Registration.order)
        .where(
            Registration.state == RegistrationState.APPROVED,
            sa.or_(Order.id.is_(None), Order.state != OrderState.OPEN),
        )
    )
    for row in db.session.execute(wrong):
        yield f"registration {row.code} waits for a payment, but its order is {row.state}"


@check("2", "a voucher counts exactly its live uses, and no ended registration keeps one")
def voucher_uses() -> Iterator[str]:
    live = (VoucherUse.voucher_id == Voucher.id, VoucherUse.undone_at.is_(None))
    uses = sa.select(sa.func.count()).where(*live).scalar_subquery()
    spent = (
        sa.select(sa.func.coalesce(sa.func.sum(VoucherUse.amount_minor), 0)).where(*live).scalar_subquery()
    )
    wrong = sa.or_(Voucher.uses != uses, Voucher.spent_minor != spent)
    for row in db.session.execute(sa.select(Voucher.id, Voucher.uses, uses.label("live")).where(wrong)):
        yield f"voucher {row.id} counts {row.uses} uses, {row.live} are live"
    kept = (
        sa.select(Registration.code)
        .join(VoucherUse, VoucherUse.registration_id == Registration.id)
        .where(VoucherUse.undone_at.is_(None), Registration.state.not_in(LIVE))
    )
    for row in db.session.execute(kept):
        yield f"registration {row.code} has ended and keeps its voucher"


@check(
    "3",
    "money of an order that has ended goes back, or a choice about it is open; choices are about such money",
)
def late_money() -> Iterator[str]:
    came = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_minor - Payment.refunded_minor), 0))
        .where(Payment.order_id == Order.id, Payment.state == PayState.SUCCEEDED)
        .scalar_subquery()
    )
    choosing = (
        sa.select(LateMoney.id).where(LateMoney.order_id == Order.id, LateMoney.state.in_(UNDECIDED)).exists()
    )
    failed = (
        sa.select(Refund.id).where(Refund.order_id == Order.id, Refund.state == RefundState.FAILED).exists()
    )
    ended = Order.state.in_((OrderState.EXPIRED, OrderState.VOID))
    wrong = sa.or_(
        sa.and_(ended, came > 0, sa.not_(choosing), sa.not_(failed)), sa.and_(sa.not_(ended), choosing)
    )
    for row in db.session.execute(sa.select(Order.code, Order.state, came.label("came")).where(wrong)):
        yield f"order {row.code} is {row.state} with {row.came} that nobody decides about"


@check(
    "3",
    "a change that waits has an open order and a confirmed place, and one that was paid has a settled one",
)
def changes() -> Iterator[str]:
    wrong = sa.or_(
        sa.and_(
            TicketChange.state == ChangeState.WAITING,
            sa.or_(
                Order.id.is_(None),
                Order.state != OrderState.OPEN,
                Registration.state != RegistrationState.CONFIRMED,
                Registration.ticket_type_id != TicketChange.from_type_id,
            ),
        ),
        sa.and_(
            TicketChange.state.in_((ChangeState.LAPSED, ChangeState.CANCELLED)),
            Order.state == OrderState.OPEN,
        ),
        sa.and_(
            TicketChange.state == ChangeState.DONE,
            Order.state != OrderState.SETTLED,
            Registration.state.in_(LIVE),
        ),
    )
    found = (
        sa.select(Registration.code, TicketChange.state, Order.state.label("order_state"))
        .join(TicketChange, TicketChange.registration_id == Registration.id)
        .outerjoin(Order, TicketChange.order_id == Order.id)
        .where(wrong)
    )
    for row in db.session.execute(found):
        yield f"registration {row.code} has a change that is {row.state}, and its order is {row.order_state}"


@check("3", "a registration has the ticket of the last change that was made of it")
def changed() -> Iterator[str]:
    last = (
        sa.select(sa.func.max(TicketChange.id))
        .where(TicketChange.state == ChangeState.DONE)
        .group_by(TicketChange.registration_id)
    )
    wrong = (
        sa.select(Registration.code)
        .join(TicketChange, TicketChange.registration_id == Registration.id)
        .where(
            TicketChange.id.in_(last),
            sa.or_(
                TicketChange.to_type_id != Registration.ticket_type_id,
                TicketChange.price_minor != Registration.price_minor,
            ),
        )
    )
    for code in db.session.scalars(wrong):
        yield f"registration {code} has another ticket or price than its last change says"

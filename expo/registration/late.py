"""Money that came after its places were given back (R9): seated again if they are free; else the delegate chooses to be
first in line, another ticket, or the money back; who does not choose gets it back. None of it stays undecided."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity.news import PlacesFreed
from expo.core import audit, clock, jobs, news
from expo.core.db import before_commit, db, execute, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput, Refusal
from expo.payment import orders, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, RefundReason
from expo.payment.news import CameLate

from . import changing, letters, places, queries, submitting
from .late_models import UNDECIDED, LateMoney, LateState
from .models import Registration, RegistrationState, TicketType
from .news import SeatedAgain
from .refusals import LateIsDecided

CHOOSE_WITHIN = timedelta(days=7)
AT_LEAST = timedelta(hours=12)


def listen() -> None:
    news.listen(CameLate, _decide)
    # Before the waiting list, whose listener comes later: who has paid goes first.
    news.listen(PlacesFreed, lambda _freed: before_commit("late.seat", seat_those_in_line))


def _decide(late: CameLate) -> None:
    """Inside the transaction in which the money came; the order is held."""
    order = db.session.get_one(Order, late.order_id)
    if changing.came_late(order):
        return
    if undecided(order.id) is not None:
        return  # more money for the same choice: it goes back, or is kept, with the rest
    ended = _ended(order)
    if not ended or payment.net(order.id) < order.total_minor:
        settling.level(order, owed=0, reason=RefundReason.LATE)
        return
    if _seat(order, ended):
        return
    deadline = clock.now() + CHOOSE_WITHIN
    choice = LateMoney(
        expo_id=order.expo_id,
        order_id=order.id,
        state=LateState.OPEN,
        opened_at=clock.now(),
        deadline=max(min(deadline, _over(ended)), clock.now() + AT_LEAST),
    )
    db.session.add(choice)
    db.session.flush()
    audit.record("late_money", "order", order.id, expo_id=order.expo_id, after={"state": choice.state.value})
    jobs.add("late_over", {"late": choice.id}, at=choice.deadline, key=f"late_over:{choice.id}")
    letters.late(order, "late_choice", deadline=choice.deadline)


def undecided(order_id: int) -> LateMoney | None:
    """The choice that is open for an order."""
    return db.session.scalar(
        sa.select(LateMoney).where(LateMoney.order_id == order_id, LateMoney.state.in_(UNDECIDED))
    )


def credit(choice: LateMoney) -> Money:
    """How much there is to decide about."""
    return Money(payment.net(choice.order_id), choice.order.currency)


def may_exchange_for(choice: LateMoney) -> list[TicketType]:
    """Tickets of the same seller and currency that the money is enough for, and that the person does not have; none
    where it was paid for others."""
    from . import billing

    order = choice.order
    if any(one.person_id != order.person_id for one in _ended(order)):
        return []
    free: list[TicketType] = []
    for kind in queries.offered(choice.expo_id):
        seller = billing.named_seller(kind.conference)
        same = seller.id == order.seller_id if seller else bool(order.seller and order.seller.is_default)
        fits = kind.currency == order.currency and kind.price_minor <= credit(choice).minor
        if same and fits and not kind.needs_approval and _may_have(order, kind):
            free.append(kind)
    left = queries.left(free)
    return [kind for kind in free if left[kind.pool_id] != 0]


def _may_have(order: Order, kind: TicketType) -> bool:
    try:
        submitting.check_sale(kind)
    except Refusal:
        return False
    return queries.live(order.person_id, kind.conference_id) is None


def stand_in_line(*, choice: LateMoney) -> None:
    """The first place that is freed is theirs; until the conference is over the money waits. Raises LateIsDecided."""
    with transaction():
        order = orders.hold(choice.order_id)
        ended = _ended(order)
        _step(choice, LateState.IN_LINE, (LateState.OPEN,), deadline=max(_over(ended), choice.deadline))
        jobs.add("late_over", {"late": choice.id}, at=choice.deadline)
        _seat_again(choice, order)  # one may be free by now


def give_back(*, choice: LateMoney) -> None:
    """All of it goes back. Raises LateIsDecided."""
    with transaction():
        order = orders.hold(choice.order_id)
        _step(choice, LateState.REFUNDED, UNDECIDED)
        settling.level(order, owed=0, reason=RefundReason.LATE)


def exchange(*, choice: LateMoney, kind: TicketType) -> Registration:
    """Another ticket for the money; what is left of it goes back. Raises LateIsDecided, BadInput, TicketsGone."""
    with transaction():
        order = orders.hold(choice.order_id)
        _step(choice, LateState.EXCHANGED, UNDECIDED)
        if kind.id not in {one.id for one in may_exchange_for(choice)}:
            raise BadInput(_("This ticket cannot be had for what you paid."), field="ticket")
        line = settling.begin_again(
            order=order,
            text=f"{kind.conference.title}: {kind.name}",
            price=kind.price,
            rate=kind.vat_basis_points,
        )
        made = submitting.register_for(order=order, kind=kind, line_id=line.id)
        settling.settle_if_paid(order)
    return made


def seat_those_in_line() -> None:
    """Give places that were freed to those who have paid for them, in the order in which they came."""
    waiting = db.session.scalars(
        sa.select(LateMoney).where(LateMoney.state == LateState.IN_LINE).order_by(LateMoney.id)
    ).all()
    for choice in waiting:
        _seat_again(choice, orders.hold(choice.order_id))


def _seat_again(choice: LateMoney, order: Order) -> None:
    if _seat(order, _ended(order)):
        _step(choice, LateState.SEATED, UNDECIDED)


def _ended(order: Order) -> list[Registration]:
    """What the order was for, and was ended because nobody paid in time."""
    if order.state is not OrderState.EXPIRED:
        return []
    owed = {line.id for line in payment.lines_of([order.id])}
    return [
        one
        for one in queries.of_order(order.id)
        if one.state is RegistrationState.REVOKED and one.order_line_id in owed
    ]


def _seat(order: Order, ended: list[Registration]) -> bool:
    """Take all places again, and let the order be settled. False, and nothing changed, where one is not to be had."""
    if not ended or any(
        queries.is_over(one.conference)
        or (one.person_id is not None and queries.live(one.person_id, one.conference_id))
        for one in ended
    ):
        return False
    try:
        with db.session.begin_nested():
            for one in ended:
                execute(
                    sa.update(Registration)
                    .where(Registration.id == one.id, Registration.state == RegistrationState.REVOKED)
                    .values(state=RegistrationState.APPROVED, state_since=clock.now(), reason="")
                )
                db.session.refresh(one)
            places.take(ended)
            db.session.flush()
            for one in ended:
                news.tell(SeatedAgain(one.id))
    except (Refusal, sa.exc.IntegrityError):
        for one in ended:
            db.session.refresh(one)
        return False
    for one in ended:
        audit.record(
            "registration_approved",
            "registration",
            one.id,
            expo_id=one.expo_id,
            before={"state": RegistrationState.REVOKED.value},
            after={"state": RegistrationState.APPROVED.value},
        )
    settling.open_again(order)
    settling.settle_if_paid(order)
    return True


def _over(ended: list[Registration]) -> datetime:
    """When the first of these conferences is over."""
    return min(
        (datetime.combine(one.conference.ends_on, time(23, 59), one.conference.zone) for one in ended),
        default=clock.now(),
    )


def _step(choice: LateMoney, to: LateState, allowed: tuple[LateState, ...], **values: Any) -> None:
    before = choice.state
    stepped = execute(
        sa.update(LateMoney)
        .where(LateMoney.id == choice.id, LateMoney.state.in_(allowed))
        .values(state=to, **values)
    )
    db.session.refresh(choice)
    if stepped != 1:
        raise LateIsDecided(_("This was decided already. Look at your order."))
    audit.record(
        "late_money",
        "order",
        choice.order_id,
        expo_id=choice.expo_id,
        before={"state": before.value},
        after={"state": to.value},
    )


@jobs.handler("late_over")
def _when_over(payload: dict[str, Any]) -> None:
    """Nobody chose, or no place became free: the money goes back."""
    with transaction():
        choice = db.session.get_one(LateMoney, payload["late"])
        order = orders.hold(choice.order_id)
        db.session.refresh(choice)
        if choice.state in UNDECIDED and choice.deadline <= clock.now():
            give_back(choice=choice)
            letters.late(order, "late_refunded")

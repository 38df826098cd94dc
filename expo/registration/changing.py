"""Changing what one chose (R10): another ticket of the conference, other add-ons. At once where nothing is to pay;
else an order for the difference holds the new place until it is due, and the old one stays valid until it is paid.

Orders are held before the registration, the newest first: `billing.hold_orders`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock, news
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.core.refusals import Refusal
from expo.payment import orders, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, RefundReason
from expo.payment.news import OrderExpired, OrderSettled

from . import billing, letters, places, queries, quoting, reminders, vouchers
from .change_models import ChangedAddOn, ChangeState, TicketChange
from .models import AddOn, Registration, RegistrationState, TakenAddOn, TicketType
from .news import TicketChanged
from .quoting import Quote
from .refusals import ChangeWaits, QuoteChanged, WrongStep


def listen() -> None:
    news.listen(OrderSettled, _when_settled)
    news.listen(OrderExpired, _when_expired)


def change(
    *,
    registration: Registration,
    kind: TicketType,
    add_ons: Iterable[AddOn],
    expected: tuple[int, int] | None = None,
    by_team: bool = False,
) -> TicketChange:
    """Have this ticket and just these add-ons instead of what the registration has; or, where something is to pay,
    hold them until it is paid.

    `expected` is what the page said was to pay, and would go back. Raises QuoteChanged where that is not so any
    more, TicketsGone, and all that `quoting.quote` raises.
    """
    with transaction():
        billing.hold_orders(registration)
        lock(registration)
        quoted = quoting.quote(registration=registration, kind=kind, add_ons=add_ons, by_team=by_team)
        if expected is not None and expected != (quoted.pay.minor, quoted.back.minor):
            raise QuoteChanged(_("What is to pay or goes back has changed. Look again."))
        made = _write(quoted)
        if quoted.is_open:
            _on_open_order(made, quoted)
        elif quoted.pay.minor:
            _take(made)
            _let_pay(made, quoted)
        else:
            _apply(made, is_held=False)
    return made


def cancel(*, change: TicketChange) -> None:
    """All stays as it was: the new place is given back, and what was paid for it already. Raises WrongStep."""
    with transaction():
        billing.hold_orders(change.registration)
        lock(change.registration)
        _call_off(change)


def end_waiting(registration: Registration) -> None:
    """A registration ends, or becomes somebody else's: what it waited for is called off. Whoever calls holds it."""
    waits = quoting.waiting(registration.id)
    if waits is not None:
        _call_off(waits)


def add_ons_of(change: TicketChange) -> list[ChangedAddOn]:
    """What a change brings and takes away beside the ticket."""
    return list(
        db.session.scalars(
            sa.select(ChangedAddOn).where(ChangedAddOn.change_id == change.id).order_by(ChangedAddOn.id)
        )
    )


def came_late(order: Order) -> bool:
    """Money came for the difference after its time: the change is made after all where that can be, else the money
    goes back. False where the order is for something else. Whoever calls holds it."""
    change = queries.change_of(order.id)
    if change is None:
        return False
    if change.state is not ChangeState.LAPSED or not _begin_again(change, order):
        settling.level(order, owed=0, reason=RefundReason.LATE)
        letters.late(order, "late_refunded")
    return True


def _begin_again(change: TicketChange, order: Order) -> bool:
    registration = change.registration
    billing.hold_orders(registration)
    lock(registration)
    if (
        payment.net(order.id) < order.total_minor
        or registration.state is not RegistrationState.CONFIRMED
        or registration.ticket_type_id != change.from_type_id
        or queries.is_over(registration.conference)
        or _changed_since(change)
    ):
        return False
    try:
        with db.session.begin_nested():
            change.state, change.ended_at = ChangeState.WAITING, None
            db.session.flush()
            _take(change)
    except (Refusal, sa.exc.IntegrityError):
        db.session.refresh(change)
        return False
    settling.open_again(order)
    settling.settle_if_paid(order)
    return True


def _changed_since(change: TicketChange) -> bool:
    later = sa.select(TicketChange.id).where(
        TicketChange.registration_id == change.registration_id,
        TicketChange.id > change.id,
        TicketChange.state.in_((ChangeState.WAITING, ChangeState.DONE)),
    )
    return db.session.scalar(later.limit(1)) is not None


def _write(quoted: Quote) -> TicketChange:
    registration, kind = quoted.registration, quoted.kind
    made = TicketChange(
        expo_id=registration.expo_id,
        registration_id=registration.id,
        state=ChangeState.WAITING,
        asked_at=clock.now(),
        from_type_id=registration.ticket_type_id,
        to_type_id=kind.id,
        price_minor=quoted.price_minor,
        currency=quoted.currency,
        less_minor=quoted.less_minor,
        discount_minor=quoted.discount_minor,
        percent=quoted.percent,
        shared_pool_id=_shared(places.pool_of(registration), kind.pool_id)
        if quoted.is_other_ticket
        else None,
    )
    if not add_unless_there(made):  # a second click that came at the same time
        raise ChangeWaits(
            _("You have asked for a change that waits for its payment. Pay it, or call it off.")
        )
    for one in quoted.come:
        _note(made, one, one.price_minor, is_added=True)
    for gone in quoted.gone:
        _note(made, gone.add_on, gone.price_minor, is_added=False)
    db.session.flush()
    audit.record(
        "change_asked", "registration", registration.id, expo_id=registration.expo_id,
        before={"ticket_type": registration.ticket_type.slug},
        after={"ticket_type": kind.slug, "pay": quoted.pay.minor, "back": quoted.back.minor},
    )  # fmt: skip
    return made


def _note(change: TicketChange, add_on: AddOn, price_minor: int, *, is_added: bool) -> None:
    db.session.add(
        ChangedAddOn(
            expo_id=change.expo_id, change_id=change.id, add_on_id=add_on.id, is_added=is_added,
            price_minor=price_minor,
        )
    )  # fmt: skip


def _shared(old_pool_id: int, new_pool_id: int) -> int | None:
    """The lowest pool in which both stand."""
    old = pools.chain(old_pool_id)
    return next((one for one in pools.chain(new_pool_id) if one in old), None)


def _new_places(change: TicketChange) -> tuple[Counter[int], Counter[int], dict[int, str]]:
    """What a change that waits holds, what of it the old ticket holds already, and how the pools are called."""
    wanted: Counter[int] = Counter()
    held: Counter[int] = Counter()
    names = {}
    if change.to_type_id != change.from_type_id:
        wanted[change.to_type.pool_id] += 1
        names[change.to_type.pool_id] = change.to_type.name
        if change.shared_pool_id is not None:
            held[change.shared_pool_id] += 1
    for one in add_ons_of(change):
        if one.is_added:
            wanted[one.add_on.pool_id] += 1
            names[one.add_on.pool_id] = one.add_on.name
    return wanted, held, names


def _take(change: TicketChange) -> None:
    wanted, held, names = _new_places(change)
    try:
        pools.exchange(wanted, held)
    except PoolFull as full:
        raise places.gone(full, names) from full


def _let_pay(change: TicketChange, quoted: Quote) -> None:
    """An order for the difference, in the basket of the first one where that is the person's own."""
    registration = quoted.registration
    seller = billing.seller_of(registration.conference)
    bill = orders.Bill(seller.id, quoted.currency, quoted.lines, billing.due_at(seller, quoted.kind))
    known = registration.order
    if known is not None and known.person_id == registration.person_id:
        order, lines = orders.add(to=known, bill=bill)
    else:
        placed = orders.place(person=registration.person, bills=[bill])
        order, lines = placed.orders[0], placed.lines[0]
    change.order_id = order.id
    _point_at(change, [line.id for line in lines], quoted)
    letters.change_to_pay(change, order)
    reminders.plan_payment(order)


def _point_at(change: TicketChange, line_ids: list[int], quoted: Quote) -> None:
    """Which line is for the ticket, and which for each add-on, in their order."""
    rest = list(line_ids)
    if len(rest) > len(quoted.come):
        change.order_line_id = rest.pop(0)
    for one in add_ons_of(change):
        if one.is_added:
            one.order_line_id = rest.pop(0)
    db.session.flush()


def _on_open_order(change: TicketChange, quoted: Quote) -> None:
    """Nothing was paid yet: other lines stand on the order, and its due date stays."""
    registration, order = quoted.registration, quoted.registration.order
    assert order is not None
    old = [one.order_line_id for one in quoted.gone]
    bill = orders.Bill(order.seller_id or 0, quoted.currency, quoted.lines)
    made = settling.add(order=order, bill=bill) if quoted.lines else []
    _point_at(change, [line.id for line in made], quoted)
    if quoted.is_other_ticket:
        old.append(registration.order_line_id)
        registration.order_line_id, change.order_line_id = change.order_line_id, None
    _apply(change, is_held=False)
    settling.strike(order_id=order.id, line_ids=[one for one in old if one is not None])


def _apply(change: TicketChange, *, is_held: bool) -> None:
    """The registration has what was asked for, of which the change holds the places or not; what it had goes back.
    Whoever calls holds its orders and itself."""
    registration = change.registration
    _step(change, ChangeState.DONE)
    known = {one.add_on_id: one for one in queries.add_ons_of([registration.id])}
    changed = add_ons_of(change)
    gone = [known[one.add_on_id] for one in changed if not one.is_added and one.add_on_id in known]
    lines = {} if registration.state is RegistrationState.APPROVED else _given_up(change, gone)
    _swap_places(change, gone, is_held)
    registration.ticket_type, registration.currency = change.to_type, change.currency
    registration.price_minor = change.price_minor
    for one in gone:
        db.session.delete(one)
    for new in changed:
        if new.is_added:
            db.session.add(
                TakenAddOn(
                    expo_id=change.expo_id, registration_id=registration.id, add_on_id=new.add_on_id,
                    price_minor=new.price_minor, holds_place=True, order_line_id=new.order_line_id,
                )
            )  # fmt: skip
    db.session.flush()
    if change.to_type_id != change.from_type_id:
        vouchers.lessen(registration, change.discount_minor)
    for order_id in sorted(lines, reverse=True):
        settling.take_off(order=orders.hold(order_id), parts=lines[order_id], reason=RefundReason.CHANGE)
    audit.record(
        "ticket_changed", "registration", registration.id, expo_id=change.expo_id,
        before={"ticket_type": change.from_type.slug}, after={"ticket_type": change.to_type.slug},
    )  # fmt: skip
    letters.write(registration, "ticket_changed", change=letters.told_change(change, changed))
    news.tell(TicketChanged(registration.id))


def _given_up(change: TicketChange, gone: list[TakenAddOn]) -> dict[int, list[settling.Less]]:
    """From which lines of which orders something is taken off."""
    found = quoting.parts(quoting.paid_lines(change.registration), change.less_minor, change.percent)
    for line in payment.lines_with(one.order_line_id for one in gone if one.order_line_id is not None):
        left = settling.price_left(line)
        if line.order.state in (OrderState.OPEN, OrderState.SETTLED):
            found += quoting.parts([line], left, change.percent) or [settling.Less(line, 0)]
    by_order: dict[int, list[settling.Less]] = {}
    for part in found:
        by_order.setdefault(part.line.order_id, []).append(part)
    return by_order


def _swap_places(change: TicketChange, gone: list[TakenAddOn], is_held: bool) -> None:
    """In one call, so that two who want each other's do not wait for ever."""
    registration = change.registration
    new, shared, names = _new_places(change)
    back = Counter(one.add_on.pool_id for one in gone)
    if change.to_type_id != change.from_type_id:
        back[places.pool_of(registration)] += 1
        registration.pool_id = change.to_type.pool_id
        db.session.flush()
    try:
        pools.exchange(shared if is_held else new, back)
    except PoolFull as full:
        raise places.gone(full, names) from full


def _call_off(change: TicketChange) -> None:
    _release(change, ChangeState.CANCELLED)
    if change.order_id is not None:
        lines = payment.lines_of([change.order_id])
        settling.strike(order_id=change.order_id, line_ids=[line.id for line in lines])


def _release(change: TicketChange, to: ChangeState) -> None:
    _step(change, to)
    wanted, held, _names = _new_places(change)
    pools.exchange(held, wanted)
    audit.record(
        f"change_{to.value}", "registration", change.registration_id, expo_id=change.expo_id,
        after={"ticket_type": change.from_type.slug},
    )  # fmt: skip


def _step(change: TicketChange, to: ChangeState) -> None:
    """By one conditional statement: of two that end it at once, one does."""
    stepped = execute(
        sa.update(TicketChange)
        .where(TicketChange.id == change.id, TicketChange.state == ChangeState.WAITING)
        .values(state=to, ended_at=clock.now())
    )
    db.session.refresh(change)
    if stepped != 1:
        raise WrongStep(_("This change was made or called off already. Look again."))


def _when_settled(settled: OrderSettled) -> None:
    waits = queries.change_of(settled.order_id)
    if waits is not None and waits.state is ChangeState.WAITING:
        billing.hold_orders(waits.registration)
        lock(waits.registration)
        db.session.refresh(waits)
        _apply(waits, is_held=True)


def _when_expired(expired: OrderExpired) -> None:
    waits = queries.change_of(expired.order_id)
    if waits is not None and waits.state is ChangeState.WAITING:
        lock(waits.registration)
        _release(waits, ChangeState.LAPSED)
        letters.write(
            waits.registration, "change_lapsed", change=letters.told_change(waits, add_ons_of(waits))
        )

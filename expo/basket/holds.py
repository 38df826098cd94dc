"""Baskets: places held while somebody fills in a form. Given back exactly once: by submission, release or time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.holders import holder
from expo.capacity.refusals import PoolFull
from expo.core import clock, jobs, tokens
from expo.core.db import db, execute, lock, transaction
from expo.registration import actions as registrations
from expo.registration import vouchers
from expo.registration.models import Registration, TicketType
from expo.registration.refusals import EmptyBasket, NotOnSale, TicketsGone
from expo.registration.submitting import Choices, Newcomer, Submitted, check_one_each, check_sale

from .models import Basket, BasketItem, BasketState
from .refusals import HoldOver, NoMoreTime

MOST_EXTENSIONS = 10  # what WCAG 2.2.1 asks for
MOST_ITEMS = 40


def lasts() -> timedelta:
    """How long places are held, and how much longer with each extension."""
    return timedelta(minutes=current_app.config["EXPO"].hold_minutes)


def open_basket(*, expo_id: int, ticket_types: Iterable[TicketType], code: str = "") -> tuple[Basket, str]:
    """Hold a place of each of these, or of none. Returns the basket and the token of its page.

    Raises EmptyBasket, NotOnSale, TicketsGone.
    """
    wanted = sorted(set(ticket_types), key=lambda kind: kind.id)
    if not wanted or len(wanted) > MOST_ITEMS:
        raise EmptyBasket(_("Choose at least one ticket."), field="tickets")
    check_one_each(wanted)
    token = tokens.new()
    with transaction():
        voucher = vouchers.by_code(expo_id, code) if code.strip() else None
        for kind in wanted:
            check_sale(kind)
            if kind.is_hidden and not vouchers.opens(kind, code, voucher):
                raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=kind.name))
        basket = Basket(
            expo_id=expo_id,
            token_digest=tokens.digest(token),
            state=BasketState.OPEN,
            code=vouchers.written(code),
            until=clock.now() + lasts(),
            extended=0,
            created_at=clock.now(),
        )
        db.session.add(basket)
        db.session.flush()
        taken: Counter[int] = Counter()
        for kind in wanted:
            fits = voucher is not None and voucher.ended_at is None and vouchers.fits(voucher, kind)
            waits = kind.needs_approval and not (fits and voucher and voucher.skips_approval)
            pool_id = (voucher.reserve_id if fits and voucher else None) or kind.pool_id
            taken[pool_id] += 0 if waits else 1
            db.session.add(
                BasketItem(
                    expo_id=expo_id,
                    basket_id=basket.id,
                    ticket_type_id=kind.id,
                    pool_id=pool_id,
                    holds_place=not waits,
                )
            )
        try:
            pools.take_all(+taken)
        except PoolFull as full:
            gone = next((one.name for one in wanted if full.facts["pool"] in pools.chain(one.pool_id)), "")
            raise TicketsGone(_("All places of %(ticket)s are taken.", ticket=gone)) from full
        _wake(basket)
    return basket, token


def basket(expo_id: int, token: str) -> Basket | None:
    """The basket whose page this token opens."""
    return db.session.scalar(
        sa.select(Basket).where(Basket.expo_id == expo_id, Basket.token_digest == tokens.digest(token))
    )


def items(basket: Basket) -> list[BasketItem]:
    return list(
        db.session.scalars(
            sa.select(BasketItem)
            .where(BasketItem.basket_id == basket.id)
            .options(joinedload(BasketItem.ticket_type).joinedload(TicketType.conference))
            .order_by(BasketItem.id)
        )
    )


def is_held(basket: Basket) -> bool:
    """Whether its places are held now."""
    return basket.state is BasketState.OPEN and basket.until > clock.now()


def extend(*, basket: Basket) -> None:
    """Keep the places longer, counted from now. Raises HoldOver, NoMoreTime."""
    with transaction():
        lock(basket)
        if not is_held(basket):
            raise HoldOver(
                _("The places are not held any more. Send the form: if they are free, you have them.")
            )
        longer = execute(
            sa.update(Basket)
            .where(Basket.id == basket.id, Basket.extended < MOST_EXTENSIONS)
            .values(until=clock.now() + lasts(), extended=Basket.extended + 1)
        )
        db.session.refresh(basket)
        if longer != 1:
            raise NoMoreTime(_("These places cannot be held any longer. Send the form now."))
        _wake(basket)


def release(*, basket: Basket) -> None:
    """Give the places back, because something else is chosen. Twice is once."""
    with transaction():
        _end(basket, BasketState.RELEASED)


def submit(
    *,
    basket: Basket,
    ticket_types: Iterable[TicketType],
    person: Person | None = None,
    newcomer: Newcomer | None = None,
    form_key: str = "",
    choices: Choices | None = None,
    also: Callable[[list[Registration]], None] | None = None,
) -> Submitted:
    """Register with the places of the basket. After its time they are taken anew, if they are free.

    If it is refused, nothing is lost: the basket holds what it held. Raises what `registrations.submit` does.
    """
    choices = choices or Choices()
    wanted = list(ticket_types)
    return registrations.submit(
        ticket_types=wanted,
        person=person,
        newcomer=newcomer,
        form_key=form_key,
        choices=choices,
        hand_over=lambda: _hand_over(basket, {kind.id for kind in wanted}, choices.code),
        also=also,
    )


def _hand_over(basket: Basket, wanted: Collection[int], code: str) -> Collection[int]:
    """End the basket; the ticket types whose places go over to the registrations as they are. What is not wanted any
    more goes back."""
    lock(basket)
    if not is_held(basket):
        _end(basket, BasketState.EXPIRED)
        return ()
    kept = set()
    voucher = vouchers.by_code(basket.expo_id, code) if code.strip() else None
    for item in items(basket):
        fits = voucher is not None and vouchers.fits(voucher, item.ticket_type)
        pool_id = (voucher.reserve_id if fits and voucher else None) or item.ticket_type.pool_id
        waits = item.ticket_type.needs_approval and not (fits and voucher and voucher.skips_approval)
        same = item.ticket_type_id in wanted and item.pool_id == pool_id
        if item.holds_place and same and not waits:
            item.holds_place = False
            kept.add(item.ticket_type_id)
    db.session.flush()
    _end(basket, BasketState.SUBMITTED)
    return kept


def _end(basket: Basket, state: BasketState) -> None:
    ended = execute(
        sa.update(Basket).where(Basket.id == basket.id, Basket.state == BasketState.OPEN).values(state=state)
    )
    db.session.refresh(basket)
    if ended != 1:
        return
    freed: Counter[int] = Counter()
    for item in items(basket):
        gave = execute(
            sa.update(BasketItem)
            .where(BasketItem.id == item.id, BasketItem.holds_place)
            .values(holds_place=False)
        )
        db.session.refresh(item)
        freed[item.pool_id] += gave
    pools.give_back_all(+freed)


def _wake(basket: Basket) -> None:
    jobs.add(
        "basket_over", {"basket": basket.id}, at=basket.until, key=f"basket:{basket.id}:{basket.extended}"
    )


@jobs.handler("basket_over")
def _when_over(payload: dict[str, Any]) -> None:
    with transaction():
        found = db.session.get_one(Basket, payload["basket"])
        lock(found)
        if found.until <= clock.now():  # else it was extended, and another job waits
            _end(found, BasketState.EXPIRED)


@holder
def _held() -> sa.Select[int, int]:
    return (
        sa.select(BasketItem.pool_id, sa.func.count())
        .where(BasketItem.holds_place)
        .group_by(BasketItem.pool_id)
    )

"""The provider's account held against ours, every night: what was paid and given back there, and what we know of it.

What we have merely not heard of is written down on the way. What still differs is kept until it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, jobs
from expo.core.db import add_unless_there, db, execute, transaction

from . import gateway, provider
from .gateway import Back, Page
from .models import MONEY_IN, Discrepancy, Order, Payment, PayMethod, Refund, RefundState
from .refusals import ProviderRefuses

LOOKS_BACK = timedelta(days=7)
SETTLES_WITHIN = timedelta(minutes=10)  # what is younger may still be on its way to us


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two do not agree on. `what` is a word for pages, `subject` the provider's id of it."""

    what: str
    subject: str
    order_id: int | None
    theirs: str
    ours: str


def reconcile(begin: datetime | None = None) -> list[Difference]:
    """Compare all accounts since then (real time; a week, unless told), and keep what differs. Raises ProviderAway."""
    begin = begin or clock.real_now() - LOOKS_BACK
    found: list[Difference] = []
    for account in provider.accounts():
        try:
            found += _pages(list(gateway.pages_since(begin, account)), account, begin)
            found += _backs(list(gateway.backs_since(begin, account)), account, begin)
        except ProviderRefuses as no:
            found.append(Difference("account", account or "own", None, str(no.facts.get("why", "")), ""))
    _keep(found)
    return found


def _pages(pages: list[Page], account: str, begin: datetime) -> Iterator[Difference]:
    for page in pages:
        if page.money != "none" or page.state == "expired":
            provider.apply_page(page)
    db.session.rollback()
    named = [page.id for page in pages]
    known = {
        one.provider_id: one
        for one in db.session.scalars(
            sa.select(Payment).where(Payment.provider_id.in_(named)).options(joinedload(Payment.order))
        )
    }
    for page in pages:
        payment = known.get(page.id)
        theirs = f"{page.amount.minor} {page.amount.currency} {page.money}"
        if page.money != "paid":
            continue
        if payment is None:
            yield Difference("unknown payment", page.id, None, theirs, "")
        elif not payment.came or page.amount != payment.amount:
            ours = f"{payment.amount_minor} {payment.currency} {payment.state.value}"
            yield Difference("payment", page.id, payment.order_id, theirs, ours)
    paid = {page.id for page in pages if page.money == "paid"}
    for payment in db.session.scalars(
        sa.select(Payment)
        .join(Payment.order)
        .where(
            Payment.method == PayMethod.CHECKOUT,
            Payment.state.in_(MONEY_IN),
            Payment.page_until > begin + timedelta(hours=1),
        )
    ):
        if provider.account_of(payment.order) == account and payment.provider_id not in paid:
            ours = f"{payment.amount_minor} {payment.currency} {payment.state.value}"
            yield Difference("payment not there", payment.provider_id or "", payment.order_id, "", ours)


def _backs(backs: list[Back], account: str, begin: datetime) -> Iterator[Difference]:
    for back in backs:
        provider.apply_back(back)
    db.session.rollback()
    known = {
        one.provider_id: one
        for one in db.session.scalars(
            sa.select(Refund).where(Refund.provider_id.in_([back.id for back in backs]))
        )
    }
    states = {"done": RefundState.DONE, "failed": RefundState.FAILED, "pending": RefundState.PENDING}
    for back in backs:
        refund = known.get(back.id)
        theirs = f"{back.amount.minor} {back.amount.currency} {back.state}"
        if refund is None and back.state != "failed":
            yield Difference("unknown refund", back.id, None, theirs, "")
        elif refund is not None and (refund.amount != back.amount or refund.state is not states[back.state]):
            ours = f"{refund.amount_minor} {refund.currency} {refund.state.value}"
            yield Difference("refund", back.id, refund.order_id, theirs, ours)


def _keep(found: list[Difference]) -> None:
    """What differs now stands in the list until it does not differ any more."""
    now = clock.real_now()
    with transaction():
        still = {(one.what, one.subject) for one in found}
        for known in db.session.scalars(sa.select(Discrepancy).where(Discrepancy.gone_at.is_(None))).all():
            if (known.what, known.subject) not in still:
                execute(sa.update(Discrepancy).where(Discrepancy.id == known.id).values(gone_at=now))
        for one in found:
            order = db.session.get(Order, one.order_id) if one.order_id else None
            add_unless_there(
                Discrepancy(
                    expo_id=order.expo_id if order else None,
                    order_id=one.order_id,
                    what=one.what,
                    subject=one.subject[:255],
                    theirs=one.theirs[:200],
                    ours=one.ours[:200],
                    found_at=now,
                )
            )
        audit.record("reconciled", "provider", "all", after={"differences": len(found)})


def listed(expo_id: int, seller_ids: Iterable[int] | None) -> list[Discrepancy]:
    """What differs, of these sellers; what belongs to no order is shown to whoever reads all (None)."""
    found = (
        sa.select(Discrepancy)
        .outerjoin(Discrepancy.order)
        .where(Discrepancy.gone_at.is_(None))
        .options(joinedload(Discrepancy.order))
        .order_by(Discrepancy.id.desc())
        .limit(500)
    )
    if seller_ids is None:
        found = found.where(sa.or_(Discrepancy.expo_id == expo_id, Discrepancy.expo_id.is_(None)))
    else:
        found = found.where(Discrepancy.expo_id == expo_id, Order.seller_id.in_(list(seller_ids)))
    return list(db.session.scalars(found))


def last_at() -> datetime | None:
    """When it was compared last."""
    return db.session.scalar(
        sa.select(sa.func.max(audit.AuditEntry.real_at)).where(audit.AuditEntry.action == "reconciled")
    )


@jobs.every("reconcile", time(3, 40), lease=timedelta(hours=1))
def nightly() -> None:
    """Compares the payment provider's account with the ledger."""
    if gateway.is_open():
        reconcile()

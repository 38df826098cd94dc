from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from expo.core.db import db
from expo.payment.models import OrderLine

from .models import BillingDetails, Document, DocumentKind, DocumentLine


def on_documents(order_id: int) -> tuple[set[int], set[int]]:
    """Which lines of an order stand on an invoice that was not credited since, and which were credited at all."""
    count: Counter[int] = Counter()
    credited: set[int] = set()
    for line_id, is_credit in db.session.execute(
        sa.select(DocumentLine.order_line_id, DocumentLine.is_credit)
        .join(Document, DocumentLine.document_id == Document.id)
        .where(Document.order_id == order_id)
    ):
        count[line_id] += -1 if is_credit else 1
        if is_credit:
            credited.add(line_id)
    return {line_id for line_id, number in count.items() if number > 0}, credited


def invoice_with(order_line_id: int) -> Document | None:
    """The last invoice that a line stands on."""
    return db.session.scalar(
        sa.select(Document)
        .join(DocumentLine, DocumentLine.document_id == Document.id)
        .where(DocumentLine.order_line_id == order_line_id, sa.not_(DocumentLine.is_credit))
        .order_by(Document.id.desc())
        .limit(1)
    )


def reductions_credited(order_id: int) -> dict[int, tuple[int, int]]:
    """How much of each line of an order was credited because it was made cheaper: with VAT, and the VAT."""
    rows = db.session.execute(
        sa.select(
            OrderLine.reduces_id,
            sa.func.sum(DocumentLine.net_minor + DocumentLine.vat_minor),
            sa.func.sum(DocumentLine.vat_minor),
        )
        .join(OrderLine, DocumentLine.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order_id, OrderLine.reduces_id.is_not(None), DocumentLine.is_credit)
        .group_by(OrderLine.reduces_id)
    )
    return {line_id: (int(gross), int(vat)) for line_id, gross, vat in rows if line_id is not None}


def of_orders(order_ids: Iterable[int]) -> list[Document]:
    return list(
        db.session.scalars(
            sa.select(Document)
            .where(Document.order_id.in_(list(order_ids)))
            .options(joinedload(Document.order))
            .order_by(Document.id)
        )
    )


def of_order(order_id: int, document_id: int) -> Document | None:
    """A document of just this order, with its lines."""
    return db.session.scalar(
        sa.select(Document)
        .where(Document.id == document_id, Document.order_id == order_id)
        .options(selectinload(Document.lines), joinedload(Document.credits))
    )


def details_of(order_id: int) -> BillingDetails | None:
    return db.session.get(BillingDetails, order_id)


def listed(
    expo_id: int, seller_ids: Iterable[int] | None, *, kind: DocumentKind | None = None
) -> list[Document]:
    """Documents of these sellers (None: of all), the newest first."""
    found = (
        sa.select(Document)
        .where(Document.expo_id == expo_id)
        .options(joinedload(Document.order), joinedload(Document.seller))
        .order_by(Document.id.desc())
        .limit(5000)
    )
    if seller_ids is not None:
        found = found.where(Document.seller_id.in_(list(seller_ids)))
    if kind is not None:
        found = found.where(Document.kind == kind)
    return list(db.session.scalars(found))


def of_sellers(expo_id: int, seller_ids: Iterable[int] | None, document_id: int) -> Document | None:
    """One document of these sellers, with its lines."""
    found = (
        sa.select(Document)
        .where(Document.expo_id == expo_id, Document.id == document_id)
        .options(selectinload(Document.lines), joinedload(Document.credits))
    )
    if seller_ids is not None:
        found = found.where(Document.seller_id.in_(list(seller_ids)))
    return db.session.scalar(found)

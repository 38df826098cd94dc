from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db
from expo.payment.models import Order, OrderState

from .models import Document, DocumentKind, DocumentLine, InvoiceSeries


@check("2", "the numbers of a seller's invoices and credit notes have no gap within a year")
def gapless() -> Iterator[str]:
    rows = db.session.execute(
        sa.select(
            Document.seller_id,
            Document.year,
            sa.func.count(),
            sa.func.max(Document.number),
            sa.func.max(InvoiceSeries.last),
        )
        .outerjoin(
            InvoiceSeries,
            sa.and_(InvoiceSeries.seller_id == Document.seller_id, InvoiceSeries.year == Document.year),
        )
        .group_by(Document.seller_id, Document.year)
    )
    for seller_id, year, count, highest, last in rows:
        if not count == highest == last:
            yield f"seller {seller_id} has {count} documents in {year}, the highest is {highest} of {last}"


@check("3", "a document is the sum of its lines")
def sums() -> Iterator[str]:
    net, vat = (
        sa.func.coalesce(sa.func.sum(column), 0)
        for column in (DocumentLine.net_minor, DocumentLine.vat_minor)
    )
    rows = (
        sa.select(Document.id)
        .outerjoin(DocumentLine, DocumentLine.document_id == Document.id)
        .group_by(Document.id, Document.net_minor, Document.vat_minor)
        .having(sa.or_(net != Document.net_minor, vat != Document.vat_minor))
    )
    for document_id in db.session.scalars(rows):
        yield f"document {document_id} is not the sum of its lines"


@check("3", "invoices less credit notes are what settled and billed orders say")
def billed() -> Iterator[str]:
    amount = Document.net_minor + Document.vat_minor
    said = (
        sa.select(
            sa.func.coalesce(
                sa.func.sum(sa.case((Document.kind == DocumentKind.INVOICE, amount), else_=-amount)), 0
            )
        )
        .where(Document.order_id == Order.id)
        .scalar_subquery()
    )
    counts = sa.or_(
        Order.state == OrderState.SETTLED,
        sa.and_(Order.state == OrderState.OPEN, Order.billed_at.is_not(None)),
    )
    total = sa.case((counts, Order.total_minor), else_=0)
    # Orders that were paid before there were invoices have none.
    has_any = sa.select(Document.id).where(Document.order_id == Order.id).exists()
    for row in db.session.execute(
        sa.select(Order.code, said.label("said"), total.label("total")).where(has_any, said != total)
    ):
        yield f"order {row.code} is worth {row.total}, its documents say {row.said}"

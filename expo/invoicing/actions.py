"""Issuing: whatever an order says that no document says yet is put on one, and what it says no more is credited.

Told whenever an order is settled, billed, changed or ends, in the transaction of that; so books and documents never
disagree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, jobs, news
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.mail import outbox
from expo.payment import codes, orders, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderLine, OrderState
from expo.payment.news import OrderBilled, OrderChanged, OrderExpired, OrderSettled
from expo.payment.refusals import OrderClosed

from . import queries
from .models import BillingDetails, Document, DocumentKind, DocumentLine, InvoiceSeries

REMIND_BEFORE = 3  # days before it is due


@dataclass(frozen=True, slots=True)
class Details:
    """To whom an invoice goes, and what it has to say there."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "SE"
    vat_number: str = ""
    buyer_reference: str = ""
    order_number: str = ""
    endpoint: str = ""


def listen() -> None:
    for told in (OrderSettled, OrderBilled, OrderChanged, OrderExpired):
        news.listen(told, _told)


def _told(one: OrderSettled | OrderBilled | OrderChanged | OrderExpired) -> None:
    bring_up_to_date(db.session.get_one(Order, one.order_id))


def ask(*, order: Order, details: Details) -> None:
    """An invoice, please: due when the order is, addressed like this. Raises BadInput, OrderClosed."""
    _check(details)
    with transaction():
        order = orders.hold(order.id)
        if order.state in (OrderState.EXPIRED, OrderState.VOID) or not order.total_minor:
            raise OrderClosed(_("This order has ended, and its places are given back. Register again."))
        values = {name: one_line(value) for name, value in asdict(details).items()}
        known = db.session.get(BillingDetails, order.id)
        if known is None:
            db.session.add(BillingDetails(order_id=order.id, expo_id=order.expo_id, **values))
        else:
            for name, value in values.items():
                setattr(known, name, value)
        db.session.flush()
        audit.record("billing_details", "order", order.id, expo_id=order.expo_id, personal=values)
        if order.state is OrderState.OPEN:
            settling.bill(order=order)
            _remind_later(order)


def _check(details: Details) -> None:
    if not one_line(details.name):
        raise BadInput(_("An invoice needs a name."), field="name")
    if details.endpoint and not codes.endpoint(details.endpoint):
        raise BadInput(_("Scheme and number, such as 0007:2120001157."), field="endpoint")
    if details.vat_number.strip() and not codes.vat_number(details.vat_number):
        raise BadInput(_("It begins with the country, such as SE212000115701."), field="vat_number")


def bring_up_to_date(order: Order) -> list[Document]:
    """Issue what is missing. Whoever calls holds the order, so twice is once."""
    counts = order.state is OrderState.SETTLED or (
        order.state is OrderState.OPEN and order.billed_at is not None
    )
    lines = payment.lines_of([order.id], struck_too=True)
    billed, credited = queries.on_documents(order.id)
    new, gone = [], []
    for line in lines:
        standing = counts and line.struck_at is None
        if not line.price_minor:
            continue
        if line.reduces_id is not None:  # it takes off what another line says
            if standing and line.reduces_id in billed and line.id not in credited:
                gone.append(line)
        elif standing and line.id not in billed:
            new.append(line)
        elif not standing and line.id in billed:
            gone.append(line)
    made = []
    if new:
        made.append(_issue(order, DocumentKind.INVOICE, new, None))
    if gone:
        made += _credit(order, gone)
    return made


def _credit(order: Order, gone: list[OrderLine]) -> list[Document]:
    """One credit note for each invoice that these lines stand on; of a line that was made cheaper before, the rest."""
    by_invoice: dict[int, list[OrderLine]] = {}
    for line in gone:
        invoice = queries.invoice_with(line.reduces_id or line.id)
        assert invoice is not None
        by_invoice.setdefault(invoice.id, []).append(line)
    return [
        _issue(order, DocumentKind.CREDIT_NOTE, some, invoice_id) for invoice_id, some in by_invoice.items()
    ]


def _issue(order: Order, kind: DocumentKind, lines: list[OrderLine], credits_id: int | None) -> Document:
    expo = db.session.get_one(Expo, order.expo_id)
    assert order.seller_id is not None
    assert order.seller is not None
    today = clock.now().astimezone(expo.zone).date()
    is_credit = kind is DocumentKind.CREDIT_NOTE
    reduced = queries.reductions_credited(order.id) if is_credit else {}
    amounts = {}
    for line in lines:
        gross, vat = abs(line.price_minor), abs(line.vat_minor)
        if line.reduces_id is None:
            less_gross, less_vat = reduced.get(line.id, (0, 0))
            gross, vat = gross - less_gross, vat - less_vat
        amounts[line.id] = (gross - vat, vat)
    paid = 0 if is_credit else max(0, min(payment.net(order.id), sum(map(sum, amounts.values()))))
    due = order.due_at.astimezone(expo.zone).date() if order.due_at else None
    document = Document(
        expo_id=order.expo_id,
        seller_id=order.seller_id,
        year=today.year,
        number=_next_number(order.seller_id, order.expo_id, today.year),
        kind=kind,
        order_id=order.id,
        credits_id=credits_id,
        issued_at=clock.now(),
        issued_on=today,
        due_on=None if is_credit else (max(due, today) if due and order.state is OrderState.OPEN else today),
        currency=order.currency,
        net_minor=sum(net for net, _vat in amounts.values()),
        vat_minor=sum(vat for _net, vat in amounts.values()),
        paid_minor=paid,
        seller_told=_seller(order),
        buyer_told=_buyer(order),
        language=order.person.language,
    )
    db.session.add(document)
    db.session.flush()
    db.session.add_all(
        DocumentLine(
            expo_id=order.expo_id,
            document_id=document.id,
            order_line_id=line.id,
            is_credit=is_credit,
            text=line.text,
            net_minor=amounts[line.id][0],
            vat_minor=amounts[line.id][1],
            vat_basis_points=line.vat_basis_points,
        )
        for line in lines
    )
    db.session.flush()
    audit.record(
        f"{kind.value}_issued",
        "order",
        order.id,
        expo_id=order.expo_id,
        after={"number": document.name, "total": document.total.minor, "currency": order.currency},
    )
    return document


def _next_number(seller_id: int, expo_id: int, year: int) -> int:
    """The next number of the series. Its row stays locked until the commit; an undone transaction gives it back."""
    mine = (InvoiceSeries.seller_id == seller_id, InvoiceSeries.year == year)
    take = sa.update(InvoiceSeries).where(*mine).values(last=InvoiceSeries.last + 1)
    if not execute(take):
        add_unless_there(InvoiceSeries(seller_id=seller_id, year=year, expo_id=expo_id, last=0))
        execute(take)
    return int(db.session.scalar(sa.select(InvoiceSeries.last).where(*mine)) or 0)


def _seller(order: Order) -> dict[str, Any]:
    seller = order.seller
    assert seller is not None
    names = (
        "name",
        "vat_number",
        "org_number",
        "street",
        "postcode",
        "city",
        "country",
        "iban",
        "endpoint",
        "how_to_pay",
    )
    return {name: getattr(seller, name) for name in names}


def _buyer(order: Order) -> dict[str, Any]:
    details = db.session.get(BillingDetails, order.id)
    if details is None:
        person = order.person
        return {**asdict(Details(person.name)), "city": person.city or "", "country": person.country or "SE"}
    return {name: getattr(details, name) for name in asdict(Details(""))}


def _remind_later(order: Order) -> None:
    """A letter before the invoice is due; the places end with the order."""
    if order.due_at is not None:
        at = order.due_at - timedelta(days=REMIND_BEFORE)
        if at > clock.now():
            jobs.add("invoice_due", {"order": order.id}, at=at, key=f"invoice_due:{order.id}")


@jobs.handler("invoice_due")
def _remind(payload: dict[str, Any]) -> None:
    with transaction():
        order = orders.hold(payload["order"])
        if order.state is not OrderState.OPEN or not order.person.email or order.due_at is None:
            return
        left = Money(order.total_minor - payment.net(order.id), order.currency)
        outbox.queue(
            "invoice_reminder",
            to=order.person.email,
            language=order.person.language,
            expo_id=order.expo_id,
            name=order.person.name,
            order=order.code,
            secret=orders.secret_of(order),
            left=left.said(order.person.language),
            due_at=order.due_at,
            how_to_pay=order.seller.how_to_pay if order.seller else "",
        )

"""The books: refunds, ledger and VAT, per seller. Whoever may take money in all that a seller sells reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import clock
from expo.core.money import Money
from expo.exports.money import Rows, as_csv
from expo.invoicing import queries as invoicing
from expo.invoicing.models import Document, DocumentKind
from expo.payment import gateway, ledger, reconciling, refunds
from expo.payment.models import Refund, RefundState, Seller
from expo.programme.words import Deed
from expo.registration import billing
from expo.web import amounts
from expo.web.context import this_expo
from expo.web.filters import city_moment
from expo.web.invoices import FORMS, file_of
from expo.web.words import ACCOUNTS, DISCREPANCIES, DOCUMENT_KINDS, PAY_METHODS, REFUND_REASONS, REFUND_STATES

from . import blueprint, lists, mine

AT_A_TIME = 500


@blueprint.get("/organise/money/refunds", endpoint="refunds")
def refund_list() -> ResponseReturnValue:
    own = sellers()
    state = lists.asked("state")
    wanted = [RefundState(state)] if state in set(RefundState) else []
    found = refunds.listed(this_expo().id, ids(own), states=wanted)
    if request.args.get("as") == "csv":
        heads = [_("Order"), _("Seller"), _("Amount"), _("Currency"), _("Why"), _("State"), _("Since")]
        return csv_of("refunds", heads, _refund_rows(found))
    return render_template(
        "organiser/refunds.html",
        part=lists.page_of(found),
        state=state,
        states=REFUND_STATES,
        reasons=REFUND_REASONS,
        methods=PAY_METHODS,
        here=lists.here,
    )


@blueprint.get("/organise/money/ledger", endpoint="ledger")
def the_ledger() -> ResponseReturnValue:
    own = sellers()
    begin, end = span()
    if request.args.get("as") == "csv":
        heads = [
            _("Moment"), _("Seller"), _("Order"), _("Entry"), _("Account"), _("VAT rate"), _("Amount"),
            _("Currency"), _("By"),
        ]  # fmt: skip
        return csv_of("ledger", heads, _ledger_rows(own, begin, end))
    part = lists.page_of_so_many(ledger.count(this_expo().id, ids(own), begin, end))
    part.rows = ledger.rows(
        this_expo().id, ids(own), begin=begin, end=end, most=part.size, after=part.skipped
    )
    return render_template(
        "organiser/ledger.html",
        part=part,
        balances=ledger.balances(this_expo().id, ids(own), end=end),
        sellers={one.id: one for one in own},
        accounts=ACCOUNTS,
        here=lists.here,
        **asked_span(),
    )


@blueprint.get("/organise/money/vat", endpoint="vat")
def vat_report() -> ResponseReturnValue:
    """What was sold at which rate in a span of days: what the tax office asks for."""
    own = sellers()
    begin, end = span()
    lines = ledger.vat(this_expo().id, ids(own), begin, end)
    named = {one.id: one for one in own}
    if request.args.get("as") == "csv":
        heads = [_("Seller"), _("VAT number"), _("VAT rate"), _("Without VAT"), _("VAT"), _("Currency")]
        return csv_of(
            "vat",
            heads,
            (
                [
                    named[line.seller_id].name if line.seller_id in named else "",
                    named[line.seller_id].vat_number if line.seller_id in named else "",
                    rate(line.rate),
                    plain(line.net),
                    plain(line.vat),
                    line.net.currency,
                ]
                for line in lines
            ),
        )
    return render_template(
        "organiser/vat.html", lines=lines, sellers=named, rate=rate, here=lists.here, **asked_span()
    )


@blueprint.get("/organise/money/invoices", endpoint="invoices")
def invoice_list() -> ResponseReturnValue:
    """All invoices and credit notes of one's sellers, the newest first."""
    own = sellers()
    kind = lists.asked("kind")
    wanted = DocumentKind(kind) if kind in set(DocumentKind) else None
    found = invoicing.listed(this_expo().id, ids(own), kind=wanted)
    if request.args.get("as") == "csv":
        heads = [
            _("Number"), _("What"), _("Seller"), _("Date"), _("To be paid by"), _("Order"), _("To"),
            _("Without VAT"), _("VAT"), _("In all"), _("Currency"),
        ]  # fmt: skip
        return csv_of("invoices", heads, _invoice_rows(found))
    return render_template(
        "organiser/invoices.html",
        part=lists.page_of(found),
        kind=kind,
        kinds=DOCUMENT_KINDS,
        here=lists.here,
    )


@blueprint.get("/organise/money/invoices/<int:document_id>.<form>", endpoint="invoice")
def one_invoice(document_id: int, form: str) -> ResponseReturnValue:
    found = invoicing.of_sellers(this_expo().id, ids(sellers()), document_id)
    if found is None or form not in FORMS:
        abort(404)
    return file_of(found, form)


@blueprint.get("/organise/money/reconciliation", endpoint="reconciliation")
def reconciliation() -> ResponseReturnValue:
    """What the provider's account and ours do not agree on."""
    found = reconciling.listed(this_expo().id, ids(sellers()))
    if request.args.get("as") == "csv":
        heads = [_("What"), _("Provider's name"), _("Order"), _("There"), _("Here"), _("Found")]
        return csv_of(
            "reconciliation",
            heads,
            (
                [
                    str(DISCREPANCIES.get(one.what, one.what)),
                    one.subject,
                    one.order.code if one.order else "",
                    one.theirs,
                    one.ours,
                    city_moment(one.found_at),
                ]
                for one in found
            ),
        )
    return render_template(
        "organiser/reconciliation.html",
        part=lists.page_of(found),
        words=DISCREPANCIES,
        last_at=reconciling.last_at(),
        is_open=gateway.is_open(),
        here=lists.here,
    )


def sellers() -> list[Seller]:
    """The sellers whose books the visitor may read; refused where there can be none."""
    mine.somewhere(Deed.TAKE_MONEY)
    return billing.sellers_within(this_expo().id, mine.scope(Deed.TAKE_MONEY))


def ids(own: Iterable[Seller]) -> list[int] | None:
    """For queries: None where the visitor reads everything, also what has no seller yet."""
    return None if mine.scope(Deed.TAKE_MONEY) is None else [one.id for one in own]


def span() -> tuple[datetime | None, datetime | None]:
    """The days that the address asks for, as moments of the city: from the first until after the last."""
    first, last = _day("from"), _day("until")
    zone = this_expo().zone
    return (
        datetime.combine(first, time(), zone).astimezone(UTC) if first else None,
        datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC) if last else None,
    )


def asked_span() -> dict[str, str]:
    first, last = _day("from"), _day("until")
    return {"first": first.isoformat() if first else "", "last": last.isoformat() if last else ""}


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(lists.asked(name))
    except ValueError:
        return None
    return day if 1970 <= day.year < 2200 else None


def csv_of(name: str, heads: list[str], rows: Rows) -> Response:
    """A file to take along; it holds only what the page shows."""
    if request.method != "GET":
        abort(405)
    today = clock.now().astimezone(this_expo().zone)
    return Response(
        stream_with_context(as_csv(heads, rows)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{this_expo().slug}-{name}-{today:%Y-%m-%d}.csv"'
        },
    )


def plain(amount: Money) -> str:
    """An amount for a spreadsheet."""
    return amounts.plain(amount.minor, amount.currency)


def rate(basis_points: int) -> str:
    return f"{basis_points / 100:g} %"


def _refund_rows(found: list[Refund]) -> Iterator[list[str]]:
    for one in found:
        yield [
            one.order.code,
            one.order.seller.name if one.order.seller else "",
            plain(one.amount),
            one.currency,
            str(REFUND_REASONS[one.reason]),
            str(REFUND_STATES[one.state][0]),
            city_moment(one.requested_at),
        ]


def _invoice_rows(found: list[Document]) -> Iterator[list[str]]:
    for one in found:
        sign = -1 if one.kind is DocumentKind.CREDIT_NOTE else 1
        yield [
            one.name,
            str(DOCUMENT_KINDS[one.kind]),
            str(one.seller_told["name"]),
            one.issued_on.isoformat(),
            one.due_on.isoformat() if one.due_on else "",
            one.order.code,
            str(one.buyer_told["name"]),
            *(
                plain(Money(sign * part, one.currency))
                for part in (one.net_minor, one.vat_minor, one.total.minor)
            ),
            one.currency,
        ]


def _ledger_rows(own: list[Seller], begin: datetime | None, end: datetime | None) -> Iterator[list[str]]:
    """Page by page, so that memory stays the same for ten rows and for a million."""
    after = 0
    while True:
        found = ledger.rows(this_expo().id, ids(own), begin=begin, end=end, most=AT_A_TIME, after=after)
        for row in found:
            yield [
                row.posted_at.astimezone(this_expo().zone).isoformat(timespec="seconds"),
                row.seller.name if row.seller else "",
                row.order.code,
                row.entry,
                str(ACCOUNTS[row.account]),
                "" if row.vat_basis_points is None else rate(row.vat_basis_points),
                plain(row.amount),
                row.currency,
                row.posted_by,
            ]
        if len(found) < AT_A_TIME:
            return
        after += AT_A_TIME

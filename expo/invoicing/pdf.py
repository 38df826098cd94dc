"""A document as PDF: one page of A4, or as many as its lines need. Made anew each time from what was issued, so the same
document is the same file."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from expo.core.money import Money
from expo.paper import faces

from .models import Document, DocumentKind
from .peppol import breakdown

_MARGIN, _WIDE = 20, 170  # millimetres


def as_pdf(document: Document) -> bytes:
    """The file, in the language of whoever it was issued for."""
    with force_locale(document.language):
        return _Paper(document).made()


class _Paper:
    def __init__(self, document: Document) -> None:
        from fpdf import FPDF  # a tenth of a second to import, for the few who ask

        self.document = document
        self.pdf = FPDF(format="A4", unit="mm")
        self.pdf.add_font("sans", fname=faces.face(faces.REGULAR).file)
        self.pdf.add_font("sans", style="B", fname=faces.face(faces.BOLD).file)
        others = faces.needed(_words(document))
        for face in others:
            self.pdf.add_font(face.name, fname=face.file)
        if others:
            self.pdf.set_fallback_fonts([face.name for face in others], exact_match=False)
            self.pdf.set_text_shaping(True)
        self.pdf.set_margin(_MARGIN)
        self.pdf.set_auto_page_break(True, margin=25)
        # Of the document, not of the moment in which somebody asks for it.
        self.pdf.set_creation_date(datetime.combine(document.issued_on, time(12), UTC))
        self.pdf.set_lang(document.language)

    def made(self) -> bytes:
        document, pdf = self.document, self.pdf
        is_invoice = document.kind is DocumentKind.INVOICE
        title = (_("Invoice %(number)s") if is_invoice else _("Credit note %(number)s")) % {
            "number": document.name
        }
        pdf.set_title(title)
        pdf.set_author(str(document.seller_told["name"]))
        pdf.add_page()
        self._text(document.seller_told["name"], size=11, bold=True)
        self._text(_address(document.seller_told))
        pdf.ln(6)
        self._text(title, size=18, bold=True)
        pdf.ln(2)
        self._facts()
        pdf.ln(4)
        self._text(_("To"), bold=True)
        self._text("\n".join(filter(None, (document.buyer_told["name"], _address(document.buyer_told)))))
        pdf.ln(6)
        self._lines()
        self._sums()
        if document.is_to_pay and document.seller_told["how_to_pay"]:
            pdf.ln(6)
            self._text(_("How to pay"), bold=True)
            self._text(document.seller_told["how_to_pay"])
        return bytes(pdf.output())

    def _facts(self) -> None:
        document = self.document
        facts = [(_("Date"), self._day(document.issued_on))]
        if document.is_to_pay and document.due_on:
            facts.append((_("To be paid by"), self._day(document.due_on)))
        if document.credits is None:
            facts.append((_("Reference when paying"), document.order.code))
        else:
            facts += [(_("Order"), document.order.code), (_("Credits invoice"), document.credits.name)]
        for label, key in (
            (_("Your reference"), "buyer_reference"),
            (_("Your order number"), "order_number"),
        ):
            if document.buyer_told[key]:
                facts.append((label, document.buyer_told[key]))
        for label, value in facts:
            self.pdf.set_font("sans", size=9)
            self.pdf.cell(50, 5, label)
            self.pdf.multi_cell(0, 5, str(value), new_x="LMARGIN", new_y="NEXT")

    def _lines(self) -> None:
        pdf = self.pdf
        pdf.set_font("sans", size=9)
        heads = (_("What"), _("VAT rate"), _("Without VAT"), _("VAT"), _("In all"))
        with pdf.table(
            col_widths=(78, 18, 26, 22, 26), text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"),
            borders_layout="HORIZONTAL_LINES", line_height=5, padding=1,
        ) as table:  # fmt: skip
            table.row(heads)
            for line in self.document.lines:
                net, vat = line.net_minor, line.vat_minor
                rate = f"{line.vat_basis_points / 100:g} %"
                table.row((line.text, rate, self._said(net), self._said(vat), self._said(net + vat)))

    def _sums(self) -> None:
        document = self.document
        rows = [(_("Without VAT"), self._said(document.net_minor))]
        for rate, (net, vat) in breakdown(document.lines).items():
            label = _("VAT %(rate)s of %(net)s", rate=f"{rate / 100:g} %", net=self._said(net))
            rows.append((label, self._said(vat)))
        rows.append((_("In all"), self._said(document.total.minor)))
        if document.paid_minor:
            rows.append((_("Paid"), self._said(document.paid_minor)))
        if document.kind is DocumentKind.INVOICE:
            rows.append((_("Left to pay"), self._said(document.total.minor - document.paid_minor)))
        self.pdf.ln(3)
        for number, (label, amount) in enumerate(rows, 1):
            self.pdf.set_font("sans", style="B" if number == len(rows) else "", size=9)
            self.pdf.cell(_WIDE - 40, 6, label, align="R")
            self.pdf.cell(40, 6, amount, align="R", new_x="LMARGIN", new_y="NEXT")

    def _text(self, text: Any, *, size: int = 9, bold: bool = False) -> None:
        if text:
            for line in str(text).splitlines():
                # A line in another script leaves its font behind unsaid: only a change says the own one again.
                self.pdf.set_font("sans", style="" if bold else "B", size=size)
                self.pdf.set_font("sans", style="B" if bold else "", size=size)
                self.pdf.multi_cell(0, size * 0.52, line, new_x="LMARGIN", new_y="NEXT", align="L")

    def _said(self, minor: int) -> str:
        return Money(minor, self.document.currency).said(self.document.language)

    def _day(self, day: Any) -> str:
        language = self.document.language
        return format_date(day, "long", locale="en_GB" if language == "en" else language)


def _words(document: Document) -> str:
    """All that anybody wrote."""
    told = (document.seller_told, document.buyer_told)
    return "".join(
        [str(value) for one in told for value in one.values()] + [line.text for line in document.lines]
    )


def _address(told: dict[str, Any]) -> str:
    """Street, town, country, numbers: what is known of it, a line each."""
    town = " ".join(filter(None, (told["postcode"], told["city"])))
    country = Locale.parse(str(get_locale() or "en")).territories.get(told["country"], told["country"])
    number = told.get("org_number")
    registered = _("Registration number %(number)s", number=number) if number else ""
    vat = _("VAT number %(number)s", number=told["vat_number"]) if told["vat_number"] else ""
    return "\n".join(filter(None, (told["street"], town, country, registered, vat)))

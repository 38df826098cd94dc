"""An invoice or credit note as a file for systems: UBL 2.1 by the rules of EN 16931, and where seller and buyer have an
electronic address, by those of Peppol BIS Billing 3.0 as well. It says itself which of the two it is.

Source: https://docs.peppol.eu/poacc/billing/3.0/ (elements in the order of their schema). Lines hold amounts without
VAT; all amounts have the currency's decimals, and every sum is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from babel.numbers import get_currency_precision
from flask_babel import gettext as _

from expo.payment import codes

from .models import Document, DocumentKind, DocumentLine
from .refusals import NoElectronicInvoice

EN_16931 = "urn:cen.eu:en16931:2017"
CUSTOMIZATION = f"{EN_16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{0}-2"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_xml(document: Document) -> bytes:
    """The file, UTF-8. Raises NoElectronicInvoice, and ValueError for a document without lines."""
    if not document.lines:
        raise ValueError("a document has lines")
    if not document.is_for_systems:
        raise NoElectronicInvoice(
            _("%(seller)s has not entered its VAT number yet, without which no system takes the file. Use the PDF.",
              seller=document.seller_told["name"])
        )  # fmt: skip
    is_invoice = document.kind is DocumentKind.INVOICE
    kind = "Invoice" if is_invoice else "CreditNote"
    ET.register_namespace("cac", CAC)
    ET.register_namespace("cbc", CBC)
    root = ET.Element(f"{{{_ROOT.format(kind)}}}{kind}")
    writer = _Writer(document)
    buyer, seller = document.buyer_told, document.seller_told
    if _reach(seller) and _reach(buyer):  # PEPPOL-EN16931-R010, R020
        writer.say(root, "CustomizationID", CUSTOMIZATION)
        writer.say(root, "ProfileID", PROFILE)
    else:
        writer.say(root, "CustomizationID", EN_16931)
    writer.say(root, "ID", document.name)
    writer.say(root, "IssueDate", document.issued_on.isoformat())
    if is_invoice and document.due_on:
        writer.say(root, "DueDate", document.due_on.isoformat())
    writer.say(root, f"{kind}TypeCode", "380" if is_invoice else "381")
    writer.say(root, "DocumentCurrencyCode", document.currency)
    # BR: one of the two has to be there (PEPPOL-EN16931-R003).
    writer.say(root, "BuyerReference", buyer["buyer_reference"] or document.order.code)
    if buyer["order_number"]:
        writer.say(writer.part(root, "OrderReference"), "ID", buyer["order_number"])
    if document.credits is not None:
        reference = writer.part(writer.part(root, "BillingReference"), "InvoiceDocumentReference")
        writer.say(reference, "ID", document.credits.name)
        writer.say(reference, "IssueDate", document.credits.issued_on.isoformat())
    writer.party(writer.part(root, "AccountingSupplierParty"), seller, is_seller=True)
    writer.party(writer.part(root, "AccountingCustomerParty"), buyer, is_seller=False)
    if is_invoice and seller["iban"]:
        means = writer.part(root, "PaymentMeans")
        writer.say(means, "PaymentMeansCode", _means(document))
        writer.say(means, "PaymentID", document.order.code)
        writer.say(writer.part(means, "PayeeFinancialAccount"), "ID", seller["iban"].replace(" ", ""))
    writer.taxes(root)
    writer.totals(root)
    for number, line in enumerate(document.lines, 1):
        writer.line(root, kind, number, line)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _reach(told: dict[str, Any]) -> tuple[str, str] | None:
    """The electronic address; a Swedish seller's registration number is one."""
    number = codes.swedish_number(told.get("org_number", ""), told["country"] or "SE")
    return codes.endpoint(told["endpoint"]) or ((codes.SWEDISH_NUMBER, number) if number else None)


def _means(document: Document) -> str:
    """SEPA credit transfer, or credit transfer: of whatever currency within Sweden (SE-R-012)."""
    within = {document.seller_told["country"] or "SE", document.buyer_told["country"] or "SE"} == {"SE"}
    return "58" if document.currency == "EUR" and not within else "30"


class _Writer:
    """Writes the parts of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.digits = get_currency_precision(document.currency)
        self.has_vat_number = bool(codes.vat_number(document.seller_told["vat_number"]))

    def part(self, into: ET.Element, name: str) -> ET.Element:
        return ET.SubElement(into, f"{{{CAC}}}{name}")

    def say(self, into: ET.Element, name: str, text: str, **attributes: str) -> None:
        element = ET.SubElement(into, f"{{{CBC}}}{name}", attributes)
        element.text = _NOT_IN_XML.sub("\ufffd", text)  # shown as missing, so that no name becomes empty

    def amount(self, into: ET.Element, name: str, minor: int) -> None:
        text = f"{Decimal(minor).scaleb(-self.digits):.{self.digits}f}"
        self.say(into, name, text, currencyID=self.document.currency)

    def party(self, into: ET.Element, told: dict[str, Any], *, is_seller: bool) -> None:
        party = self.part(into, "Party")
        reach = _reach(told)
        if reach:
            self.say(party, "EndpointID", reach[1], schemeID=reach[0])
        self.say(self.part(party, "PartyName"), "Name", told["name"])
        address = self.part(party, "PostalAddress")
        for name, key in (("StreetName", "street"), ("CityName", "city"), ("PostalZone", "postcode")):
            if told[key]:
                self.say(address, name, told[key])
        self.say(self.part(address, "Country"), "IdentificationCode", told["country"] or "SE")
        vat_number = codes.vat_number(told["vat_number"])
        if vat_number and self.has_vat_number:  # BR-O-02: where VAT does not come in, none is named
            tax = self.part(party, "PartyTaxScheme")
            self.say(tax, "CompanyID", vat_number)
            self.say(self.part(tax, "TaxScheme"), "ID", "VAT")
        legal = self.part(party, "PartyLegalEntity")
        self.say(legal, "RegistrationName", told["name"])
        if is_seller and told["org_number"]:
            swedish = codes.swedish_number(told["org_number"], told["country"] or "SE")
            scheme = {"schemeID": codes.SWEDISH_NUMBER} if swedish else {}
            self.say(legal, "CompanyID", swedish or told["org_number"], **scheme)

    def category(self, into: ET.Element, name: str, rate: int, *, why: bool = False) -> None:
        """S with a rate; without one E (exempt), or O where the seller is not registered for VAT at all."""
        category = self.part(into, name)
        code = "S" if rate else "E" if self.has_vat_number else "O"
        self.say(category, "ID", code)
        if code != "O":
            self.say(category, "Percent", f"{Decimal(rate).scaleb(-2):.2f}")
        if why and code != "S":
            self.say(category, "TaxExemptionReason", "Exempt" if code == "E" else "Not subject to VAT")
        self.say(self.part(category, "TaxScheme"), "ID", "VAT")

    def taxes(self, root: ET.Element) -> None:
        total = self.part(root, "TaxTotal")
        self.amount(total, "TaxAmount", self.document.vat_minor)
        for rate, (net, vat) in breakdown(self.document.lines).items():
            one = self.part(total, "TaxSubtotal")
            self.amount(one, "TaxableAmount", net)
            self.amount(one, "TaxAmount", vat)
            self.category(one, "TaxCategory", rate, why=True)

    def totals(self, root: ET.Element) -> None:
        document = self.document
        totals = self.part(root, "LegalMonetaryTotal")
        self.amount(totals, "LineExtensionAmount", document.net_minor)
        self.amount(totals, "TaxExclusiveAmount", document.net_minor)
        self.amount(totals, "TaxInclusiveAmount", document.total.minor)
        if document.paid_minor:
            self.amount(totals, "PrepaidAmount", document.paid_minor)
        self.amount(totals, "PayableAmount", document.total.minor - document.paid_minor)

    def line(self, root: ET.Element, kind: str, number: int, line: DocumentLine) -> None:
        part = self.part(root, f"{kind}Line")
        self.say(part, "ID", str(number))
        self.say(part, "InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity", "1", unitCode="C62")
        self.amount(part, "LineExtensionAmount", line.net_minor)
        item = self.part(part, "Item")
        self.say(item, "Name", line.text)
        self.category(item, "ClassifiedTaxCategory", line.vat_basis_points)
        self.amount(self.part(part, "Price"), "PriceAmount", line.net_minor)


def breakdown(lines: Iterable[DocumentLine]) -> dict[int, tuple[int, int]]:
    """Without VAT, and VAT, in minor units, by rate."""
    found: dict[int, tuple[int, int]] = {}
    for line in lines:
        net, vat = found.get(line.vat_basis_points, (0, 0))
        found[line.vat_basis_points] = (net + line.net_minor, vat + line.vat_minor)
    return dict(sorted(found.items()))

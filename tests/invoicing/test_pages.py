"""Asking for an invoice, reading it as PDF and as a file for systems; finance reads those of its own sellers."""

from __future__ import annotations

import pypdfium2
import pytest

from expo.core.db import db
from expo.core.money import Money
from expo.expos.models import Expo
from expo.invoicing import actions as invoicing
from expo.invoicing import queries
from expo.invoicing.actions import Details
from expo.invoicing.pdf import as_pdf
from expo.payment import payments
from expo.payment.models import PayMethod
from expo.programme.words import Role
from expo.registration import actions
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R13", "O3")]


def test_a_delegate_asks_for_an_invoice_and_takes_it_along(app, browser):
    kind = a.a_ticket_type(a.a_conference(), "Congress Öresund", price_minor=49500, vat_basis_points=2500)
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    order, slug = made.order, db.session.get_one(Expo, kind.expo_id).slug
    path = f"/{slug}/orders/{order.code}/{made.secret}"
    client = Client(app)
    order.seller.vat_number = "SE212000115701"
    db.session.commit()
    assert client.get(f"{path}/invoice").status_code == 200
    typed = {"name": "Lunds kommun <b>", "country": "SE", "buyer_reference": "ABC", "order_number": "PO 7"}
    assert client.post(f"{path}/invoice", {**typed, "name": " "}).status_code == 422
    assert client.post(f"{path}/invoice", {**typed, "endpoint": "nothing"}).status_code == 422

    for _press in range(3):
        assert client.post(f"{path}/invoice", typed).status_code == 303

    [document] = queries.of_orders([order.id])
    assert document.name in client.get(path).text
    pdf = client.get(f"{path}/invoices/{document.id}.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.data == client.get(f"{path}/invoices/{document.id}.pdf").data
    xml = client.get(f"{path}/invoices/{document.id}.xml")
    assert "Lunds kommun &lt;b&gt;" in xml.text
    other = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    strange = f"/{slug}/orders/{other.order.code}/{other.secret}/invoices/{document.id}"
    for form in ("pdf", "xml"):
        assert client.get(f"{strange}.{form}").status_code == 404
    assert client.get(f"{path}/invoices/{document.id}.docx").status_code == 404


def test_a_buyer_of_any_script_stands_on_the_invoice(app):
    kind = a.a_ticket_type(a.a_conference(), "Congress ירושלים", price_minor=49500, vat_basis_points=2500)
    order = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]).order
    invoicing.ask(order=order, details=Details("臺北市政府資訊局 / أمانة عمّان", city="ירושלים", country="TW"))
    [document] = queries.of_orders([order.id])
    body = as_pdf(document)
    read = pypdfium2.PdfDocument(body)[0].get_textpage().get_text_range()
    assert "臺北市政府資訊局" in read
    assert "Taiwan\r\n" in read
    assert "25 % SEK 396 SEK 99 SEK 495" in read
    assert "ירושלים" in read or "םילשורי" in read


def test_finance_lists_all_and_reads_none_of_another_seller(app, browser):
    kind = a.a_ticket_type(a.a_conference(), price_minor=49500, vat_basis_points=2500)
    expo = kind.conference.expo
    made = actions.submit(person=a.a_person(expo), ticket_types=[kind])
    payments.record(order=made.order, method=PayMethod.DESK, amount=Money(49500, "SEK"), key="k")
    actions.revoke(registration=made.registrations[0], reason="x")
    documents = queries.of_orders([made.order.id])
    slug = db.session.get_one(Expo, expo.id).slug
    whole = browser(a.an_organiser(expo, Role.FINANCE))
    other = browser(a.an_organiser(expo, Role.FINANCE, a.a_conference(expo)))
    desk = f"/{slug}/organise/money/invoices"

    assert "Credit note" in whole.get(desk).text
    assert "-495.00,SEK" in whole.get(f"{desk}?as=csv").text
    for one in documents:
        assert whole.get(f"{desk}/{one.id}.pdf").data.startswith(b"%PDF")
        assert other.get(f"{desk}/{one.id}.pdf").status_code == 404
    assert documents[0].name not in other.get(desk).text


def test_a_seller_without_a_vat_number_has_no_file_for_systems_and_is_told_so(app, browser):
    kind = a.a_ticket_type(a.a_conference(), price_minor=49500, vat_basis_points=2500)
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    payments.record(order=made.order, method=PayMethod.DESK, amount=made.order.total, key="one")
    [document] = queries.of_orders([made.order.id])
    path = f"/{kind.conference.expo.slug}/orders/{made.order.code}/{made.secret}"
    client, finance = Client(app), browser(a.an_organiser(kind.conference.expo, Role.FINANCE))

    assert f"{document.id}.xml" not in client.get(path).text
    assert "VAT number" in client._open("GET", f"{path}/invoices/{document.id}.xml").text
    page = finance.get(f"/{kind.conference.expo.slug}/organise/money/invoices").text
    assert "the seller has no VAT number" in page
    assert f"{document.id}.xml" not in page

"""Asking for an invoice with the details that a buyer's system needs, and taking along what was issued."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.core.refusals import Refusal
from expo.invoicing import actions, queries
from expo.invoicing.actions import Details
from expo.payment.models import OrderState
from expo.web.forms import PlainForm, TextLine, countries, needed, short
from expo.web.invoices import FORMS, file_of
from expo.web.texts import _l

from . import blueprint
from .orders import order_or_404


class DetailsForm(PlainForm):
    """To whom an invoice goes."""

    expected = (Refusal,)

    name = TextLine(_l("Name of who pays"), [needed(_l("An invoice needs a name.")), short(200)])
    street = TextLine(_l("Street"), [short(200)])
    postcode = TextLine(_l("Postcode"), [short(20)])
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries, default="SE")
    vat_number = TextLine(_l("VAT number"), [short(40)])
    buyer_reference = TextLine(
        _l("Your reference"),
        [short(100)],
        description=_l("Who ordered it, or the code your organisation asks for."),
    )
    order_number = TextLine(_l("Your order number"), [short(100)])
    endpoint = TextLine(
        _l("Address for electronic invoices"),
        [short(100)],
        description=_l("Scheme and number, such as 0007:2120001157."),
    )


@blueprint.get("/orders/<code>/<secret>/invoice")
def ask_invoice(code: str, secret: str) -> ResponseReturnValue:
    """The details as they were typed last, or as far as they are known."""
    found = order_or_404(code, secret)
    known = queries.details_of(found.id)
    person = found.person
    saved = (
        {name: getattr(known, name) for name in Details.__slots__}
        if known
        else {
            "name": person.organisation or person.name,
            "city": person.city,
            "country": person.country or "SE",
        }
    )
    return _page(code, secret, DetailsForm(data=saved))


@blueprint.post("/orders/<code>/<secret>/invoice")
def send_invoice(code: str, secret: str) -> ResponseReturnValue:
    found = order_or_404(code, secret)
    form = DetailsForm(request.form)
    details = Details(**{name: form._fields[name].data or "" for name in Details.__slots__})
    if form.validate() and form.accepts(lambda: actions.ask(order=found, details=details)):
        if found.state is OrderState.OPEN:
            flash(
                _("The invoice stands on your order. Pay it with the order's code as the reference."),
                "success",
            )
        else:
            flash(_("Kept for the invoices of this order that are issued from now on."), "success")
        return redirect(url_for("delegate.order", code=code, secret=secret), code=303)
    return _page(code, secret, form), form.status


@blueprint.get("/orders/<code>/<secret>/invoices/<int:document_id>.<form>")
def invoice(code: str, secret: str, document_id: int, form: str) -> Response:
    """One document of this order as a file."""
    found = order_or_404(code, secret)
    document = queries.of_order(found.id, document_id)
    if document is None or form not in FORMS:
        abort(404)
    return file_of(document, form)


def _page(code: str, secret: str, form: DetailsForm) -> str:
    return render_template(
        "delegate/invoice.html", form=form, order=order_or_404(code, secret), secret=secret
    )

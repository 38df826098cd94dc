"""Vouchers and invitations of a conference."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme.words import Deed
from expo.registration import queries, vouchers

from . import blueprint, mine
from .ticket_forms import VoucherForm
from .tickets import edit_page


@blueprint.route("/organise/conferences/<slug>/vouchers/new", methods=["GET", "POST"])
def new_voucher(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    kinds = queries.every_of(found.id)
    form = VoucherForm(request.form if request.method == "POST" else None)
    form.ticket_type.choices = [("", _("All tickets of the conference"))] + [
        (str(kind.id), kind.name) for kind in kinds
    ]
    currency = next((kind.currency for kind in kinds if kind.price_minor), "SEK")

    def save() -> None:
        draft = form.read(found, currency)
        if not form.errors:
            made = vouchers.create(conference=found, draft=draft, reserve=form.reserve.data or 0)
            flash(_("The code is %(code)s.", code=made.code), "success")

    return edit_page(
        found,
        form,
        _("New voucher or invitation"),
        save,
        hint=_("Amounts are in %(currency)s.", currency=currency),
    )


@blueprint.post("/organise/conferences/<slug>/vouchers/<int:voucher_id>/end")
def end_voucher(slug: str, voucher_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    vouchers.end(voucher=vouchers.voucher(found.id, voucher_id) or abort(404))
    flash(_("The code gives nothing any more. Who has used it keeps what they have."), "success")
    return redirect(url_for("organiser.tickets", slug=slug), code=303)

"""Sellers: the legal owners of prices, for those who set up the whole expo."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.payment import sellers as selling
from expo.payment.models import Seller
from expo.programme.words import Deed
from expo.web.context import this_expo

from . import blueprint, mine
from .ticket_forms import SellerForm


@blueprint.get("/organise/sellers", endpoint="sellers")
def seller_list() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return render_template("organiser/sellers.html", sellers=selling.of_expo(this_expo().id))


@blueprint.route("/organise/sellers/new", methods=["GET", "POST"])
def new_seller() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _page(None)


@blueprint.route("/organise/sellers/<slug>", methods=["GET", "POST"])
def seller(slug: str) -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _page(selling.seller(this_expo().id, slug) or abort(404))


def _page(one: Seller | None) -> ResponseReturnValue:
    form = SellerForm.of(one, request.form if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        draft = form.read() if form.validate() else None
        if (
            draft is not None
            and not form.errors
            and form.accepts(lambda: selling.save_seller(expo_id=this_expo().id, draft=draft, seller=one))
        ):
            flash(_("Saved."), "success")
            return redirect(url_for("organiser.sellers"), code=303)
        status = form.status
    return render_template(
        "organiser/edit.html",
        conference=None,
        form=form,
        title=one.name if one else _("New seller"),
        hint="",
        back=url_for("organiser.sellers"),
    ), status

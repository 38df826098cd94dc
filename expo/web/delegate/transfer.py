"""Handing one's place on to a colleague."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import limits
from expo.delegations import queries as delegations
from expo.delegations.models import NomineeState
from expo.registration import handing
from expo.registration.actions import Newcomer
from expo.registration.models import Registration
from expo.web.gates import my_person

from . import blueprint
from .agenda import my_items
from .forms import TransferForm
from .my import mine


@blueprint.get("/my/registrations/<code>/transfer")
def ask_transfer(code: str) -> ResponseReturnValue:
    """What goes along and what ends, before it is done."""
    return _page(mine(code), TransferForm(data={"with_seats": True}))


@blueprint.post("/my/registrations/<code>/transfer")
def transfer(code: str) -> ResponseReturnValue:
    registration, person = mine(code), my_person()
    form = TransferForm(request.form)
    if form.validate():
        # Each one writes to an address that somebody typed.
        limits.count("transfer", f"person:{person.id}", most=20, within=timedelta(hours=1))
        to = Newcomer(
            person.expo_id, form.name.data or "", form.email.data or "", person.language,
            organisation=person.organisation,
        )  # fmt: skip
        if form.accepts(
            lambda: handing.hand_on(
                registrations=[registration], to=to, with_seats=bool(form.with_seats.data)
            )
        ):
            flash(_("%(name)s has your place now, and a letter.", name=form.name.data), "success")
            return redirect(url_for("delegate.my"), code=303)
    return _page(registration, form), form.status


def _page(registration: Registration, form: TransferForm) -> str:
    nominee = delegations.of_registration(registration.id)
    return render_template(
        "delegate/transfer.html",
        registration=registration,
        form=form,
        focal=nominee.delegation if nominee and nominee.state is NomineeState.REGISTERED else None,
        possible=handing.may(registration),
        until=handing.until(registration),
        anew=handing.is_approved_anew(registration),
        seats=[item for item, booking in my_items(my_person()) if booking.registration_id == registration.id],
    )

"""My data: all that the expo knows of me, as one file; and the way out."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user
from wtforms import BooleanField

from expo.core import limits
from expo.privacy import archive, erasing, queries
from expo.registration import queries as registrations
from expo.web.context import this_expo
from expo.web.forms import PlainForm, ticked
from expo.web.gates import my_person
from expo.web.texts import _l

from . import blueprint


class EraseForm(PlainForm):
    """The one box that makes sure."""

    sure = BooleanField(
        _l("Erase me. I know that it cannot be undone."),
        [ticked(_l("Tick the box, if you are sure."))],
    )


@blueprint.get("/my/data")
def my_data() -> ResponseReturnValue:
    person = my_person()
    return render_template("delegate/data.html", person=person, told=archive.told(person))


@blueprint.post("/my/data/archive")
def download_data() -> ResponseReturnValue:
    person = my_person()
    limits.count("my_data", f"person:{person.id}", most=10, within=timedelta(hours=1))
    return zipped(archive.made(person=person, expo=this_expo()))


@blueprint.get("/my/data/erase")
def ask_erase() -> ResponseReturnValue:
    """What ends and what stays, and why, before anything is done."""
    return _erase_page(EraseForm())


@blueprint.post("/my/data/erase")
def erase_me() -> ResponseReturnValue:
    form = EraseForm(request.form)
    if not form.validate():
        return _erase_page(form), 422
    erasing.erase(person=my_person())
    logout_user()
    flash(_("You are erased. Nothing here says who you were."), "success")
    return redirect(url_for("public.home"), code=303)


def zipped(content: bytes) -> Response:
    """An archive to be saved; no cache keeps it."""
    return Response(
        content,
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
    )


def _erase_page(form: EraseForm) -> str:
    person = my_person()
    return render_template(
        "delegate/erase.html",
        form=form,
        person=person,
        ends=[one for one in registrations.of_person(person.id) if one.is_live],
        stays=queries.what_stays(person),
    )

"""My data: all that the expo knows of me, as one file; and the way out."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user
from wtforms import BooleanField

from expo.accounts import protection
from expo.accounts.models import Person
from expo.core import limits
from expo.privacy import archive, erasing, protecting, queries
from expo.registration import queries as registrations
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, short, ticked
from expo.web.gates import my_person
from expo.web.texts import _l

from . import blueprint


class EraseForm(PlainForm):
    """The one box that makes sure."""

    sure = BooleanField(
        _l("Erase me. I know that it cannot be undone."),
        [ticked(_l("Tick the box, if you are sure."))],
    )


class AliasForm(PlainForm):
    """What others read instead of the name."""

    alias = TextLine(
        _l("Alias"),
        [short(60)],
        description=_l("Nothing that says who you are. Left empty, you are called “Guest” and a number."),
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


@blueprint.get("/my/data/alias")
def my_alias() -> ResponseReturnValue:
    """An alias instead of my name, for everybody but me and those who protect data."""
    return _alias_page(AliasForm())


@blueprint.post("/my/data/alias")
def take_alias() -> ResponseReturnValue:
    person, form = my_person(), AliasForm(request.form)
    _count(person)
    if not form.validate() or not form.accepts(
        lambda: protecting.take(person=person, alias=form.alias.data or "")
    ):
        return _alias_page(form), 422
    flash(_("Others read “%(alias)s” from now on.", alias=person.name), "success")
    return redirect(url_for("delegate.my_alias"), code=303)


@blueprint.post("/my/data/alias/end")
def end_alias() -> ResponseReturnValue:
    person = my_person()
    _count(person)
    protecting.lift(person=person)
    flash(
        _("You are called by your name again. Notes and letters of the time before keep the alias."),
        "success",
    )
    return redirect(url_for("delegate.my_data"), code=303)


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


def _count(person: Person) -> None:
    """Taking an alias, changing and ending it, all together: each searches what was written."""
    limits.count("alias", f"person:{person.id}", most=10, within=timedelta(hours=1))


def _alias_page(form: AliasForm) -> str:
    person = my_person()
    return render_template("delegate/alias.html", form=form, person=person, name=protection.real_name(person))


def _erase_page(form: EraseForm) -> str:
    person = my_person()
    return render_template(
        "delegate/erase.html",
        form=form,
        person=person,
        ends=[one for one in registrations.of_person(person.id) if one.is_live],
        stays=queries.what_stays(person),
    )

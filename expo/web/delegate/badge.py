"""The badge on the phone: white, large, one tap away; as picture and for replacing."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from expo.accounts.models import Person
from expo.badge import actions, qr, queries
from expo.badge.models import Badge
from expo.loans import queries as loans
from expo.organisations import queries as organisations
from expo.printing import actions as printing
from expo.printing.models import Paper
from expo.registration import queries as registrations
from expo.registration.models import Registration, RegistrationState
from expo.registration.words import strongest
from expo.web.context import me, this_expo
from expo.web.filters import this_language, title_here
from expo.web.gates import my_person
from expo.web.words import BADGE_CLASSES, CATEGORIES

from . import blueprint


@blueprint.get("/my/badge")
def badge() -> ResponseReturnValue:
    person = me()
    mine = queries.active_badge(this_expo().id, person.id) if person else None
    if person is None or mine is None:
        return render_template("delegate/no_badge.html", person=person)
    borrowed = loans.of_person(this_expo().id, person.id)
    return render_template("delegate/badge.html", borrowed=borrowed, **badge_card(person, mine))


@blueprint.get("/my/badge.svg")
def badge_svg() -> ResponseReturnValue:
    return Response(qr.svg(queries.code_of(_my_badge())), mimetype="image/svg+xml", headers=_file("svg"))


@blueprint.get("/my/badge.png")
def badge_png() -> ResponseReturnValue:
    return Response(qr.png(queries.code_of(_my_badge())), mimetype="image/png", headers=_file("png"))


@blueprint.get("/my/badge.pdf")
def badge_pdf() -> ResponseReturnValue:
    """To print at home: A6, folded."""
    made = printing.pdf_of(this_expo(), _my_badge(), paper=Paper.A6, language=this_language())
    return Response(made, mimetype="application/pdf", headers=_file("pdf"))


@blueprint.post("/my/badge/replace")
def replace_badge() -> ResponseReturnValue:
    """For a badge that was lost: the old code opens nothing from now on."""
    actions.replace(badge=_my_badge(), reason="lost, says its owner")
    flash(_("This is your new badge. The old one opens nothing any more."), "success")
    return redirect(url_for("delegate.badge"), code=303)


def badge_card(person: Person, mine: Badge, held: list[Registration] | None = None) -> dict[str, object]:
    """What templates/macros/badge.html shows of a badge."""
    held = registrations.of_person(person.id) if held is None else held
    confirmed = [r for r in held if r.state is RegistrationState.CONFIRMED]
    category = strongest([one.ticket_type.category for one in confirmed])
    return {
        "person": person,
        "marks": organisations.marks_of(person.organisation),
        "category": CATEGORIES[category],
        "category_class": BADGE_CLASSES[category],
        # Our own bytes: a path of numbers, nothing that anybody typed.
        "picture": Markup(qr.svg(queries.code_of(mine)).decode()),  # noqa: S704
        "spoken": queries.spoken_of(mine),
        "opens": ", ".join(title_here(registration.conference) for registration in confirmed),
    }


def _my_badge() -> Badge:
    mine = queries.active_badge(this_expo().id, my_person().id)
    if mine is None:
        raise NotFound
    return mine


def _file(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="badge.{ending}"'}

"""Badges on paper: many at once as a file, one at a desk, and the log of what was printed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, RadioField, SelectField

from expo.badge import queries as badges
from expo.badge.models import Badge, BadgeState
from expo.core import limits
from expo.printing import actions, queries
from expo.printing.models import Paper, Print, PrintState
from expo.printing.queries import Batch
from expo.printing.refusals import FileGone, NothingToPrint
from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.reports import timeline
from expo.web import live
from expo.web.context import choose_language, offered_languages, this_expo, visitor
from expo.web.filters import language_name
from expo.web.forms import PlainForm, TextLine, short
from expo.web.texts import _l

from . import blueprint, group_badges, lists, mine, words
from .papers import PAPERS, SHORT


class PrintForm(PlainForm):
    """Which badges, and on what."""

    expected = (NothingToPrint,)

    conference = SelectField(_l("Conference"), choices=[])
    delegation = SelectField(_l("Delegation"), choices=[])
    first = TextLine(
        _l("Names from"), [short(20)], description=_l("A letter or the first letters of the name.")
    )
    last = TextLine(_l("to"), [short(20)])
    only_new = BooleanField(_l("Only badges that were never printed"))
    paper = RadioField(_l("Paper"), choices=lambda: words.choices(PAPERS))
    language = SelectField(_l("Language of the words on it"), choices=[])


class LayoutForm(PlainForm):
    """What the badges of a conference show."""

    paper = RadioField(_l("Paper"), choices=lambda: words.choices(PAPERS))
    shows_organisation = BooleanField(_l("The organisation"))
    shows_place = BooleanField(_l("City and country"))
    line = TextLine(
        _l("A line for all"), [short(120)], description=_l("For example the name of the wireless network.")
    )


@blueprint.get("/organise/badges")
def prints() -> ResponseReturnValue:
    form = _form()
    wished = lists.asked("conference")
    conference = next((one for one in mine.conferences(Deed.WALK_IN) if one.slug == wished), None)
    if conference is not None:
        form.conference.data = conference.slug
    form.paper.data = queries.paper_for(conference.id if conference else None).value
    form.language.data = choose_language()
    form.only_new.data = True
    return _page(form)


@blueprint.post("/organise/badges")
def print_badges() -> ResponseReturnValue:
    form = _form(request.form)
    asked: list[Print] = []
    if form.validate():
        who = visitor()
        limits.count("print_badges", str(who and who.account_id), most=60, within=timedelta(minutes=15))
        batch = _batch(form)
        if form.accepts(
            lambda: asked.append(
                actions.ask(batch=batch, paper=Paper(form.paper.data), language=form.language.data)
            )
        ):
            return redirect(url_for("organiser.printing", number=asked[0].id), code=303)
    return _page(form), form.status


@blueprint.get("/organise/badges/<int:number>")
def printing(number: int) -> ResponseReturnValue:
    """How far one print is, and its file."""
    return render_template("organiser/print.html", **_shown(_print(number)))


@blueprint.get("/organise/badges/<int:number>/progress")
def print_progress(number: int) -> Response:
    """The part of that page that renews itself."""
    asked = _print(number)
    return live.part(("print", asked.id), lambda: render_template("organiser/_print.html", **_shown(asked)))


@blueprint.get("/organise/badges/<int:number>.pdf")
def print_file(number: int) -> ResponseReturnValue:
    asked = _print(number)
    file = queries.file_of(asked)
    if asked.state is not PrintState.READY or asked.file_gone_at is not None or not file.exists():
        raise FileGone(_("There is no file of this print any more. Print these badges again."))
    name = f"badges-{asked.id}.pdf"
    return send_file(file, mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)


@blueprint.route("/organise/badges/layout", methods=["GET", "POST"])
def badge_layout() -> ResponseReturnValue:
    """What stands on the badges of a conference."""
    conference = mine.conference(lists.asked("conference"), Deed.DECIDE)
    form = LayoutForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        actions.save_layout(
            conference=conference, paper=Paper(form.paper.data), line=form.line.data or "",
            shows_organisation=form.shows_organisation.data, shows_place=form.shows_place.data,
        )  # fmt: skip
        flash(
            _("The badges of %(conference)s look like that from now on.", conference=conference.title),
            "success",
        )
        return redirect(url_for("organiser.prints", conference=conference.slug), code=303)
    if request.method == "GET":
        found = queries.layout(conference.id)
        form.paper.data = queries.paper_for(conference.id).value
        form.shows_organisation.data = found.shows_organisation if found else True
        form.shows_place.data = found.shows_place if found else True
        form.line.data = found.line if found else ""
    status = form.status if request.method == "POST" else 200
    return render_template("organiser/badge_layout.html", form=form, conference=conference), status


@blueprint.post("/organise/people/<code>/badge.pdf")
def print_badge(code: str) -> ResponseReturnValue:
    """A person's badge at a desk, also once more. A form that is sent: each time stands in the log."""
    found = registrations.registration(this_expo().id, code) or abort(404)
    mine.rights().require(Deed.WALK_IN, found.conference_id)
    badge = badges.active_badge(found.expo_id, found.person_id) if found.person_id else None
    return _printed(badge or abort(404), found.conference_id)


@blueprint.post("/organise/group-badges/<int:number>/badge.pdf")
def print_group_badge(number: int) -> ResponseReturnValue:
    badge = group_badges.my_group(number)
    if badge.state is not BadgeState.ACTIVE or badge.registration is None:
        abort(404)
    return _printed(badge, badge.registration.conference_id)


def _printed(badge: Badge, conference_id: int) -> Response:
    said = request.form.get("paper", "")
    paper = Paper(said) if said in set(Paper) else queries.paper_for(conference_id)
    body = actions.print_one(
        badge=badge, conference_id=conference_id, paper=paper, language=choose_language()
    )
    return Response(
        body,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="badge-{badge.id}.pdf"'},
    )


def _batch(form: PrintForm) -> Batch:
    conference = next(
        (one for one in mine.conferences(Deed.WALK_IN) if one.slug == form.conference.data), None
    )
    if conference is None:
        mine.rights().require(Deed.WALK_IN, None)
    return Batch(
        this_expo().id,
        conference.id if conference else None,
        int(form.delegation.data) if form.delegation.data else None,
        form.first.data or "",
        form.last.data or "",
        bool(form.only_new.data),
    )


def _form(sent: object = None) -> PrintForm:
    mine.somewhere(Deed.WALK_IN)
    form = PrintForm(sent)
    conferences = mine.conferences(Deed.WALK_IN)
    form.conference.choices = [
        *([("", _("All of the expo"))] if mine.may(Deed.WALK_IN) else []),
        *((one.slug, one.title) for one in conferences),
    ]
    sent_by = queries.delegations_of(this_expo().id, [one.id for one in conferences])
    form.delegation.choices = [("", _("Any")), *((str(number), name) for number, name in sent_by)]
    form.language.choices = [(code, language_name(code)) for code in offered_languages()]
    return form


def _page(form: PrintForm) -> str:
    found = queries.prints(this_expo().id, mine.scope(Deed.WALK_IN))
    return render_template(
        "organiser/prints.html",
        form=form,
        prints=found,
        papers=SHORT,
        names=timeline.names_of([one.asked_by for one in found]),
        conferences=mine.conferences(Deed.DECIDE),
    )


def _print(number: int) -> Print:
    mine.somewhere(Deed.WALK_IN)
    return queries.print_of(this_expo().id, number, mine.scope(Deed.WALK_IN)) or abort(404)


def _shown(asked: Print) -> dict[str, Any]:
    return {
        "print": asked,
        "papers": SHORT,
        "has_file": asked.state is PrintState.READY and asked.file_gone_at is None and asked.badge_id is None,
        "names": timeline.names_of([asked.asked_by]),
    }

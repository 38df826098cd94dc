"""A new conference, from nothing or like another; and the next edition of the whole expo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from expo.accounts import queries as people
from expo.copies import conferences as copies
from expo.copies import expos as editions
from expo.copies.conferences import Copied, Part
from expo.core.refusals import BadInput, Forbidden
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import ConferenceDraft
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.web.context import this_expo, visitor
from expo.web.forms import DayField, PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine

PARTS = {
    Part.TRACKS: _l("Tracks"),
    Part.SESSIONS: _l("Sessions with times and rooms, as drafts without people"),
    Part.TICKETS: _l("Ticket types"),
    Part.QUESTIONS: _l("Questions"),
    Part.TEAM: _l("The team and its roles"),
}


class PartsField(SelectMultipleField):
    """Ticked boxes: what is copied."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NewConferenceForm(PlainForm):
    """A conference to come. What it says of itself is written on its own page afterwards."""

    title = TextLine(_l("Title"), [needed(_l("Give the conference a title.")), short(200)])
    starts_on = DayField(_l("First day"), [needed(_l("When does it begin?"))])
    ends_on = DayField(
        _l("Last day"), description=_l("Of a copy it is as long as the original when left empty.")
    )
    like = SelectField(
        _l("Like"), choices=[], description=_l("Nothing personal is copied: no speakers, no registrations.")
    )
    parts = PartsField(
        _l("What of it"), choices=lambda: [(part.value, str(words)) for part, words in PARTS.items()]
    )


class EditionForm(PlainForm):
    """An expo to come, like this one."""

    name = TextLine(_l("Name"), [needed(_l("Give it a name.")), short(120)])
    slug = TextLine(
        _l("Address"),
        [needed(_l("Give it an address.")), short(40)],
        description=_l("Small letters, digits and hyphens, such as h27."),
    )
    starts_on = DayField(_l("First day"), [needed(_l("When does it begin?"))])
    parts = PartsField(
        _l("What of each conference"),
        choices=lambda: [(part.value, str(words)) for part, words in PARTS.items()],
    )


@blueprint.get("/organise/conferences/new")
def new_conference() -> ResponseReturnValue:
    return _page(_form(None))


@blueprint.post("/organise/conferences/new")
def create_conference() -> ResponseReturnValue:
    form, made = _form(request.form), list[Copied]()
    if form.validate() and form.accepts(lambda: made.append(_made(form))):
        conference = made[0].conference
        flash(_("%(title)s is made. Now say more of it.", title=conference.title), "success")
        return redirect(url_for("organiser.conference", slug=conference.slug), code=303)
    return _page(form), form.status


@blueprint.get("/organise/edition")
def edition() -> ResponseReturnValue:
    _administrators()
    return _edition_page(
        EditionForm(data={"parts": [Part.TRACKS.value, Part.TICKETS.value, Part.QUESTIONS.value]})
    )


@blueprint.post("/organise/edition")
def create_edition() -> ResponseReturnValue:
    _administrators()
    form, made = EditionForm(request.form), list[editions.CopiedExpo]()
    who = visitor()
    account = people.account(who.account_id) if who and who.account_id else None

    def make() -> None:
        made.append(
            editions.copy(
                source=this_expo(),
                slug=form.slug.data or "",
                name=form.name.data or "",
                starts_on=form.starts_on.data,
                parts=copies.checked_parts(form.parts.data or ()),
                owner=account,
            )
        )

    if form.validate() and form.accepts(make):
        copied = made[0]
        flash(_("%(name)s is made. You are its owner.", name=copied.expo.name), "success")
        if copied.left_out:
            said = "; ".join(copied.left_out[:10])
            flash(_("Left out, because nobody sells there yet: %(what)s", what=said), "warning")
        return redirect(url_for("organiser.home", expo_slug=copied.expo.slug), code=303)
    return _edition_page(form), form.status


def _administrators() -> None:
    who = visitor()
    if who is None or not who.is_admin:
        raise Forbidden(_("An expo is made by administrators."))


def _form(sent: Any) -> NewConferenceForm:
    mine.rights().require(Deed.SET_UP, None)
    like = lists.asked("like")
    form = NewConferenceForm(
        sent, data={"like": like, "parts": [part.value for part in Part if part is not Part.SESSIONS]}
    )
    form.like.choices = [
        ("", _("Nothing: begin empty")),
        *((one.slug, one.title) for one in programme.conferences(this_expo().id)),
    ]
    return form


def _made(form: NewConferenceForm) -> Copied:
    expo, title, begins = this_expo(), form.title.data or "", form.starts_on.data
    if form.like.data:
        source: Conference = mine.conference(form.like.data, Deed.SET_UP)
        draft = copies.draft_like(source, title=title, starts_on=begins)
        if form.ends_on.data:
            _check_days(begins, form.ends_on.data)
            draft = _until(draft, form.ends_on.data)
        parts = copies.checked_parts(form.parts.data or ())
        return copies.copy(source=source, expo=expo, draft=draft, parts=parts, parent=source.parent)
    ends = form.ends_on.data or begins
    _check_days(begins, ends)
    draft = ConferenceDraft(title, begins, ends, expo.time_zone, city=expo.city)
    return Copied(actions.save_conference(expo=expo, draft=draft)[0])


def _check_days(begins: date, ends: date) -> None:
    """Refuse an end before the beginning."""
    if ends < begins:
        raise BadInput(_("The conference ends before it starts."), field="ends_on")


def _until(draft: ConferenceDraft, ends: date) -> ConferenceDraft:
    closed = tuple(day for day in draft.closed_dates if day <= ends)
    return replace(draft, ends_on=ends, closed_dates=closed)


def _page(form: NewConferenceForm) -> str:
    return render_template("organiser/conference_new.html", form=form)


def _edition_page(form: EditionForm) -> str:
    return render_template("organiser/edition.html", form=form)

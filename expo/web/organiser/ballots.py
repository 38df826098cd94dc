"""Ballots of a conference: opened, watched, drawn."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import wtforms
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.widgets import CheckboxInput, ListWidget

from expo.ballots import actions, queries
from expo.ballots.models import Ballot
from expo.ballots.refusals import BallotStillOpen, NotForBallot
from expo.core import clock
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.filters import this_language
from expo.web.forms import CityMomentField, PlainForm, TextBlock, TextLine, WholeNumber, needed, short
from expo.web.texts import _l

from . import blueprint, mine


class BallotForm(PlainForm):
    """What is drawn, and when."""

    expected = (NotForBallot,)

    title = TextLine(_l("Name"), [needed(_l("Give it a name.")), short(200)])
    closes_at = CityMomentField(
        _l("Closes and is drawn"), description=_l("Before the first of its sessions begins.")
    )
    most_wishes = WholeNumber(
        _l("Wishes of each person"),
        least=1,
        most=actions.MOST_WISHES,
        default=3,
        description=_l("Each gets one of them at most."),
    )
    occurrences = wtforms.SelectMultipleField(
        _l("Sessions"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


@blueprint.get("/organise/conferences/<slug>/ballots")
def ballots(slug: str) -> ResponseReturnValue:
    conference = mine.conference(slug)
    return render_template(
        "organiser/ballots.html",
        conference=conference,
        ballots=queries.of_conference(conference.id),
        schedules=mine.may(Deed.SCHEDULE, conference.id),
    )


@blueprint.get("/organise/conferences/<slug>/ballots/new")
def new_ballot(slug: str) -> ResponseReturnValue:
    conference = mine.conference(slug, Deed.SCHEDULE)
    return _form_page(conference, _form(conference))


@blueprint.post("/organise/conferences/<slug>/ballots/new")
def open_ballot(slug: str) -> ResponseReturnValue:
    conference = mine.conference(slug, Deed.SCHEDULE)
    form = _form(conference, request.form)
    made: list[Ballot] = []
    valid = form.validate()
    settled = form.closes_at.settle(ZoneInfo(conference.time_zone))
    if form.closes_at.data is None and not form.closes_at.errors:
        form.closes_at.errors = [_("Say when it closes.")]
        valid = False

    def act() -> None:
        assert form.closes_at.data is not None
        made.append(
            actions.open_ballot(
                conference=conference,
                title=form.title.data or "",
                occurrence_ids=form.occurrences.data or [],
                closes_at=form.closes_at.data,
                most_wishes=form.most_wishes.data or 3,
            )
        )

    if valid and settled and form.accepts(act):
        flash(_("The ballot is open. Its sessions take no other bookings until it is drawn."), "success")
        return redirect(url_for("organiser.ballot", slug=slug, code=made[0].code), code=303)
    return _form_page(conference, form), form.status


@blueprint.get("/organise/conferences/<slug>/ballots/<code>")
def ballot(slug: str, code: str) -> ResponseReturnValue:
    conference = mine.conference(slug)
    return _page(conference, _found(conference, code))


@blueprint.post("/organise/conferences/<slug>/ballots/<code>/draw")
def draw_ballot(slug: str, code: str) -> ResponseReturnValue:
    """For when the worker did not. Twice is once."""
    conference = mine.conference(slug, Deed.SCHEDULE)
    found = _found(conference, code)
    try:
        actions.draw(ballot=found)
    except BallotStillOpen as no:
        flash(no.message, "warning")
    else:
        flash(_("The lot is drawn, and everybody has a letter."), "success")
    return redirect(url_for("organiser.ballot", slug=slug, code=code), code=303)


class CallOffForm(PlainForm):
    """Why no lot is drawn, and when booking opens instead."""

    why = TextBlock(
        _l("Reason"),
        [needed(_l("Say why: everybody who took part reads it.")), short(500)],
        description=_l("Everybody who took part reads it, and it stands on the ballot's page."),
    )
    opens_at = CityMomentField(
        _l("Booking opens"),
        description=_l("Empty: at once. A moment later is fairer: all have a letter by then."),
    )


@blueprint.get("/organise/conferences/<slug>/ballots/<code>/call-off")
def ballot_off(slug: str, code: str) -> ResponseReturnValue:
    conference = mine.conference(slug, Deed.SCHEDULE)
    return _off_page(conference, _found(conference, code), CallOffForm())


@blueprint.post("/organise/conferences/<slug>/ballots/<code>/call-off")
def call_ballot_off(slug: str, code: str) -> ResponseReturnValue:
    conference = mine.conference(slug, Deed.SCHEDULE)
    found, form = _found(conference, code), CallOffForm(request.form)
    settled = form.opens_at.settle(ZoneInfo(conference.time_zone))

    def act() -> None:
        actions.call_off(ballot=found, why=form.why.data or "", opens_at=form.opens_at.data)

    if form.validate() and settled and form.accepts(act):
        flash(_("The ballot is called off, and everybody who took part has a letter."), "success")
        return redirect(url_for("organiser.ballot", slug=slug, code=code), code=303)
    return _off_page(conference, found, form), form.status


def _off_page(conference: Conference, found: Ballot, form: CallOffForm) -> str:
    if found.is_over:
        abort(404)
    return render_template(
        "organiser/ballot_off.html",
        conference=conference,
        ballot=found,
        form=form,
        entered=queries.entered(found.id),
    )


def _form(conference: Conference, sent: object = None) -> BallotForm:
    form = BallotForm(sent)
    zone = ZoneInfo(conference.time_zone)
    form.occurrences.choices = [
        (
            slot.occurrence_id,
            f"{slot.starts_at.astimezone(zone):%Y-%m-%d %H:%M} {slot.title_in(this_language())} ({slot.code})",
        )
        for slot in queries.could_be_drawn(conference.id)
    ]
    return form


def _form_page(conference: Conference, form: BallotForm) -> str:
    return render_template("organiser/ballot_new.html", conference=conference, form=form)


def _page(conference: Conference, found: Ballot) -> str:
    slots = queries.slots_of(found)
    told = queries.for_anybody(found)
    won = dict.fromkeys(told["seats"], 0)
    waits = dict(won)
    people = {one["ticket"]: one["seats"] for one in told["tickets"]}
    for line in told["result"]:
        if line["got"]:
            won[line["got"]] += people[line["ticket"]]
        elif line["waits_for"]:
            waits[line["waits_for"]] += 1
    return render_template(
        "organiser/ballot.html",
        conference=conference,
        ballot=found,
        sessions=[(slot, slot.title_in(this_language())) for slot in slots],
        entered=queries.entered(found.id),
        told=told,
        won=won,
        waits=waits,
        may_call_off=not found.is_over and mine.may(Deed.SCHEDULE, conference.id),
        can_draw=not found.is_over
        and clock.now() >= found.closes_at
        and mine.may(Deed.SCHEDULE, conference.id),
    )


def _found(conference: Conference, code: str) -> Ballot:
    found = queries.ballot(this_expo().id, code)
    if found is None or found.conference_id != conference.id:
        abort(404)
    return found

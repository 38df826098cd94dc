"""One registration: what is known, what was done, and what the desk decides and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.badge import queries as badges
from expo.booking import queries as bookings
from expo.checkin import attentions
from expo.delegations import queries as delegations
from expo.desk import actions as desk_actions
from expo.desk import deciding
from expo.desk import queries as desk
from expo.desk.models import COLOURS
from expo.printing import queries as printing
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.registration import actions, quoting
from expo.registration import queries as registrations
from expo.registration.models import WAITING, Registration
from expo.reports import one_way, timeline
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextBlock, needed, short
from expo.web.texts import _l
from expo.web.words import BADGE_CLASSES, CATEGORIES, REGISTRATION_KINDS, REGISTRATION_STATES

from . import blueprint, given_answers, lists, mine, people_asked
from .people import ApprovalForm, DecisionForm, TagForm


class NoteForm(PlainForm):
    """Something the desk wants to remember."""

    text = TextBlock(
        _l("New note"),
        [needed(_l("Write the note first.")), short(desk_actions.LONGEST_NOTE)],
        description=_l(
            "For the desk alone. It stands in no letter, but the person gets it when they ask for their data."
        ),
    )


@blueprint.get("/organise/people/<code>")
def registration(code: str) -> ResponseReturnValue:
    return page(my_registration(code))


@blueprint.post("/organise/people/<code>/answers")
def read_answers(code: str) -> ResponseReturnValue:
    """Open the sealed answers that this visitor's roles may read. It is sent, not followed: each time leaves a trace."""
    found = my_registration(code)
    return page(found, opened=given_answers.open_sealed(found))


@blueprint.route("/organise/people/<code>/answers/<int:question_id>/file", methods=["GET", "POST"])
def answer_file(code: str, question_id: int) -> Response:
    """A file that was handed in; a sealed one is asked for by a form, and leaves a trace."""
    return given_answers.file(my_registration(code), question_id)


@blueprint.post("/organise/people/<code>/approve")
def approve(code: str) -> ResponseReturnValue:
    found = _to_decide(code)
    form = ApprovalForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.approve(registration=found, note=form.note.data or "")
    ):
        return _done(found, _("%(name)s is approved, and has a letter.", name=found.person.name))
    return page(found, yes=form), form.status


@blueprint.post("/organise/people/<code>/pre-approve")
def pre_approve(code: str) -> ResponseReturnValue:
    """The first of two approvals."""
    found = _to_decide(code)
    form = ApprovalForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.pre_approve(registration=found, note=form.note.data or "")
    ):
        return _done(found, _("%(name)s is pre-approved.", name=found.person.name))
    return page(found, yes=form), form.status


@blueprint.post("/organise/people/<code>/refuse")
def refuse(code: str) -> ResponseReturnValue:
    found = _to_decide(code)
    form = DecisionForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.refuse(registration=found, reason=form.reason.data or "")
    ):
        return _done(
            found, _("%(name)s is refused, and has a letter with the reason.", name=found.person.name)
        )
    return page(found, form), form.status


@blueprint.post("/organise/people/<code>/revoke")
def revoke(code: str) -> ResponseReturnValue:
    found = my_registration(code, Deed.DECIDE)
    form = DecisionForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.revoke(registration=found, reason=form.reason.data or "")
    ):
        return _done(found, _("The registration of %(name)s is revoked.", name=found.person.name))
    return page(found, form), form.status


@blueprint.post("/organise/people/<code>/notes")
def write_note(code: str) -> ResponseReturnValue:
    found = my_registration(code, Deed.DECIDE)
    form = NoteForm(request.form)
    if form.validate() and form.accepts(
        lambda: desk_actions.note(registration=found, text=form.text.data or "")
    ):
        return _done(found, _("The note is kept."))
    return page(found, note=form), form.status


@blueprint.post("/organise/people/<code>/notes/<int:note_id>/remove")
def remove_note(code: str, note_id: int) -> ResponseReturnValue:
    found = my_registration(code, Deed.DECIDE)
    desk_actions.remove_note(registration=found, note=desk.note(found.id, note_id) or abort(404))
    return _done(found, _("The note is gone."))


@blueprint.post("/organise/people/<code>/tags")
def tag(code: str) -> ResponseReturnValue:
    """Stick a tag to this one: a known one or a new word."""
    found = my_registration(code, Deed.DECIDE)
    form = TagForm(request.form)
    known = people_asked.tag_or_none(request.form.get("tag"), this_expo().id)
    if known is None:
        made = []
        colour = lists.number(request.form.get("colour"))
        if not form.validate() or not form.accepts(
            lambda: made.append(
                desk_actions.make_tag(expo_id=found.expo_id, word=form.word.data or "", colour=colour)
            )
        ):
            return page(found, tag_form=form), form.status
        known = made[0]
    desk_actions.tag(registrations=[found], tag=known)
    return _done(found, _("The tag %(tag)s is on.", tag=known.word))


@blueprint.post("/organise/people/<code>/tags/<int:tag_id>/remove")
def untag(code: str, tag_id: int) -> ResponseReturnValue:
    found = my_registration(code, Deed.DECIDE)
    known = desk.tag(this_expo().id, tag_id) or abort(404)
    desk_actions.untag(registrations=[found], tag=known)
    return _done(found, _("The tag %(tag)s is off.", tag=known.word))


def _to_decide(code: str) -> Registration:
    """One on whose next step this visitor may decide. Raises Forbidden where that is for others."""
    found = my_registration(code, Deed.DECIDE)
    if found.state in WAITING:
        deciding.require(mine.rights(), found)
    return found


def my_registration(code: str, deed: Deed = Deed.READ_PEOPLE) -> Registration:
    """Somebody's. A place of a group for which nobody is named yet stands on the page of its delegation."""
    found = registrations.registration(this_expo().id, code) or abort(404)
    mine.rights().require(deed, found.conference_id)
    return found if found.person_id else abort(404)


def _done(found: Registration, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("organiser.registration", code=found.code), code=303)


def page(
    found: Registration,
    form: DecisionForm | None = None,
    *,
    yes: ApprovalForm | None = None,
    note: NoteForm | None = None,
    tag_form: TagForm | None = None,
    opened: Mapping[int, Any] | None = None,
) -> str:
    """The page of a registration, with the form that came back; `opened` are sealed answers, by question."""
    expo = this_expo()
    held = bookings.of_registration(found.id)
    items = {
        item.occurrence_id: item
        for item in publishing.of_occurrences(expo.id, [one.occurrence_id for one in held])
    }
    may_decide = mine.may(Deed.DECIDE, found.conference_id)
    notes = desk.notes(found.id) if may_decide else []
    own_tags = desk.tags_of([found.id]).get(found.id, [])
    cards = badges.badges_of(expo.id, found.person.id)
    return render_template(
        "organiser/registration.html",
        registration=found,
        form=form or DecisionForm(),
        yes=yes or ApprovalForm(),
        note=note or NoteForm(),
        tag_form=tag_form or TagForm(),
        came=next((one for one in (form, yes, note, tag_form) if one is not None), DecisionForm()),
        bookings=[(one, items.get(one.occurrence_id)) for one in held],
        badges=cards,
        printed=printing.how_often(cards) if cards else {},
        way=one_way.of(found, [one.id for one in held], with_notes=may_decide),
        others=_others(found),
        nominee=delegations.of_registration(found.id),
        given=given_answers.of(found, opened or {}),
        tags=own_tags,
        more_tags=[one for one in desk.tags(expo.id) if one not in own_tags],
        colours=range(1, COLOURS + 1),
        notes=notes,
        authors=timeline.names_of(one.author for one in notes),
        may_decide=may_decide,
        may_step=mine.may(deciding.deed_for(found), found.conference_id),
        attention=attentions.live(expo.id, found.person.id),
        may_run_doors=mine.may(Deed.RUN_DOORS, found.conference_id),
        may_write=mine.may(Deed.READ_ADDRESSES, found.conference_id),
        waits=found.state in WAITING,
        change=quoting.waiting(found.id),
        changeable=bool(quoting.changeable([found])),
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
        categories=CATEGORIES,
        badge_classes=BADGE_CLASSES,
    )


def _others(found: Registration) -> list[Registration]:
    """The person's other registrations, as far as this visitor may read them."""
    return [
        one
        for one in registrations.of_person(found.person.id)
        if one.id != found.id and mine.may(Deed.READ_PEOPLE, one.conference_id)
    ]

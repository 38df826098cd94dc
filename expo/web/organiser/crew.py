"""Who works at the doors, each with a PIN for a time; and what the doors must know of a person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, RadioField, SelectField

from expo.checkin import attentions
from expo.checkin import crew as actions
from expo.checkin.crew_models import CrewMember, CrewRole
from expo.checkin.verdicts import NIGHT_ENDS
from expo.core import clock
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.forms import DayField, PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, mine
from .registrations import my_registration

ROLES = {CrewRole.STEWARD: _l("Steward"), CrewRole.SUPERVISOR: _l("Supervisor")}


class CrewForm(PlainForm):
    """Somebody new at the doors."""

    name = TextLine(_l("Name"), [needed(_l("Give the name that colleagues know.")), short(80)])
    role = RadioField(_l("May"), choices=[], default=CrewRole.STEWARD)
    conference = SelectField(
        _l("At the doors of"), choices=[],
        description=_l("With a conference, the PIN opens scanners that stand at its doors only."),
    )  # fmt: skip
    first = DayField(_l("First day"), [needed(_l("Say from when the PIN opens something."))])
    last = DayField(
        _l("Last day"), [needed(_l("Say until when the PIN opens something."))],
        description=_l("The night after it counts too, until four."),
    )  # fmt: skip


class AttentionForm(PlainForm):
    """What the door must know of somebody."""

    text = TextLine(
        _l("What the door must know"),
        [needed(_l("A few words that the door can act on.")), short(attentions.LONGEST)],
        description=_l("Shown at every scan of this badge, at every door. The guest may read it too."),
    )
    blocks = BooleanField(_l("Let nobody in with this badge, though the ticket stands"))


@blueprint.get("/organise/doors/crew")
def crew() -> ResponseReturnValue:
    return _page(_form())


@blueprint.post("/organise/doors/crew")
def add_to_crew() -> ResponseReturnValue:
    form = _form(request.form)
    zone = this_expo().zone
    conferences = {one.slug: one.id for one in mine.conferences(Deed.RUN_DOORS)}
    made: list[tuple[CrewMember, str]] = []
    if form.validate() and form.accepts(
        lambda: made.append(
            actions.add_member(
                expo_id=this_expo().id,
                name=form.name.data or "",
                role=CrewRole(form.role.data),
                conference_id=conferences.get(form.conference.data),
                starts_at=datetime.combine(form.first.data, time(), zone),
                ends_at=datetime.combine(form.last.data + timedelta(days=1), NIGHT_ENDS, zone),
            )
        )
    ):
        member, pin = made[0]
        # The PIN is known this once; it travels in the organiser's own cookie to the page that shows it.
        cookie["pin"] = {str(member.id): pin}
        return redirect(url_for("organiser.crew", _anchor=f"m-{member.id}"), code=303)
    return _page(form), form.status


@blueprint.post("/organise/doors/crew/<int(max=2147483647):member_id>/end")
def end_crew_member(member_id: int) -> ResponseReturnValue:
    mine.somewhere(Deed.RUN_DOORS)
    found = actions.member(this_expo().id, member_id) or abort(404)
    if not mine.may(Deed.RUN_DOORS, found.conference_id):
        abort(404)
    actions.end_member(member=found)
    flash(_("The PIN of %(name)s opens nothing any more.", name=found.name), "success")
    return redirect(url_for("organiser.crew"), code=303)


@blueprint.get("/organise/people/<code>/door")
def attention(code: str) -> ResponseReturnValue:
    return _attention_page(code, None)


@blueprint.post("/organise/people/<code>/door")
def put_attention(code: str) -> ResponseReturnValue:
    found = my_registration(code, Deed.RUN_DOORS)
    form = AttentionForm(request.form)
    if form.validate() and form.accepts(
        lambda: attentions.put(person=found.person, text=form.text.data or "", blocks=bool(form.blocks.data))
    ):
        flash(
            _("Every door knows it now. Scanners without network learn it as soon as they have one."),
            "success",
        )
        return redirect(url_for("organiser.registration", code=code), code=303)
    return _attention_page(code, form), form.status


@blueprint.post("/organise/people/<code>/door/end")
def end_attention(code: str) -> ResponseReturnValue:
    found = my_registration(code, Deed.RUN_DOORS)
    attentions.end(person=found.person)
    flash(_("The doors say nothing more about %(name)s.", name=found.person.name), "success")
    return redirect(url_for("organiser.registration", code=code), code=303)


def _attention_page(code: str, form: AttentionForm | None) -> str:
    found = my_registration(code, Deed.RUN_DOORS)
    stands = attentions.live(this_expo().id, found.person_id) if found.person_id else None
    if found.person is None:
        abort(404)
    form = form or AttentionForm(data={"text": stands.text, "blocks": stands.blocks} if stands else None)
    return render_template("organiser/attention.html", registration=found, form=form, stands=stands)


def _form(sent: Any = None) -> CrewForm:
    mine.somewhere(Deed.RUN_DOORS)
    today = clock.now().astimezone(this_expo().zone).date()
    form = CrewForm(sent, data={"role": CrewRole.STEWARD, "first": today, "last": today})
    form.role.choices = list(ROLES.items())
    form.conference.choices = [
        *([("", _("All doors of the expo"))] if mine.may(Deed.RUN_DOORS) else []),
        *((one.slug, one.title) for one in mine.conferences(Deed.RUN_DOORS)),
    ]
    return form


def _page(form: CrewForm) -> str:
    expo = this_expo()
    return render_template(
        "organiser/crew.html",
        form=form,
        members=actions.members(expo.id, mine.scope(Deed.RUN_DOORS)),
        at_work={member.id for member in actions.shifts_of(expo.id).values()},
        pins=cookie.pop("pin", {}),
        roles=ROLES,
    )

"""What the door of a session does: who is let in, and when seats of who did not come go to standby numbers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import RadioField

from expo.checkin import policies
from expo.checkin.crew_models import Policy
from expo.programme.models import Session
from expo.programme.words import Deed
from expo.web.forms import PlainForm, WholeNumber
from expo.web.texts import _l

from . import blueprint, mine

AS_ADMISSION = "as_admission"
POLICIES = {
    AS_ADMISSION: _l("As the admission of the session says"),
    Policy.OPEN: _l("Anybody; the door counts"),
    Policy.TICKET: _l("Any ticket of the conference"),
    Policy.SEAT: _l("Booked only"),
    Policy.BOOK: _l("Booked, and a seat is booked at the door while there are any"),
    Policy.INVITATION: _l("Invited only"),
    Policy.ASK: _l("The door asks about everybody"),
}


class DoorForm(PlainForm):
    """Who is let in."""

    policy = RadioField(_l("Who is let in"), choices=[], default=AS_ADMISSION)
    release_after = WholeNumber(
        _l("Give up seats after the beginning"), least=0, most=policies.LATEST_RELEASE, description=_l("Minutes. Empty: seats of who does not come stay theirs."),
    )  # fmt: skip


@blueprint.get("/organise/sessions/<code>/door")
def session_door(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.RUN_DOORS)
    told = policies.told(session.id)
    form = DoorForm(
        data={
            "policy": told.policy if told and told.policy else AS_ADMISSION,
            "release_after": told.release_after if told else None,
        }
    )
    return _page(session, form)


@blueprint.post("/organise/sessions/<code>/door")
def tell_session_door(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.RUN_DOORS)
    form = DoorForm(request.form)
    form.policy.choices = list(POLICIES.items())
    if form.validate() and form.accepts(
        lambda: policies.tell(
            session=session,
            policy=None if form.policy.data == AS_ADMISSION else Policy(form.policy.data),
            release_after=form.release_after.data,
        )
    ):
        flash(
            _("The door does so from now on. Scanners without network learn it as soon as they have one."),
            "success",
        )
        return redirect(url_for("organiser.session", code=code), code=303)
    return _page(session, form), form.status


def _page(session: Session, form: DoorForm) -> str:
    form.policy.choices = list(POLICIES.items())
    return render_template("organiser/session_door.html", session=session, form=form)

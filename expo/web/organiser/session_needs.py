"""What time and room of a session must offer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField

from expo.programme.models import Session
from expo.programme.words import Deed
from expo.scheduling import needs
from expo.scheduling.needs import NeedsDraft
from expo.web.forms import TextLine, WholeNumber, WordList, short
from expo.web.texts import _l

from . import blueprint, mine
from .session_forms import ScheduleForm
from .sessions import summary


class NeedsForm(ScheduleForm):
    """What is asked; `read()` hands it to the action as one typed value."""

    people = WholeNumber(
        _l("How many are expected"),
        least=0,
        most=1_000_000,
        description=_l("A room that holds fewer is warned of."),
    )
    minutes = WholeNumber(
        _l("Minutes"), least=5, most=1440, description=_l("How long it lasts, while it has no time.")
    )
    step_free = BooleanField(_l("Needs a room without steps"))
    is_plenary = BooleanField(
        _l("Is a plenary"), description=_l("Beside it the conference should have nothing else.")
    )
    audience = TextLine(
        _l("For whom"), [short(60)],
        description=_l("A word of your own, such as mayors: sessions with the same word should not be at the same time."),
    )  # fmt: skip
    after = WordList(
        _l("Comes after"), pattern=r"[\w.-]{1,40}", message=_l("Codes of sessions, such as H22-015."),
        description=_l("Codes of sessions that people should have heard before."),
    )  # fmt: skip

    def read(self) -> NeedsDraft:
        return NeedsDraft(
            expected=self.people.data,
            minutes=self.minutes.data,
            step_free=bool(self.step_free.data),
            is_plenary=bool(self.is_plenary.data),
            audience=self.audience.data or "",
            after=tuple(code.upper() for code in self.after.data),
        )


@blueprint.get("/organise/sessions/<code>/needs")
def session_needs(code: str) -> ResponseReturnValue:
    session = mine.session(code)
    return _page(session, NeedsForm(data=_saved(session)))


@blueprint.post("/organise/sessions/<code>/needs")
def save_session_needs(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    form = NeedsForm(request.form, data=_saved(session))
    if form.validate() and form.accepts(
        lambda: needs.say(session=session, draft=form.read(), keep=form.keep.data or "")
    ):
        flash(_("What %(title)s needs is saved.", title=session.title), "success")
        return redirect(url_for("organiser.session", code=session.code), code=303)
    return _page(session, form), form.status


def _saved(session: Session) -> dict[str, object]:
    said = needs.of(session)
    return {
        "people": said.expected, "minutes": said.minutes, "step_free": said.step_free, "is_plenary": said.is_plenary,
        "audience": said.audience, "after": said.after,
    }  # fmt: skip


def _page(session: Session, form: NeedsForm) -> str:
    return render_template("organiser/session_needs.html", form=form, **summary(session))

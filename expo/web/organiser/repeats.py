"""A time that repeats: the rule, what it would add, and adding it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from expo.programme import repeating
from expo.programme.models import Occurrence, Session
from expo.programme.repeating import Every, Rule
from expo.programme.words import Deed
from expo.web.forms import DayField, DayList, WholeNumber
from expo.web.texts import _l

from . import blueprint, mine
from .session_forms import ScheduleForm
from .sessions import summary

EVERY = {Every.DAY: _l("Days"), Every.WEEK: _l("Weeks"), Every.MONTH: _l("Months")}
WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


class RepeatForm(ScheduleForm):
    """How a time repeats; `read()` is the rule."""

    step = WholeNumber(_l("Every so many"), least=1, most=52)
    every = SelectField(
        _l("Days, weeks or months"), choices=lambda: [(one.value, str(words)) for one, words in EVERY.items()]
    )
    weekdays = SelectMultipleField(
        _l("On these weekdays"),
        choices=lambda: [(str(number), str(day)) for number, day in enumerate(WEEKDAYS)],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("None: as the first time falls."),
    )
    until = DayField(_l("Until"))
    count = WholeNumber(_l("Or so many times in all"), least=2, most=repeating.MOST)
    without = DayList(_l("But not on"), description=_l("Days without, one per line, such as 2022-06-06."))

    def read(self) -> Rule:
        return Rule(
            Every(self.every.data),
            self.step.data or 1,
            tuple(int(day) for day in self.weekdays.data or ()),
            self.until.data,
            self.count.data,
            tuple(self.without.data or ()),
        )


@blueprint.get("/organise/sessions/<code>/times/<time_code>/repeat")
def repeat_time(code: str, time_code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code)
    return _page(session, found, RepeatForm(data={"step": 1, "every": Every.DAY.value}), None)


@blueprint.post("/organise/sessions/<code>/times/<time_code>/repeat")
def add_repeats(code: str, time_code: str) -> ResponseReturnValue:
    """First what would be added; and with `add` it is."""
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code)
    form, told = RepeatForm(request.form), dict[str, Any]()

    def act() -> None:
        if found.starts_at is not None:
            told["times"] = repeating.further(form.read(), found.starts_at, repeating.zone_of(found))
        if "add" in request.form:
            told["added"] = repeating.repeat(occurrence=found, rule=form.read(), keep=form.keep.data or "")

    if form.validate() and form.accepts(act) and "added" in told:
        count = len(told["added"])
        flash(ngettext("%(num)s time is added.", "%(num)s times are added.", count), "success")
        return redirect(url_for("organiser.session", code=session.code), code=303)
    status = form.status if form.errors or form.refusal else 200
    return _page(session, found, form, told.get("times")), status


def _page(session: Session, occurrence: Occurrence, form: RepeatForm, times: Any) -> str:
    length = (
        occurrence.ends_at - occurrence.starts_at if occurrence.starts_at and occurrence.ends_at else None
    )
    return render_template(
        "organiser/repeat.html",
        form=form,
        occurrence=occurrence,
        further=[(at, at + length) for at in times] if times and length else times,
        zone=repeating.zone_of(occurrence),
        **summary(session),
    )

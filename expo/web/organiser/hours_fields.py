"""Fields for opening hours: a line for each day of the week, and the days that are otherwise."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import wtforms
from babel import Locale
from flask_babel import get_locale
from wtforms.widgets import TextInput

from expo.core.refusals import BadInput
from expo.programme import hours
from expo.programme.hours import Hours, Spans
from expo.web.filters import capital
from expo.web.forms import LineList, PlainForm, a_day
from expo.web.texts import _l

DAYS = range(7)


class SpansField(wtforms.Field):
    """08:00–12:00, 13:00–18:00: when it is open on a day. `data` are hours.Spans."""

    widget = TextInput()
    data: Spans

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else hours.told(self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = _spans(valuelist[0] if valuelist else "")


class OtherDays(LineList):
    """One day per line: 2022-06-06 10:00–14:00, and only the date where it is closed. `data` are Spans by date."""

    data: dict[date, Spans]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(
            f"{day.isoformat()} {hours.told(spans)}".strip()
            for day, spans in sorted((self.data or {}).items())
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        lines, self.data = self.data, {}
        for line in lines:
            day, _space, said = re.sub(r"^(\S+)[:,]", r"\1", str(line)).partition(" ")
            self.data[a_day(day)] = _spans(said)


def _spans(text: str) -> Spans:
    try:
        return hours.parsed(text)
    except BadInput as wrong:
        raise ValueError(wrong.message) from wrong


class HoursForm(PlainForm):
    """A form that asks for opening hours. Nothing typed at all means that nobody said."""

    opens_0 = SpansField()
    opens_1 = SpansField()
    opens_2 = SpansField()
    opens_3 = SpansField()
    opens_4 = SpansField()
    opens_5 = SpansField()
    opens_6 = SpansField()
    other_days = OtherDays(
        _l("Other days"),
        description=_l("One per line: 2022-06-06 10–14; the date alone where it is closed."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = (get_locale() or Locale("en")).days["stand-alone"]["wide"]
        for day, field in enumerate(self.opening):
            field.label.text = capital(names[day])

    @property
    def opening(self) -> list[Any]:
        """The fields of the week."""
        return [self[f"opens_{day}"] for day in DAYS]

    @property
    def says_hours(self) -> bool:
        """Whether there is something to look at, or something wrong."""
        return any(
            (field.raw_data and field.raw_data[0]) or field.data or field.errors
            for field in (*self.opening, self.other_days)
        )

    @staticmethod
    def saved_hours(said: Hours | None) -> dict[str, Any]:
        """The hours as the data of their fields."""
        if said is None:
            return {}
        return {**{f"opens_{day}": said.week[day] for day in DAYS}, "other_days": dict(said.days)}

    def read_hours(self) -> Hours | None:
        week = tuple(field.data or () for field in self.opening)
        days = self.other_days.data or {}
        return Hours(week, days) if any(week) or days else None

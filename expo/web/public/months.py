"""A month as a calendar: each day with what it holds, and a way to it."""

from __future__ import annotations

import re
from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.shelf import Day, Days
from expo.web.context import this_expo
from expo.web.filters import date_part

from . import days
from .frame import Around, Way, conferences, day_counts
from .viewer import viewer

_MONTH = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar. No address where the expo has nothing to say of it."""

    date: date
    day: Day
    url: str | None
    inside: bool


def month_in(text: str) -> date | None:
    """The first day of the month that is written so: 2022-06."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def page(wished: Filter, month: date) -> ResponseReturnValue:
    around = Around(wished, [("month", f"{month:%Y-%m}")])
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    expo, who = this_expo(), viewer()
    items = shelf.find(expo.id, month, last, Filter(), who.tickets)
    counts = day_counts(wished)
    weeks = [
        [_cell(around, counts, day) for day in week]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]
    inside = [cell.day for week in weeks for cell in week if cell.inside]
    return render_template(
        "public/month.html",
        month=month,
        weeks=weeks,
        bookable=any(day.seats_left is not None for day in inside),
        seats=sum(day.seats_left or 0 for day in inside),
        earlier=_beside(around, counts, month, -1),
        later=_beside(around, counts, month, 1),
        **around.everything(
            items,
            shelf.sift(expo.id, items, wished, who.tickets),
            shelf.facets(expo.id, month, last, who.tickets),
            conferences(),
            counts,
        ),
    )


def _cell(around: Around, counts: Days, day: date) -> Cell:
    expo = this_expo()
    known = day in counts or expo.starts_on <= day <= expo.ends_on
    inside = f"{day:%Y-%m}" == around.when[0][1]
    url = around.address([("day", str(day))]) if known and inside else None
    return Cell(day, counts.get(day) or Day(day, 0, None), url, inside)


def _beside(around: Around, counts: Days, month: date, step: int) -> Way | None:
    """The nearest month before or after that has a day of the expo or of the programme."""
    expo = this_expo()
    months = {day.replace(day=1) for day in (*counts, *days.span(expo.starts_on, expo.ends_on))}
    found = [each for each in months if (each > month if step > 0 else each < month)]
    if not found:
        return None
    nearest = min(found) if step > 0 else max(found)
    return Way(date_part(nearest, "LLLL y"), around.address([("month", f"{nearest:%Y-%m}")]), False)

"""The programme of several days, from the first to the last that an address names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from expo.core.refusals import BadInput
from expo.exports import wishes
from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.context import this_expo
from expo.web.filters import date_span

from . import asked
from .across import Across, Beside, beside, sessions
from .frame import Around, Way, conferences, day_counts, feed_of, shape, span_pairs
from .nearest import nearest
from .rows import Group, Rows
from .viewer import viewer

MOST_ROWS, MOST_ON_PAPER = 150, 600  # on one page, but a day stays whole


@dataclass(frozen=True, slots=True)
class OneDay:
    """A day of the range, with what lasts all of it."""

    date: date
    url: str
    groups: list[Group]
    all_day: list[Across]
    beside: list[Beside]


def dates_in(args: MultiDict[str, str]) -> tuple[date, date] | str:
    """The first and the last day that are asked for, or what is wrong with them."""
    try:
        span = wishes.span_in(args)
    except BadInput as wrong:
        return wrong.message
    assert span is not None  # a page of several days has been asked for
    return span


def page(wished: Filter) -> ResponseReturnValue:
    """The days from `from` to `to`, or what has to be mended in them."""
    dates = dates_in(request.args)
    if isinstance(dates, str):
        return _mend(wished, dates), 400
    first, last = dates
    if first == last:
        return redirect(Around(wished, span_pairs(first, last)).address(span_pairs(first, last), shape()))
    return _several(wished, first, last)


def _several(wished: Filter, first: date, last: date) -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    everything = shelf.find(expo.id, first, last, Filter(), who.tickets)
    sifted = shelf.sift(expo.id, everything, wished, who.tickets)
    found = sifted.met
    chosen = tuple(first + timedelta(days=number) for number in range((last - first).days + 1))
    around = Around(wished, span_pairs(first, last), chosen, shape())
    paper = around.shape == "print"
    whole, rest = _fitting(found, MOST_ON_PAPER if paper else MOST_ROWS)
    onwards = span_pairs(rest, last) if rest else []
    return render_template(
        "public/pocket.html" if paper else "public/range.html",
        heading=date_span(first, last, year={first.year, last.year} != {who.today.year}),
        days=_days(around, whole, [day for day in chosen if rest is None or day < rest]),
        total=len({item.session_id for item in everything}),
        found=len({item.session_id for item in found}),
        times=len(found),
        rest=Way(date_span(rest, last), around.address(onwards, around.shape), False) if rest else None,
        back=around.address(around.when),
        feed=feed_of(wished, around.when),
        first=first,
        last=last,
        nearest=nearest(around, everything) if not found and around.wishes else None,
        **around.everything(
            everything,
            sifted,
            shelf.facets(expo.id, first, last, who.tickets),
            conferences(),
            day_counts(wished),
        ),
    )


def _fitting(found: list[Item], most: int) -> tuple[list[Item], date | None]:
    """The days that fit on a page, at least one of them, and the first day that does not."""
    fitting: list[Item] = []
    sessions_so_far = 0
    for day, items in groupby(sorted(found, key=lambda item: item.day), key=lambda item: item.day):
        mine = list(items)
        sessions_so_far += len({item.session_id for item in mine})
        if fitting and sessions_so_far > most:
            return fitting, day
        fitting += mine
    return fitting, None


def _days(around: Around, found: list[Item], shown: list[date]) -> list[OneDay]:
    rows, lasting = Rows(), sessions(around.wished, shown)
    by_day: dict[date, list[Item]] = {}
    for item in found:
        by_day.setdefault(item.day, []).append(item)
    days = []
    for day in shown:
        timed = [item for item in by_day.get(day, ()) if not shelf.is_long(item)]
        others = beside(around.wished, day)
        if timed or lasting[day] or others:
            address = around.address([("day", str(day))])
            days.append(OneDay(day, address, rows.once_a_day(timed), lasting[day], others))
    return days


def _mend(wished: Filter, problem: str) -> str:
    return render_template(
        "public/range_wrong.html",
        problem=problem,
        first=request.args.get("from", ""),
        last=request.args.get("to", ""),
        asked=asked.arguments(wished),
    )

"""The programme of one day, or what meets a wish on all days. An address may also name a month or several days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme.models import Conference
from expo.publishing import blocks, shelf
from expo.publishing import queries as publishing
from expo.publishing.breaks import Pause
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import day_name, long_date, title_here

from . import across, asked, blueprint, earlier, invited, months, pauses, ranges, zones
from .frame import NAMES, Around, day_counts, feed_of, named_days, shape, span_pairs, usual_day
from .grid import grid
from .kinds import track_name, type_name
from .nearest import nearest
from .rows import Group, Row, Rows
from .viewer import viewer

MOST_FOUND = 150


@blueprint.get("/programme")
@for_strangers
def programme() -> ResponseReturnValue:
    if request.args.get("as_of"):
        return earlier.page(request.args["as_of"])
    wished, args = asked.wish(), request.args
    named = args.get("when", "")
    if named in NAMES:
        days = named_days(named, usual_day(this_expo(), viewer().today))
        return redirect(Around(wished, []).address(span_pairs(*days), shape()))
    month = months.month_in(args.get("month", ""))
    if month is not None:
        return months.page(wished, month)
    if args.get("from") or args.get("to"):
        return ranges.page(wished)
    if wished.day is None and asked.arguments(wished):
        return _everywhere(wished)
    return _one_day(wished, wished.day or usual_day(this_expo(), viewer().today))


def _one_day(wished: Filter, day: date) -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    wished = replace(wished, day=day)
    everything = invited.among(shelf.on_day(expo.id, day, who.tickets), day, who)
    sifted = shelf.sift(expo.id, everything, wished, who.tickets)
    found = sifted.met
    around = Around(wished, [("day", str(day))], (day,), shape())
    conferences, counts = publishing.conferences(expo.id), day_counts(wished)
    timed = [item for item in found if not shelf.is_long(item)]
    lane = across.lane(conferences, wished, day)
    common = {
        "heading": long_date(day, year=day.year != who.today.year),
        "total": len({item.session_id for item in everything}),
        "found": len({item.session_id for item in found}),
        "times": len(found),
        "back": around.address(around.when),
        **around.everything(
            everything, sifted, shelf.facets(expo.id, day, day, who.tickets), conferences, counts
        ),
    }
    if around.shape == "print":
        one = ranges.OneDay(
            day,
            common["back"],
            Rows().once_a_day(timed),
            across.sessions(wished, [day])[day],
            across.beside(wished, day),
        )
        return render_template("public/pocket.html", days=[one], rest=None, **common)
    if not around.wishes:  # a private event meets none
        private = invited.without_theirs(blocks.on_day(expo.id, day), timed)
        timed = sorted([*timed, *private], key=lambda item: item.starts_at)
    return render_template(
        "public/day.html",
        day=day,
        time=expo.local(who.now) if day == who.today else None,
        seats=counts[day].seats_left if day in counts else None,
        venues=len({item.venue_slug for item in everything}),
        lane=lane,
        beside=across.beside(wished, day),
        nearest=nearest(around, everything) if not found and around.wishes else None,
        earlier=around.beside(counts, day, -1),
        later=around.beside(counts, day, 1),
        shapes=around.shapes(),
        zones=zones.offer(found, expo.time_zone),
        feed=feed_of(wished),
        **_drawn(around, timed, pauses.of_day(wished, day)),
        **common,
    )


def _drawn(around: Around, timed: list[Item], free: list[Pause]) -> dict[str, Any]:
    """The list of the day, or its grid where that is asked for and has room."""
    expo, who, rows = this_expo(), viewer(), Rows()
    drawn, wanted = None, around.shape == "grid" and bool(timed)
    if wanted:
        rooms = publishing.rooms_of(expo.id, {item.room_id for item in timed})
        drawn = grid(rows, timed, rooms, expo.zone, who.now, free)
    groups = drawn.groups if drawn else pauses.among(rows.once_a_day(timed), free, timed)
    return {
        "grid": drawn,
        "too_wide": wanted and drawn is None,
        "groups": groups,
        "now_note": _now_note(groups, who.now),
    }


def _now_note(groups: list[Group], now: datetime) -> str:
    """“2 on now, next in 20 minutes”."""
    running = sum(row.state == "on_now" for group in groups for row in group.items)
    coming = next((group.starts for group in groups if group.starts > now), None)
    parts = [ngettext("%(num)s on now", "%(num)s on now", running)] if running else []
    if coming is not None:
        parts.append(_("next %(in_minutes)s", in_minutes=in_minutes(minutes_until(coming, now))))
    return ", ".join(parts)


def minutes_until(moment: datetime, now: datetime) -> int:
    """By the clocks of the page, which show no seconds: at 8:30 it is sixty minutes to 9:30, all that minute."""
    return -((now - moment) // timedelta(minutes=1))


def in_minutes(minutes: int) -> str:
    """“in 20 minutes”; in hours from two hours on, in days from two days on."""
    if minutes < 120:
        return ngettext("in %(num)s min", "in %(num)s min", max(1, minutes))
    if minutes < 48 * 60:
        return ngettext("in %(num)s hour", "in %(num)s hours", minutes // 60)
    return ngettext("in %(num)s day", "in %(num)s days", minutes // (24 * 60))


def _everywhere(wished: Filter) -> ResponseReturnValue:
    """What meets the wish on all days: each session once, at its next time."""
    expo, who = this_expo(), viewer()
    everything = shelf.find(expo.id, None, None, Filter(), who.tickets)
    sifted = shelf.sift(expo.id, everything, wished, who.tickets)
    found, rows, around = sifted.met, Rows(), Around(wished, [])
    ahead, past = once(found, who.now)
    conferences = publishing.conferences(expo.id)
    return render_template(
        "public/found.html",
        ahead=rows_by_day(rows, ahead[:MOST_FOUND]),
        past=rows_by_day(rows, past[:MOST_FOUND]),
        sessions=len(ahead) + len(past),
        times=len(found),
        most=MOST_FOUND if max(len(ahead), len(past)) > MOST_FOUND else None,
        heading=_heading(wished, found, conferences),
        feed=feed_of(wished),
        nearest=None if found else nearest(around, everything),
        **around.everything(
            everything,
            sifted,
            shelf.facets(expo.id, date.min, date.max, who.tickets),
            conferences,
            shelf.counted(found),
        ),
    )


def _heading(wished: Filter, found: list[Item], conferences: list[Conference]) -> str:
    """The one thing that was asked for, or that it was several."""
    if wished.words:
        return _("“%(words)s”", words=wished.words)
    if len(asked.arguments(wished)) > 1 or not found:
        return _("Programme, all days")
    first = found[0]
    titles = {conference.slug: title_here(conference) for conference in conferences}
    named = [
        *(titles.get(slug, "") for slug in wished.conferences),
        *(track_name(first) for _slug in wished.tracks),
        *(first.venue_name for _slug in wished.venues),
        *(first.room_name for _slug in wished.rooms),
        *(type_name(first) for _slug in wished.types),
    ]
    return next((name for name in named if name), _("Programme, all days"))


Counted = tuple[Item, list[Item]]


def once(found: list[Item], now: datetime) -> tuple[list[Counted], list[Counted]]:
    """Each session once: those still to come at their next time, and those that are over; with all their times."""
    times: dict[int, list[Item]] = {}
    for item in found:
        times.setdefault(item.session_id, []).append(item)
    ahead, past = [], []
    for mine in times.values():
        coming = [item for item in mine if item.ends_at > now]
        standing = [item for item in coming if not item.cancelled]
        if coming:
            ahead.append(((standing or coming)[0], mine))
        else:
            past.append((mine[-1], mine))
    ahead.sort(key=lambda pair: pair[0].starts_at)
    past.sort(key=lambda pair: pair[0].starts_at, reverse=True)
    return ahead, past


def row_of_session(rows: Rows, item: Item, times: list[Item]) -> Row:
    """A session at one time, with a note of its later ones."""
    more = [other for other in times if other.starts_at > item.starts_at]
    if not more:
        return rows.row(item)
    note = ngettext(
        "and %(num)s more time until %(day)s",
        "and %(num)s more times until %(day)s",
        len(more),
        day=day_name(more[-1].day),
    )
    return rows.row(item, note)


def rows_by_day(rows: Rows, counted: list[Counted]) -> list[tuple[date, list[Row]]]:
    """Rows under their days, each with a note of its other times."""
    found: dict[date, list[Row]] = {}
    for item, times in counted:
        found.setdefault(item.day, []).append(row_of_session(rows, item, times))
    return list(found.items())

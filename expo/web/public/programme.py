"""The programme of one day, or what meets a wish on all days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.publishing import filters
from expo.publishing import queries as publishing
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import day_name

from . import asked, blueprint, days
from .choices import choices, loosened, removable
from .kinds import type_name
from .rows import Group, Row, Rows, addresses, conference_class
from .viewer import viewer

MOST_FOUND = 150


@blueprint.get("/programme")
@for_strangers
def programme() -> ResponseReturnValue:
    wished = asked.wish()
    if wished.day is None and asked.arguments(wished):
        return _everywhere(wished)
    day = wished.day or _usual_day(this_expo(), viewer().today)
    return _one_day(replace(wished, day=day), day)


def _usual_day(expo: Expo, today: date) -> date:
    """Today while the expo runs, else its nearest day."""
    return min(max(today, expo.starts_on), expo.ends_on)


def _one_day(wished: Filter, day: date) -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    everything = filters.find(expo.id, Filter(day=day), who.tickets)
    found = filters.find(expo.id, wished, who.tickets) if wished.words else _meeting(everything, wished)
    conferences = publishing.conferences(expo.id)
    counts = publishing.day_counts(expo.id)
    groups = Rows().groups(found)
    return render_template(
        "public/day.html",
        day=day,
        today=who.today,
        groups=groups,
        time=expo.local(who.now) if day == who.today else None,
        now_note=_now_note(groups, who.now),
        total=len(everything),
        found=len(found),
        venues=len({item.venue_slug for item in everything}),
        strip=_strip(expo, wished, day, conferences, counts),
        lane=_across(conferences, day),
        nearest=_nearest(wished, found, everything),
        earlier=_beside(counts, day, -1),
        later=_beside(counts, day, 1),
        **_controls(everything, wished),
    )


def _meeting(items: list[Item], wished: Filter) -> list[Item]:
    return [item for item in items if wished.wants(item)]


def _controls(items: list[Item], wished: Filter) -> dict[str, Any]:
    pairs = asked.arguments(wished)
    offered = choices(items, wished)
    return {
        "wish": wished,
        "wishes": len(pairs),
        "choices": offered,
        "removable": removable(offered, items, wished),
        "without": asked.address([], wished.day),
        "feed": url_for("feeds.programme") + asked.address(pairs, wished.day).removeprefix(asked.address([])),
    }


def _strip(
    expo: Expo, wished: Filter, day: date | None, conferences: list[Conference], counts: dict[date, int]
) -> tuple[days.StripDay, ...]:
    """The days of the expo; outside them those of the one conference that is asked for, or that runs then."""
    dates = days.span(expo.starts_on, expo.ends_on)
    away = [
        conference
        for conference in conferences
        if (conference.slug in wished.conferences if wished.conferences else _runs(conference, day))
        and not expo.starts_on <= conference.starts_on <= expo.ends_on
    ]
    if away and (day is None or day not in dates):
        dates = days.span(away[0].starts_on, away[0].ends_on)
    return days.strip(dates, counts, asked.day_addresses(asked.arguments(wished)))


def _runs(conference: Conference, day: date | None) -> bool:
    return day is not None and conference.starts_on <= day <= conference.ends_on


@dataclass(frozen=True, slots=True)
class Across:
    """A conference of several days, on one of them."""

    title: str
    url: str
    colour: str
    number: int
    of: int
    ends_on: date


def _across(conferences: list[Conference], day: date) -> list[Across]:
    """Conferences that run over this day and others; the open programme always does."""
    url = addresses("public.conference")
    found = []
    for conference in conferences:
        closed = {date.fromisoformat(text) for text in conference.closed_dates}
        dates = [each for each in days.span(conference.starts_on, conference.ends_on) if each not in closed]
        if len(dates) > 1 and day in dates and not conference.is_open_programme:
            colour = conference_class(conference.colour)
            number = dates.index(day) + 1
            found.append(
                Across(conference.title, url(conference.slug), colour, number, len(dates), conference.ends_on)
            )
    return found


def _now_note(groups: list[Group], now: datetime) -> str:
    """“2 on now, next in 20 minutes”."""
    running = sum(row.state == "on_now" for group in groups for row in group.items)
    coming = next((group.starts for group in groups if group.starts > now), None)
    parts = [ngettext("%(num)s on now", "%(num)s on now", running)] if running else []
    if coming is not None:
        parts.append(
            _("next %(in_minutes)s", in_minutes=in_minutes(round((coming - now).total_seconds() / 60)))
        )
    return ", ".join(parts)


def in_minutes(minutes: int) -> str:
    """“in 20 minutes”; in hours from two hours on, in days from two days on."""
    if minutes < 120:
        return ngettext("in %(num)s min", "in %(num)s min", max(1, minutes))
    if minutes < 48 * 60:
        return ngettext("in %(num)s hour", "in %(num)s hours", minutes // 60)
    return ngettext("in %(num)s day", "in %(num)s days", minutes // (24 * 60))


@dataclass(frozen=True, slots=True)
class Nearest:
    """What to offer when nothing is found: the next match on another day, and the day without each wish."""

    row: Row | None
    looser: list[tuple[str, int, str]]


def _nearest(wished: Filter, found: list[Item], everything: list[Item]) -> Nearest | None:
    if found or not asked.arguments(wished):
        return None
    expo, who = this_expo(), viewer()
    elsewhere = filters.find(expo.id, replace(wished, day=None), who.tickets)
    ahead = [item for item in elsewhere if item.ends_at > who.now] or elsewhere
    pairs = asked.arguments(wished)
    looser = []
    if len(pairs) > 1 and not wished.words:
        for wish, label in loosened(wished):
            count = len(_meeting(everything, wish))
            if count:
                looser.append((label, count, asked.address(asked.arguments(wish), wished.day)))
    return Nearest(Rows().row(ahead[0]) if ahead else None, looser)


def _beside(counts: dict[date, int], day: date, step: int) -> tuple[str, str] | None:
    """The nearest day before or after that has something: its name with count, and its address."""
    dates = sorted(each for each in counts if (each > day if step > 0 else each < day))
    if not dates:
        return None
    found = dates[0] if step > 0 else dates[-1]
    label = ngettext(
        "%(day)s, %(num)s session", "%(day)s, %(num)s sessions", counts[found], day=day_name(found)
    )
    return label, asked.address([], found)


def _everywhere(wished: Filter) -> ResponseReturnValue:
    """What meets the wish on all days: each session once, at its next time."""
    expo, who = this_expo(), viewer()
    found = filters.find(expo.id, wished, who.tickets)
    rows = Rows()
    ahead, past = once(found, who.now)
    conferences = publishing.conferences(expo.id)
    return render_template(
        "public/found.html",
        today=who.today,
        ahead=rows_by_day(rows, ahead[:MOST_FOUND]),
        past=rows_by_day(rows, past[:MOST_FOUND]),
        sessions=len(ahead) + len(past),
        times=len(found),
        most=MOST_FOUND if max(len(ahead), len(past)) > MOST_FOUND else None,
        heading=_heading(wished, found, conferences),
        strip=_strip(expo, wished, None, conferences, publishing.day_counts(expo.id)),
        **_controls(found, wished),
    )


def _heading(wished: Filter, found: list[Item], conferences: list[Conference]) -> str:
    """The one thing that was asked for, or that it was several."""
    if wished.words:
        return _("“%(words)s”", words=wished.words)
    if len(asked.arguments(wished)) > 1 or not found:
        return _("Programme, all days")
    first = found[0]
    titles = {conference.slug: conference.title for conference in conferences}
    named = [
        *(titles.get(slug, "") for slug in wished.conferences),
        *(first.track_name or "" for _slug in wished.tracks),
        *(first.venue_name for _slug in wished.venues),
        *(first.room_name for _slug in wished.rooms),
        *(type_name(first.type_slug, first.type_name) for _slug in wished.types),
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


def rows_by_day(rows: Rows, counted: list[Counted]) -> list[tuple[date, list[Row]]]:
    """Rows under their days, each with a note of its other times."""
    found: dict[date, list[Row]] = {}
    for item, times in counted:
        more = [other for other in times if other.starts_at > item.starts_at]
        note = (
            ngettext(
                "and %(num)s more time until %(day)s",
                "and %(num)s more times until %(day)s",
                len(more),
                day=day_name(more[-1].day),
            )
            if more
            else ""
        )
        found.setdefault(item.day, []).append(rows.row(item, note))
    return list(found.items())

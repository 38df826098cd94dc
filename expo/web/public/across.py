"""What has no hour: conferences of several days, and sessions that last all day or longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _

from expo.programme.models import Conference
from expo.publishing import outside, shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.publishing.outside import Outside
from expo.web.context import this_expo
from expo.web.filters import date_span, foreign, short_date, this_language

from . import asked, days
from .rows import addresses, clock_text, conference_class, seats_of, state_of
from .viewer import viewer


@dataclass(frozen=True, slots=True)
class Across:
    """One entry of the lane across days. `note` says how long; `state` of a session is a row's."""

    title: str
    url: str
    colour: str
    note: str
    state: str = "upcoming"
    lang: str = ""


def lane(conferences: list[Conference], wished: Filter, day: date) -> list[Across]:
    """What runs over this day and others, or all of it; the open programme always does."""
    url = addresses("public.conference")
    found = []
    for conference in conferences:
        closed = {date.fromisoformat(text) for text in conference.closed_dates}
        dates = [each for each in days.span(conference.starts_on, conference.ends_on) if each not in closed]
        if len(dates) > 1 and day in dates and not conference.is_open_programme:
            note = _(
                "day %(number)s of %(of)s, to %(day)s",
                number=dates.index(day) + 1,
                of=len(dates),
                day=short_date(conference.ends_on),
            )
            title, written_in = conference.title_in(this_language())
            colour = conference_class(conference.colour)
            found.append(Across(title, url(conference.slug), colour, note, lang=foreign(written_in)))
    return found + sessions(wished, [day])[day]


def sessions(wished: Filter, dates: Collection[date]) -> dict[date, list[Across]]:
    """Sessions without hours on each of these days that meet the wish."""
    who, url = viewer(), addresses("public.session", "code")

    def entry(item: Item, day: date) -> Across:
        title, written_in = item.title_in(this_language())
        return Across(
            title,
            url(item.code),
            conference_class(item.conference_colour),
            ", ".join([_lasts(item, day), *([] if item.cancelled else [seats_of(item, who)[0]])]),
            state_of(item, who.now),
            foreign(written_in),
        )

    found = shelf.lasting(this_expo().id, dates, wished, who.tickets)
    return {day: [entry(item, day) for item in items] for day, items in found.items()}


@dataclass(frozen=True, slots=True)
class Beside:
    """An event of others, for orientation: it may have no address."""

    title: str
    lang: str
    url: str
    note: str


def beside(wished: Filter, day: date) -> list[Beside]:
    """What else goes on in the city on this day. It is no session, so it meets no wish."""
    if asked.arguments(wished):
        return []
    return [_beside(each, day) for each in outside.on_day(this_expo(), day)]


def _beside(event: Outside, day: date) -> Beside:
    zone = this_expo().zone
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    when = _between(starts, ends, day)
    if starts.time() == ends.time() == time.min:  # whole days: of one alone the page says which
        last = ends.date() - timedelta(days=1)
        when = "" if last == starts.date() else date_span(starts.date(), last)
    note = ", ".join(part for part in (when, event.place) if part)
    return Beside(event.title, foreign(event.language), event.url, note)


def _lasts(item: Item, day: date) -> str:
    return _between(item.starts, item.ends, day)


def _between(starts: datetime, ends: datetime, day: date) -> str:
    """“10:00 to 5 June 18:00”: whatever of it is not this day's."""
    begins = (
        clock_text(starts, day) if starts.date() >= day else f"{short_date(starts.date())} {starts:%H:%M}"
    )
    closes = clock_text(ends, day) if ends.date() <= day else f"{short_date(ends.date())} {ends:%H:%M}"
    return _("%(start)s to %(end)s", start=begins, end=closes)

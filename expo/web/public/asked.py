"""What the address of a programme page asks for, and the choices it offers."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _

from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.filters import language_name

from .goals import GOALS
from .kinds import type_name
from .rows import conference_name

LONGEST_WORDS = 100
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def wish() -> Filter:
    """The filter in the address. What cannot be meant is left out."""
    args = request.args

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for value in args.getlist(name) if value)[:20]

    return Filter(
        day=_date(args.get("day", "")),
        conferences=several("conference"),
        tracks=several("track"),
        venues=several("venue"),
        rooms=several("room"),
        types=several("type"),
        languages=several("language"),
        sdgs=tuple(goal for goal in GOALS if str(goal) in several("sdg")),
        words=" ".join(args.get("q", "").split())[:LONGEST_WORDS],
        seats=bool(args.get("seats")),
        step_free=bool(args.get("step_free")),
    )


def _date(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    year, month, day = (int(part) for part in text.split("-"))
    return (
        date(year, month, day)
        if month in range(1, 13) and day in range(1, monthrange(year, month)[1] + 1)
        else None
    )


def arguments(wished: Filter) -> list[tuple[str, str]]:
    """The filter as it stands in an address, without its day."""
    found = [("conference", value) for value in wished.conferences]
    found += [("track", value) for value in wished.tracks]
    found += [("venue", value) for value in wished.venues]
    found += [("room", value) for value in wished.rooms]
    found += [("type", value) for value in wished.types]
    found += [("language", value) for value in wished.languages]
    found += [("sdg", str(value)) for value in wished.sdgs]
    found += [("q", wished.words)] if wished.words else []
    found += [("seats", "1")] if wished.seats else []
    found += [("step_free", "1")] if wished.step_free else []
    return found


def address(pairs: Iterable[tuple[str, str]], day: date | str | None = None) -> str:
    """The programme with these wishes."""
    pairs = [*([("day", str(day))] if day else []), *pairs]
    path = url_for("public.programme")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def day_addresses(pairs: list[tuple[str, str]]) -> Callable[[str], str]:
    """A function from days to the addresses of their pages with these wishes."""
    path, rest = url_for("public.programme"), f"&{urlencode(pairs)}" if pairs else ""
    return lambda day: f"{path}?day={day}{rest}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with how many items have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the items of a page can be filtered by."""

    seats: Choice
    step_free: Choice
    languages: list[Choice]
    conferences: list[Choice]
    types: list[Choice]
    tracks: list[Choice]
    venues: list[Choice]
    goals: list[Choice]


def choices(items: list[Item], wished: Filter) -> Choices:
    """Counted over all items of the page, as the viewer may see them."""

    def listed(
        pairs: Iterable[tuple[str | None, str | None]], chosen: Iterable[str], *, often: bool = False
    ) -> list[Choice]:
        counts = Counter((value, label) for value, label in pairs if value and label)
        found = [Choice(value, label, count, value in chosen) for (value, label), count in counts.items()]
        return sorted(found, key=lambda choice: -choice.count if often else choice.label.casefold())

    spoken = Counter(code for item in items for code in item.languages)
    goals = Counter(goal for item in items for goal in item.sdgs)
    with_seats = sum(not item.cancelled and bool(item.seats_left) for item in items)
    return Choices(
        seats=Choice("1", _("Has seats"), with_seats, wished.seats),
        step_free=Choice("1", _("Step-free"), sum(item.step_free for item in items), wished.step_free),
        languages=[
            Choice(code, language_name(code), count, code in wished.languages)
            for code, count in spoken.most_common()
        ],
        conferences=listed(
            ((item.conference_slug, conference_name(item)) for item in items), wished.conferences
        ),
        types=listed(
            ((item.type_slug, type_name(item.type_slug, item.type_name)) for item in items), wished.types
        ),
        tracks=listed(((item.track_slug, item.track_name) for item in items), wished.tracks),
        venues=listed(((item.venue_slug, item.venue_name) for item in items), wished.venues),
        goals=[
            Choice(str(goal), f"{goal} {GOALS[goal]}", goals[goal], goal in wished.sdgs)
            for goal in sorted(goals)
            if goal in GOALS
        ],
    )


def removable(items: list[Item], wished: Filter) -> list[tuple[str, str]]:
    """Each wish that no control of the page shows, in words, with the address of the page without it."""
    pairs = arguments(wished)
    rooms = {item.room_slug: item.room_name for item in items}
    shown = {("room", slug): rooms.get(slug, slug) for slug in wished.rooms}
    return [
        (label, address([other for other in pairs if other != pair], wished.day))
        for pair, label in shown.items()
    ]

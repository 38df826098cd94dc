"""What the address of a programme page or feed asks for."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date
from urllib.parse import urlencode

from flask import request

from expo.core import stamps
from expo.publishing.filters import FREE, PAID, Filter
from expo.publishing.items import PartOfDay
from expo.registration import queries as registration
from expo.registration.models import Category
from expo.web.addresses import url_for
from expo.web.context import this_expo

from .goals import GOALS
from .viewer import viewer

LONGEST_WORDS = 100
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def wish(*, person: bool = True) -> Filter:
    """The filter in the address. What cannot be meant is left out. Without `person` nobody is looked up, and what
    is open to somebody cannot be asked: public feeds are the same for all."""
    args = request.args

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for value in args.getlist(name) if value)[:20]

    price = args.get("price", "")
    price = price if price in (FREE, PAID) else ""
    audiences = tuple(word for word in Category if word in several("audience"))
    return Filter(
        day=day_in(args.get("day", "")),
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
        times=tuple(part for part in PartOfDay if part in several("time")),
        offers=several("offer"),
        price=price,
        audiences=audiences,
        within=admitting(price, audiences) if price or audiences else None,
        mine=tuple(sorted(viewer().tickets)) if person and args.get("open") else None,
    )


# Whom a ticket is for and what it costs changes with the stamp of the programme.
_ways_in: stamps.Kept[set[tuple[int, Category, bool]]] = stamps.Kept()


def _tickets() -> set[tuple[int, Category, bool]]:
    expo_id = this_expo().id
    return _ways_in.get(f"programme:{expo_id}", lambda: registration.conferences_admitting(expo_id))


def admitting(price: str, audiences: Iterable[str] = ()) -> tuple[int, ...]:
    """Conferences with a ticket at such a price for one of these, or for anybody where none is named."""
    wanted = set(audiences)
    return tuple(
        sorted(
            {
                conference_id
                for conference_id, category, free in _tickets()
                if (not wanted or category in wanted) and (not price or free == (price == FREE))
            }
        )
    )


def audiences() -> list[Category]:
    """For whom there are tickets at all."""
    found = {category for _id, category, _free in _tickets()}
    return [category for category in Category if category in found]


def day_in(text: str) -> date | None:
    """The day that is written so: 2022-05-31."""
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
    several = {
        "conference": wished.conferences,
        "track": wished.tracks,
        "venue": wished.venues,
        "room": wished.rooms,
        "type": wished.types,
        "language": wished.languages,
        "sdg": wished.sdgs,
        "time": wished.times,
        "offer": wished.offers,
        "audience": wished.audiences,
    }
    found = [(name, str(value)) for name, values in several.items() for value in values]
    found += [("price", wished.price)] if wished.price else []
    found += [("q", wished.words)] if wished.words else []
    found += [("seats", "1")] if wished.seats else []
    found += [("step_free", "1")] if wished.step_free else []
    found += [("open", "1")] if wished.mine is not None else []
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

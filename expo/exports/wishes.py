"""What an address wishes for, in its query string: the same words for pages, feeds and the API."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from expo.core.refusals import BadInput
from expo.programme.tags import normal
from expo.publishing.filters import FREE, PAID, Filter
from expo.publishing.items import PartOfDay
from expo.registration import queries as registration
from expo.registration.models import Category

LONGEST_WORDS = 100
LONGEST_SPAN = 35  # days
GOALS = range(1, 18)
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")

# Which conferences admit whom, and whether for nothing: (conference, category, free).
Admitting = Collection[tuple[int, Category, bool]]


def read(
    query: MultiDict[str, str], admitting: Callable[[], Admitting], tickets: Collection[int] | None = None
) -> Filter:
    """The filter in a query string. What cannot be meant is left out. Where `tickets` is None nobody is known, and
    what is open to somebody cannot be asked; whom which conference admits is looked up only where it matters."""

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for value in query.getlist(name) if value)[:20]

    price = query.get("price", "")
    price = price if price in (FREE, PAID) else ""
    audiences = tuple(word for word in Category if word in several("audience"))
    return Filter(
        day=day_in(query.get("day", "")),
        conferences=several("conference"),
        tracks=several("track"),
        venues=several("venue"),
        rooms=several("room"),
        types=several("type"),
        languages=several("language"),
        sdgs=tuple(goal for goal in GOALS if str(goal) in several("sdg")),
        tags=normal(several("tag")),
        words=" ".join(query.get("q", "").split())[:LONGEST_WORDS],
        seats=bool(query.get("seats", "")),
        step_free=bool(query.get("step_free", "")),
        times=tuple(part for part in PartOfDay if part in several("time")),
        offers=several("offer"),
        price=price,
        audiences=audiences,
        within=conferences(admitting(), price, audiences) if price or audiences else None,
        mine=tuple(sorted(tickets)) if tickets is not None and query.get("open", "") else None,
    )


def admitting_of(expo_id: int) -> Admitting:
    """Which conferences of the expo admit whom. One query."""
    return registration.conferences_admitting(expo_id)


def conferences(admitting: Admitting, price: str, audiences: Iterable[str] = ()) -> tuple[int, ...]:
    """Conferences with a ticket at such a price for one of these, or for anybody where none is named."""
    wanted = set(audiences)
    return tuple(
        sorted(
            {
                conference_id
                for conference_id, category, free in admitting
                if (not wanted or category in wanted) and (not price or free == (price == FREE))
            }
        )
    )


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


def span_in(query: MultiDict[str, str]) -> tuple[date, date] | None:
    """The first and the last day that are asked for by `from` and `to`; one alone is that day. None where neither
    is named. Raises BadInput."""
    texts = [query.get(name, "").strip() for name in ("from", "to")]
    if not any(texts):
        return None
    first, last = (day_in(text or other) for text, other in zip(texts, reversed(texts), strict=True))
    if first is None or last is None:
        raise BadInput(_("Write both days as year, month and day, such as 2022-06-04."), field="from")
    if last < first:
        raise BadInput(
            _("The last day comes before the first. Exchange them, or choose a later last day."), field="to"
        )
    if (last - first).days >= LONGEST_SPAN:
        raise BadInput(
            _("At most %(days)s days fit on a page. Choose an earlier last day.", days=LONGEST_SPAN),
            field="to",
        )
    return first, last


def within_days(wish: Filter, span: tuple[date, date]) -> Filter:
    """The same wish on several days."""
    return replace(wish, day=None, span=span)

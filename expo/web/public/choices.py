"""The choices that the filters of a page offer, each with how many items it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from expo.publishing.filters import FREE, PAID, Filter
from expo.publishing.items import Item, PartOfDay
from expo.web.filters import language_name
from expo.web.texts import _l
from expo.web.words import CATEGORIES, FEATURES

from . import asked
from .goals import GOALS
from .kinds import type_name
from .rows import conference_name
from .viewer import viewer

TIMES = {
    PartOfDay.MORNING: _l("Morning, until 12"),
    PartOfDay.AFTERNOON: _l("Afternoon, 12 to 17"),
    PartOfDay.EVENING: _l("Evening, from 17"),
}
PRICES = {FREE: _l("Free of charge"), PAID: _l("With a price")}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with how many items have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the items of a page can be filtered by. `open` is for people who are known here."""

    seats: Choice
    step_free: Choice
    open: Choice | None
    languages: list[Choice]
    times: list[Choice]
    conferences: list[Choice]
    types: list[Choice]
    tracks: list[Choice]
    venues: list[Choice]
    goals: list[Choice]
    offers: list[Choice]
    prices: list[Choice]
    audiences: list[Choice]

    @property
    def sheet(self) -> list[tuple[str, str, str, list[Choice]]]:
        """The selects of the sheet: name, label, the words for no wish, and what can be wished."""
        return [
            ("time", _("Time of day"), _("Any time"), self.times),
            ("conference", _("Conference"), _("All conferences"), self.conferences),
            ("type", _("Type"), _("All types"), self.types),
            ("venue", _("Place"), _("All places"), self.venues),
            ("track", _("Track"), _("All tracks"), self.tracks),
            ("sdg", _("Global Goal"), _("All goals"), self.goals),
            ("price", _("Price"), _("Any price"), self.prices),
            ("audience", _("Tickets for"), _("Anybody"), self.audiences),
            ("offer", _("Access"), _("Any room"), self.offers),
        ]


def choices(items: list[Item], wished: Filter) -> Choices:
    """Counted over all items of the page, as the viewer may see them."""

    def listed(
        pairs: Iterable[tuple[str | None, str | None]], chosen: Iterable[str], *, often: bool = False
    ) -> list[Choice]:
        counts = Counter((value, label) for value, label in pairs if value and label)
        found = [Choice(value, label, count, value in chosen) for (value, label), count in counts.items()]
        return sorted(found, key=lambda choice: -choice.count if often else choice.label.casefold())

    def known(words: Mapping[Any, str], counts: Counter[str], chosen: Iterable[str]) -> list[Choice]:
        return [
            Choice(word, str(label), counts[word], word in chosen)
            for word, label in words.items()
            if counts[word] or word in chosen
        ]

    who = viewer()
    spoken = Counter(code for item in items for code in item.understood)
    goals = Counter(goal for item in items for goal in item.sdgs)
    offers = Counter(feature for item in items for feature in item.room_features)
    times: Counter[str] = Counter(item.part_of_day for item in items)
    ways_in = Counter((item.conference_id, item.open_to_all) for item in items)

    def admitted(price: str, *audiences: str) -> int:
        conferences = asked.admitting(price, audiences)
        return sum(
            count
            for (conference_id, open_to_all), count in ways_in.items()
            if (price != PAID if open_to_all else conference_id in conferences)
        )

    prices = Counter({price: admitted(price) for price in PRICES})
    audiences: Counter[str] = Counter({word: admitted("", word) for word in asked.audiences()})
    with_seats = sum(not item.cancelled and bool(item.seats_left) for item in items)
    mine = Filter(mine=tuple(sorted(who.tickets)))
    open_ = sum(mine.wants(item) for item in items)
    return Choices(
        seats=Choice("1", _("Has seats"), with_seats, wished.seats),
        step_free=Choice("1", _("Step-free"), sum(item.step_free for item in items), wished.step_free),
        open=Choice("1", _("Open to me"), open_, wished.mine is not None) if who.signed_in else None,
        languages=[
            Choice(code, language_name(code), count, code in wished.languages)
            for code, count in spoken.most_common()
        ],
        times=known(TIMES, times, wished.times),
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
        offers=known(FEATURES, offers, wished.offers),
        prices=known(PRICES, prices, [wished.price]),
        audiences=known(CATEGORIES, audiences, wished.audiences),
    )


def removable(
    offered: Choices, items: list[Item], wished: Filter, kept: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Each wish that no switch of the page shows, in words, with the address of the page without it. `kept` are the
    days and the shape of the page, as its address has them."""
    pairs = asked.arguments(wished)
    rooms = {item.room_slug: item.room_name for item in items}
    words: dict[tuple[str, str], str] = {("room", slug): rooms.get(slug, slug) for slug in wished.rooms}
    for name, _label, _none, values in offered.sheet:
        words |= {(name, choice.value): choice.label for choice in values}
    shown = [pair for pair in pairs if pair[0] not in ("seats", "step_free", "open", "language")]
    return [
        (
            words.get(pair, pair[1]),
            asked.address([*kept, *(other for other in pairs if other != pair)]),
        )
        for pair in shown
    ]


def loosened(wished: Filter) -> list[tuple[Filter, str]]:
    """The filter with one wish less, and what that means."""
    found = [
        (replace(wished, seats=False), _("Also without free seats")),
        (replace(wished, step_free=False), _("Also with steps")),
        (replace(wished, languages=()), _("Any language")),
        (replace(wished, times=()), _("Any time of day")),
        (replace(wished, types=()), _("Any type")),
        (replace(wished, conferences=()), _("Any conference")),
        (replace(wished, venues=(), rooms=()), _("Any place")),
        (replace(wished, tracks=(), sdgs=()), _("Any topic")),
        (replace(wished, offers=()), _("Any room")),
        (replace(wished, price="", audiences=(), within=None), _("Any ticket")),
        (replace(wished, mine=None), _("Also what is not open to me")),
    ]
    return [(wish, label) for wish, label in found if wish != wished]

"""The choices that the filters of a page offer, each with how many items it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from expo.publishing.facets import Facets
from expo.publishing.filters import FREE, PAID, Filter
from expo.publishing.items import Item, PartOfDay
from expo.web.filters import language_name
from expo.web.texts import _l
from expo.web.words import CATEGORIES, FEATURES

from . import asked
from .goals import GOALS
from .kinds import track_name, type_name
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


def choices(items: list[Item], wished: Filter, counted: Facets | None = None) -> Choices:
    """Counted over all items of the page, as the viewer may see them; `counted`, where that is known already."""
    counted, who = counted or Facets.of(items), viewer()
    with_seats = sum(not item.cancelled and bool(item.seats_left) for item in items)
    return Choices(
        seats=Choice("1", _("Has seats"), with_seats, wished.seats),
        step_free=Choice("1", _("Step-free"), counted.step_free, wished.step_free),
        open=_open_to_me(items, wished) if who.signed_in else None,
        languages=[
            Choice(code, language_name(code), count, code in wished.languages)
            for code, count in counted.languages.most_common()
        ],
        times=_known(TIMES, counted.times, wished.times),
        conferences=_listed(
            {
                (slug, conference_name(counted.of_conference[slug])): count
                for slug, count in counted.conferences.items()
            },
            wished.conferences,
        ),
        types=_listed(
            {(slug, type_name(counted.of_type[slug])): count for slug, count in counted.types.items()},
            wished.types,
        ),
        tracks=_listed(
            {(slug, track_name(counted.of_track[slug])): count for slug, count in counted.tracks.items()},
            wished.tracks,
        ),
        venues=_listed(counted.venues, wished.venues),
        goals=[
            Choice(str(goal), f"{goal} {GOALS[goal]}", counted.goals[goal], goal in wished.sdgs)
            for goal in sorted(counted.goals)
            if goal in GOALS
        ],
        offers=_known(FEATURES, counted.offers, wished.offers),
        prices=_prices(counted, wished),
        audiences=_audiences(counted, wished),
    )


def _listed(counts: Mapping[tuple[str, str], int], chosen: Iterable[str]) -> list[Choice]:
    """Values with their labels, by label."""
    found = [Choice(value, label, count, value in chosen) for (value, label), count in counts.items()]
    return sorted(found, key=lambda choice: choice.label.casefold())


def _known(words: Mapping[Any, str], counts: Counter[str], chosen: Iterable[str]) -> list[Choice]:
    """Values that have their words here, in the order of these; only those that are there or asked for."""
    return [
        Choice(word, str(label), counts[word], word in chosen)
        for word, label in words.items()
        if counts[word] or word in chosen
    ]


def _open_to_me(items: list[Item], wished: Filter) -> Choice:
    mine = Filter(mine=tuple(sorted(viewer().tickets)))
    return Choice("1", _("Open to me"), sum(map(mine.wants, items)), wished.mine is not None)


def _prices(counted: Facets, wished: Filter) -> list[Choice]:
    counts = Counter({price: counted.admitted(price, asked.admitting(price)) for price in PRICES})
    return _known(PRICES, counts, [wished.price])


def _audiences(counted: Facets, wished: Filter) -> list[Choice]:
    counts: Counter[str] = Counter(
        {word: counted.admitted("", asked.admitting("", [word])) for word in asked.audiences()}
    )
    return _known(CATEGORIES, counts, wished.audiences)


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

"""The choices that the filters of a page offer, each with how many items it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from expo.publishing import scopes, shelf
from expo.publishing.facets import Facets, Sifted
from expo.publishing.filters import FREE, PAID, Filter
from expo.publishing.items import Item, PartOfDay
from expo.web.context import this_expo
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
    tags: list[Choice]
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
            ("tag", _("Tag"), _("All tags"), self.tags),
            ("price", _("Price"), _("Any price"), self.prices),
            ("audience", _("Tickets for"), _("Anybody"), self.audiences),
            ("offer", _("Access"), _("Any room"), self.offers),
        ]


def choices(every: Facets, sifted: Sifted, wished: Filter) -> Choices:
    """What is among all items of the page (`every`) can be chosen, each with how many it would leave beside all other
    wishes; what would leave none is not offered."""
    counted = sifted.facets() if asked.arguments(wished) else every
    # What is wished for may be on other days alone.
    anywhere = _anywhere() if asked.arguments(wished) else every
    return Choices(
        seats=_seats(sifted.but_for("seats"), wished),
        step_free=Choice("1", _("Step-free"), counted.step_free, wished.step_free),
        open=_open_to_me(sifted.but_for("mine"), wished) if viewer().signed_in else None,
        languages=[
            Choice(code, language_name(code), counted.languages[code], code in wished.languages)
            for code in _and_wished(
                (code for code, _count in every.languages.most_common()), wished.languages
            )
            if (counted.languages[code] or code in wished.languages) and code in anywhere.languages
        ],
        times=_known(TIMES, counted.times, wished.times),
        conferences=_listed(
            _named(conference_name, every.of_conference, anywhere.of_conference, wished.conferences),
            counted.conferences,
            wished.conferences,
        ),
        types=_listed(
            _named(type_name, every.of_type, anywhere.of_type, wished.types), counted.types, wished.types
        ),
        tracks=_listed(
            _named(track_name, every.of_track, anywhere.of_track, wished.tracks),
            counted.tracks,
            wished.tracks,
        ),
        venues=_listed(
            {slug: name for slug, name in anywhere.venues if slug in wished.venues}
            | dict(every.venues.keys()),
            {slug: count for (slug, _name), count in counted.venues.items()},
            wished.venues,
        ),
        goals=[
            Choice(str(goal), f"{goal} {GOALS[goal]}", counted.goals[goal], goal in wished.sdgs)
            for goal in sorted({*every.goals, *wished.sdgs})
            if goal in GOALS and (counted.goals[goal] or goal in wished.sdgs)
        ],
        tags=_listed({tag: tag for tag in {*every.tags, *wished.tags}}, counted.tags, wished.tags),
        offers=_known(FEATURES, counted.offers, wished.offers),
        prices=_prices(counted, wished),
        audiences=_audiences(counted, wished),
    )


def _anywhere() -> Facets:
    """What all days can be filtered by."""
    return shelf.facets(this_expo().id, date.min, date.max, viewer().tickets)


def _and_wished(found: Iterable[str], wished: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*found, *wished]))


def _named(
    name: Callable[[Item], str], here: Mapping[str, Item], anywhere: Mapping[str, Item], wished: Iterable[str]
) -> dict[str, str]:
    """What there is here or is wished for, by name."""
    known = {slug: anywhere[slug] for slug in wished if slug in anywhere} | dict(here)
    return {slug: name(item) for slug, item in known.items()}


def _listed(labels: Mapping[str, str], counts: Mapping[str, int], chosen: Collection[str]) -> list[Choice]:
    """Values with their labels, by label."""
    found = [Choice(value, label, counts.get(value, 0), value in chosen) for value, label in labels.items()]
    found = [choice for choice in found if choice.count or choice.chosen]
    return sorted(found, key=lambda choice: choice.label.casefold())


def _seats(items: list[Item], wished: Filter) -> Choice:
    now, wish = viewer().now, Filter(seats=True)
    return Choice(
        "1", _("Has seats"), sum(item.ends_at > now and wish.wants(item) for item in items), wished.seats
    )


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
    offered: Choices, items: Iterable[Item], wished: Filter, kept: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Each wish that no switch of the page shows, in words, with the address of the page without it. `kept` are the
    days and the shape of the page, as its address has them."""
    pairs = asked.arguments(wished)
    rooms = {item.room_slug: item.room_name for item in items}
    words = {("room", slug): rooms.get(slug) or _room_name(slug) for slug in wished.rooms}
    for name, _label, _none, values in offered.sheet:
        words |= {(name, choice.value): choice.label for choice in values}
    switches = {("seats", "1"), ("step_free", "1"), ("open", "1")}
    switches |= {("language", choice.value) for choice in offered.languages}
    shown = [pair for pair in pairs if pair not in switches]
    return [
        (
            words.get(pair, pair[1]),
            asked.address([*kept, *(other for other in pairs if other != pair)]),
        )
        for pair in shown
    ]


def _room_name(slug: str) -> str:
    """That of a room which has nothing on the days of the page."""
    room = scopes.room(this_expo().id, slug, viewer().tickets)
    return room.name if room is not None else slug


def loosened(wished: Filter) -> list[tuple[Filter, str]]:
    """The filter with one wish less, and what that means."""
    found = [
        (replace(wished, words=""), _("Without “%(words)s”", words=wished.words)),
        (replace(wished, seats=False), _("Also without free seats")),
        (replace(wished, step_free=False), _("Also with steps")),
        (replace(wished, languages=()), _("Any language")),
        (replace(wished, times=()), _("Any time of day")),
        (replace(wished, types=()), _("Any type")),
        (replace(wished, conferences=()), _("Any conference")),
        (replace(wished, venues=(), rooms=()), _("Any place")),
        (replace(wished, tracks=(), sdgs=(), tags=()), _("Any topic")),
        (replace(wished, offers=()), _("Any room")),
        (replace(wished, price="", audiences=(), within=None), _("Any ticket")),
        (replace(wished, mine=None), _("Also what is not open to me")),
    ]
    return [(wish, label) for wish, label in found if wish != wished]

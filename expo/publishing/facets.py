"""What items can be filtered by, counted: how many of them have each value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from .filters import PAID
from .items import Item

# Which counts belong to which wish, by the names that Filter and Facets give them.
_COUNTS = {
    **{
        name: name
        for name in ("conferences", "types", "tracks", "venues", "languages", "offers", "times", "tags")
    },
    "sdgs": "goals",
    "within": "ways_in",
    "step_free": "step_free",
}


@dataclass(frozen=True, slots=True)
class Facets:
    """Nothing of it changes with seats or the clock, nor with the reader's language."""

    conferences: Counter[str]
    types: Counter[str]
    tracks: Counter[str]
    # One of each, which knows its name in every language.
    of_conference: dict[str, Item]
    of_type: dict[str, Item]
    of_track: dict[str, Item]
    venues: Counter[tuple[str, str]]
    languages: Counter[str]
    goals: Counter[int]
    tags: Counter[str]
    offers: Counter[str]
    times: Counter[str]
    ways_in: Counter[tuple[int, bool]]  # conference, and whether anybody may walk in
    step_free: int

    @classmethod
    def of(cls, found: Iterable[Item]) -> Facets:
        found = list(found)
        return cls(
            conferences=Counter(item.conference_slug for item in found),
            types=Counter(item.type_slug for item in found),
            tracks=Counter(item.track_slug for item in found if item.track_slug),
            of_conference={item.conference_slug: item for item in found},
            of_type={item.type_slug: item for item in found},
            of_track={item.track_slug: item for item in found if item.track_slug},
            venues=Counter((item.venue_slug, item.venue_name) for item in found),
            languages=Counter(code for item in found for code in item.understood),
            goals=Counter(goal for item in found for goal in item.sdgs),
            tags=Counter(tag for item in found for tag in item.tags),
            offers=Counter(feature for item in found for feature in item.room_features),
            times=Counter(item.part_of_day for item in found),
            ways_in=Counter((item.conference_id, item.open_to_all) for item in found),
            step_free=sum(item.step_free for item in found),
        )

    def counted_by(self, wish: str) -> dict[str, Any]:
        """What is counted here of the choices of this wish."""
        name = _COUNTS.get(wish)
        return {name: getattr(self, name)} if name else {}

    def admitted(self, price: str, conferences: Collection[int]) -> int:
        """How many anybody gets into who has a ticket of such a price, which these conferences have."""
        return sum(
            count
            for (conference_id, open_to_all), count in self.ways_in.items()
            if (price != PAID if open_to_all else conference_id in conferences)
        )


@dataclass(frozen=True, slots=True)
class Sifted:
    """Items by the wishes that they fail: those that meet all, and those that fail one alone, by its name."""

    met: list[Item]
    but_one: dict[str, list[Item]]

    def but_for(self, wish: str) -> list[Item]:
        """What any choice of this wish could find, as all others stand."""
        return [*self.met, *self.but_one.get(wish, ())]

    def facets(self) -> Facets:
        """Each choice counted by what it would find beside all other wishes."""
        found = Facets.of(self.met)
        for wish in self.but_one:
            found = replace(found, **Facets.of(self.but_for(wish)).counted_by(wish))
        return found

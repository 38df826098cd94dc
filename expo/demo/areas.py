"""The parts of Helsingborg that the demo tells apart, and what some of its places say of themselves. The data set has
neither: areas and addresses are those that everybody in town would give; hours, and the notes of the pavilion, are
illustrative, as most of the demo's sessions are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from expo.expos.models import Expo
from expo.programme import places
from expo.programme import queries as programme
from expo.programme.hours import Hours

AREAS = {
    "City centre": (
        "Dunkers kulturhus",
        "Hamntorget",
        "Helsingborg C",
        "Helsingborgs konserthus",
        "Helsingborgs stadsteater",
        "Slottshagen",
        "Stadsbiblioteket",
        "Stadsparken",
        "Sundstorget",
    ),
    "Oceanhamnen": ("Clarion Hotel & Congress Sea U", "Oceanhamnen"),
    "Drottninghög": ("Drottninghög",),
}
ADDRESSES = {
    "Campus Helsingborg": "Universitetsplatsen 2",
    "Dunkers kulturhus": "Kungsgatan 11",
    "Fredriksdal museer och trädgårdar": "Gisela Trapps väg 1",
    "Helsingborgs konserthus": "Drottninggatan 19",
    "Helsingborgs stadsteater": "Karl Johans gata 1",
    "Stadsbiblioteket": "Bollbrogatan 1",
}
DAYTIME, LATE, SHORT = ((600, 1080),), ((600, 1200),), ((600, 960),)  # 10 to 18, to 20, to 16
HOURS = {
    "H22-paviljongen": Hours((DAYTIME,) * 7, {date(2022, 6, 24): ()}),
    "Stadsbiblioteket": Hours((LATE,) * 5 + (SHORT,) * 2, {date(2022, 6, 6): SHORT, date(2022, 6, 24): ()}),
}
NOTES: dict[str, dict[str, Any]] = {
    "H22-paviljongen": {
        "text_language": "en",
        "access_notes": "A roof without walls: come from any side.",
        "access_texts": {"sv": "Ett tak utan väggar: kom från vilket håll du vill."},
        "step_free_route": "Level ground all the way from the quay.",
        "route_texts": {"sv": "Plan mark hela vägen från kajen."},
    }
}


def name(expo: Expo) -> None:
    """Put the demo's venues into their areas, and let them say what they know."""
    venues = {venue.name: venue for venue in programme.venues(expo.id)}
    for area_name, names in AREAS.items():
        area = places.find_or_create_area(expo, area_name)
        for each in names:
            places.put_into_area(venue=venues[each], area=area)
    for each in {*ADDRESSES, *HOURS, *NOTES}:
        said = {"address": ADDRESSES.get(each, ""), "hours": HOURS.get(each), **NOTES.get(each, {})}
        draft = replace(places.draft_of_venue(venues[each]), **said)
        places.save_venue(expo=expo, draft=draft, venue=venues[each])

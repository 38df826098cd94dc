"""The parts of Helsingborg that the demo tells apart. The data set has none: this is demo data, and only for
places of which everybody in town would say the same."""

from __future__ import annotations

from expo.expos.models import Expo
from expo.programme import places
from expo.programme import queries as programme

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


def name(expo: Expo) -> None:
    """Put the demo's venues into their areas."""
    venues = {venue.name: venue for venue in programme.venues(expo.id)}
    for area_name, names in AREAS.items():
        area = places.find_or_create_area(expo, area_name)
        for each in names:
            places.put_into_area(venue=venues[each], area=area)

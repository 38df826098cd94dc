"""How long it takes on foot from one venue to another: an estimate from their positions, good enough to be warned by.

A way through a city is about 1.3 times the straight line, and people with bags walk 75 metres in a minute.
"""

from __future__ import annotations

from math import asin, ceil, cos, radians, sin, sqrt
from typing import Protocol

EARTH = 6_371_000.0  # metres, mean radius
DETOUR = 1.3
METRES_A_MINUTE = 75.0


class Placed(Protocol):
    """Anything with a position in degrees (WGS84), or none."""

    @property
    def latitude(self) -> float | None: ...

    @property
    def longitude(self) -> float | None: ...


def metres(one: Placed, other: Placed) -> float | None:
    """The great circle between two positions; None where one is not known."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    south, north = radians(one.latitude), radians(other.latitude)
    across = sin((north - south) / 2) ** 2
    across += cos(south) * cos(north) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(across)))


def minutes(one: Placed, other: Placed) -> int | None:
    """Minutes on foot, rounded up; None where a position is not known. The same place is 0."""
    straight = metres(one, other)
    return None if straight is None else ceil(round(straight * DETOUR / METRES_A_MINUTE, 6))

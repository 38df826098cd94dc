"""A small map of our own: one venue among the others, drawn from their positions. It asks nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

from expo.programme import walking
from expo.programme.models import Venue

WIDTH, HEIGHT, EDGE = 320.0, 200.0, 24.0  # of the picture, in its own units
REACH = 15_000.0  # metres: what lies farther off is not of the same city
SMALLEST = 300.0  # metres across, so that one venue alone is not drawn as if the map were a yard
A_DEGREE = 111_195.0  # metres of latitude
STEPS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)  # metres a scale bar may stand for


@dataclass(frozen=True, slots=True)
class Dot:
    """A venue on the map."""

    venue: Venue
    x: float
    y: float
    here: bool


@dataclass(frozen=True, slots=True)
class Map:
    """Dots in a picture of WIDTH × HEIGHT, north up; the bar is so long and stands for so many metres."""

    dots: list[Dot]
    bar: float
    metres: int

    @property
    def length(self) -> str:
        return f"{self.metres} m" if self.metres < 1_000 else f"{self.metres // 1_000} km"


def draw(venue: Venue, others: list[Venue]) -> Map | None:
    """The venue among those within reach; None where its position is not known or it would stand alone."""
    near = [other for other in others if other.id != venue.id and _within(venue, other)]
    if not near:
        return None
    spots = [(each, *_metres_from(venue, each)) for each in (*near, venue)]
    easts, norths = [east for _v, east, _n in spots], [north for _v, _e, north in spots]
    wide = max(max(easts) - min(easts), SMALLEST)
    high = max(max(norths) - min(norths), SMALLEST)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    centre = ((max(easts) + min(easts)) / 2, (max(norths) + min(norths)) / 2)
    dots = [
        Dot(
            each,
            round(WIDTH / 2 + (east - centre[0]) * scale, 1),
            round(HEIGHT / 2 - (north - centre[1]) * scale, 1),
            each is venue,
        )
        for each, east, north in spots
    ]
    fitting = [step for step in STEPS if step * scale <= WIDTH / 3]
    length = fitting[-1] if fitting else STEPS[0]
    return Map(dots, round(length * scale, 1), length)


def _within(venue: Venue, other: Venue) -> bool:
    far = walking.metres(venue, other)
    return far is not None and far <= REACH


def _metres_from(venue: Venue, other: Venue) -> tuple[float, float]:
    """East and north of the venue, on a plane that is flat enough within a city."""
    assert venue.latitude is not None
    assert venue.longitude is not None
    assert other.latitude is not None
    assert other.longitude is not None
    across = (other.longitude - venue.longitude + 540) % 360 - 180
    east = across * A_DEGREE * cos(radians(venue.latitude))
    return east, (other.latitude - venue.latitude) * A_DEGREE

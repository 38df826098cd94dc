from __future__ import annotations

from dataclasses import dataclass

import pytest

from expo.programme import walking

pytestmark = pytest.mark.feature("F11")


@dataclass(frozen=True)
class Spot:
    latitude: float | None
    longitude: float | None


DUNKERS = Spot(56.048, 12.689)
STATION = Spot(56.0437, 12.6945)


def test_a_way_is_the_great_circle_with_its_detour_at_seventy_five_metres_a_minute_rounded_up():
    straight = walking.metres(DUNKERS, STATION)

    assert straight == pytest.approx(588, abs=2)  # by the haversine of an independent calculator
    assert walking.minutes(DUNKERS, STATION) == 11  # 588 m × 1.3 ÷ 75 = 10.2
    assert walking.minutes(STATION, DUNKERS) == 11


def test_the_same_place_is_no_way_and_the_other_side_of_the_earth_half_its_girth():
    assert walking.minutes(DUNKERS, DUNKERS) == 0
    assert walking.metres(Spot(0, 0), Spot(0, 180)) == pytest.approx(20_015_087, abs=1)
    assert walking.metres(Spot(0, 179.999), Spot(0, -179.999)) == pytest.approx(222.4, abs=0.1)


@pytest.mark.parametrize("nowhere", [Spot(None, None), Spot(56.0, None), Spot(None, 12.0)])
def test_what_has_no_position_has_no_minutes(nowhere):
    assert walking.minutes(nowhere, DUNKERS) is None
    assert walking.minutes(DUNKERS, nowhere) is None

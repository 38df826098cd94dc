from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from expo.calendar import feeds, kept
from expo.expos.models import Expo
from expo.programme.models import Conference
from tests import factories as a

from .asking import MAY


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> None:
    """Tests make the same expo at the same second again and again, which life does not."""
    app.extensions["unchanged"].forget()
    kept.clear()
    feeds.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is a morning in May 2022 until the test moves on."""
    with time_machine.travel(MAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def expo(app: Flask, clock: time_machine.Traveller) -> Expo:
    return a.an_expo(slug="h22", name="H22 City Expo")


@pytest.fixture
def conference(expo: Expo, clock: time_machine.Traveller) -> Conference:
    found = a.a_conference(expo, title="City of the Future", slug="city")
    clock.shift(timedelta(seconds=5))
    return found

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.programme.words import Role
from tests import factories as a
from tests.client import Client


@dataclass
class Desk:
    """An expo with a conference, and browsers of people with a role there. Values, not rows, for addresses."""

    expo: Expo
    conference: Conference
    browser: Callable[..., Client]

    def __post_init__(self) -> None:
        self.path = f"/{self.expo.slug}/organise"
        self.slug = self.conference.slug

    def open_as(self, role: Role = Role.OWNER, conference: Conference | None = None) -> Client:
        """The browser of somebody with this role, in the whole expo or in one conference."""
        return self.browser(a.an_organiser(self.expo, role, conference))

    def session_form(self, **changes: Any) -> dict[str, Any]:
        values = {
            "title": "Rain gardens", "type": "Workshop", "track": "", "abstract": "", "languages": "sv en",
            "sdgs": "11 13", "visibility": "public", "admission": "seat", "state": "confirmed", "parent": "",
            "version": "1",
        }  # fmt: skip
        return {**values, **changes}

    def time_form(self, room_id: int, **changes: Any) -> dict[str, Any]:
        values = {
            "starts_at": "2031-06-02T10:00", "ends_at": "2031-06-02T11:00", "room": str(room_id), "seats": "10",
            "placement": "firm", "languages": "", "abstract": "", "version": "1",
        }  # fmt: skip
        return {**values, **changes}


@pytest.fixture
def desk(browser: Callable[..., Client]) -> Desk:
    conference = a.a_conference(title="City week")
    return Desk(conference.expo, conference, browser)

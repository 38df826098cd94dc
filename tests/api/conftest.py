"""Two teams of one expo, and keys to its API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.programme.words import Role
from tests import factories as a
from tests.client import Client

Open = Callable[..., Client]


class Desk:
    """An expo with two teams, and a key of a scheduler of the first."""

    def __init__(self, browser: Open) -> None:
        self.browser = browser
        self.expo = a.an_expo(slug="h22")
        self.arena, self.other = (
            a.a_conference(self.expo, slug="arena"),
            a.a_conference(self.expo, slug="other"),
        )
        self.hall, self.quay = a.a_room(self.expo, "Hall"), a.a_room(self.expo, "Quay")
        self.key = self.key_of(Role.SCHEDULER)

    def key_of(self, role: Role, scopes: str = "programme:write programme:publish") -> str:
        return accounts.create_token(
            account=a.an_organiser(self.expo, role, conference=self.arena), name="test", scopes=scopes
        )

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {self.key if key is None else key}"
        return self.browser()._open(method, f"/api/v1/expos/h22{path}", json=body, headers=headers)


@pytest.fixture
def desk(app, browser: Open) -> Desk:
    return Desk(browser)

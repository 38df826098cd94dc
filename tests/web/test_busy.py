"""A database that has no time: whoever asked is told to come again, and nothing was saved."""

from __future__ import annotations

import sqlite3

import pytest

from expo.core.db import DatabaseBusy, NoConnection
from expo.publishing import shelf
from tests import factories as a

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "fault",
    [
        NoConnection("QueuePool limit of size 10 overflow 10 reached"),
        DatabaseBusy("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked")),
    ],
    ids=["every connection taken", "locked"],
)
def test_a_busy_database_is_no_fault(browser, monkeypatch, fault):
    conference = a.a_conference()

    def busy(*_asked):
        raise fault

    monkeypatch.setattr(shelf, "on_day", busy)

    page = browser().get(f"/{conference.expo.slug}/")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")

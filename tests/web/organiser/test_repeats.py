"""Repeating, moving and cancelling several times by pages."""

from __future__ import annotations

import pytest

from expo.programme import queries as programme
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("P8")


def test_a_rule_is_looked_at_then_added_then_all_are_moved_and_cancelled(desk: Desk):
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    time = a.a_session(desk.conference, published=False)
    where = f"{desk.path}/sessions/{time.session.code}/times/{time.code}"
    rule = {"step": "1", "every": "day", "count": "4"}

    looked = page.post(f"{where}/repeat", rule)
    assert looked.status_code == 200
    assert "3 further times" in looked.text
    assert len(programme.occurrences(time.session_id)) == 1
    assert page.post(f"{where}/repeat", rule | {"add": "1"}).status_code == 303
    assert len(programme.occurrences(time.session_id)) == 4
    assert page.post(f"{where}/repeat", {"step": "1", "every": "day"}).status_code == 422

    form = page.get(where).text
    assert 'name="reach"' in form
    local = time.starts_at.astimezone(desk.conference.zone)
    saved = page.post(where, {
        "version": str(time.version), "starts_at": f"{local:%Y-%m-%dT12:00}", "ends_at": f"{local:%Y-%m-%dT13:00}",
        "room": str(time.room_id), "seats": "9", "placement": "firm", "reach": "all",
    })  # fmt: skip
    assert saved.status_code == 303
    assert {one.seats for one in programme.occurrences(time.session_id)} == {9}
    assert {
        f"{one.starts_at.astimezone(desk.conference.zone):%H}"
        for one in programme.occurrences(time.session_id)
    } == {"12"}

    page.post(f"{where}/cancel", {"why": "rain", "reach": "all"})
    assert all(one.cancelled_at for one in programme.occurrences(time.session_id))

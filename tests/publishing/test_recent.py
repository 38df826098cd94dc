from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core import clock
from expo.programme import actions as programme
from expo.programme.drafts import OccurrenceDraft
from expo.publishing import recent
from tests import factories as a

pytestmark = pytest.mark.feature("F3", "P6")


def kinds(expo_id: int, **later: int) -> dict[str, str]:
    found = recent.changes(expo_id, clock.now() + timedelta(**later))
    return {code: change.kind for code, change in found.items()}


def move(occurrence, hours: int) -> None:
    known = OccurrenceDraft(occurrence.starts_at, occurrence.ends_at, occurrence.room_id, occurrence.seats)
    by = timedelta(hours=hours)
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=replace(known, starts_at=known.starts_at + by, ends_at=known.ends_at + by),
    )
    a.publish(occurrence.session.conference.expo)


def test_what_comes_after_the_first_release_is_new_then_moved_then_nothing(app):
    conference = a.a_conference()
    a.a_session(conference, code="A-1")
    assert kinds(conference.expo_id) == {}

    second = a.a_session(conference, code="A-2")
    assert kinds(conference.expo_id) == {"A-2": "new"}
    assert kinds(conference.expo_id, days=8) == {}

    move(second, 1)
    assert kinds(conference.expo_id) == {"A-2": "moved"}

    programme.cancel_occurrence(occurrence=second, why="Storm")
    a.publish(conference.expo)
    assert kinds(conference.expo_id) == {}

"""Whatever organisers do, in whatever order: a UID keeps its meaning, SEQUENCE never falls, equal data are equal
bytes, and "not modified" is true (rule 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expo.calendar import feeds, kept
from expo.core.refusals import Refusal
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.models import Conference
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile
from tests import factories as a
from tests.calendar import reading

from .asking import OPENING, Open, a_talk, get, redraft, rewrite

pytestmark = [pytest.mark.feature("I1"), pytest.mark.once]

FEEDS = ("programme.ics", "conferences/city.ics", "venues/sea-u.ics")
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["move", "longer", "rename", "reword", "speaker", "cancel", "release", "midnight"]),
        st.integers(0, 2),
    ),
    min_size=3,
    max_size=12,
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits=EDITS)
def test_a_uid_keeps_its_meaning_and_what_is_said_not_to_have_changed_has_not(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller, edits: list[Any]
):
    speaker = a.a_speaker(expo, "Åsa")
    talks = [
        a_talk(conference, starts_at=OPENING + timedelta(days=day), room=a.a_room(expo), published=False)
        for day in range(3)
    ]
    ours = {talk.uid: talk.session.code for talk in talks}
    a.publish(expo)
    seen: dict[str, tuple[str, str, bytes]] = {}
    sequences = dict.fromkeys(ours, 0)
    for number, (edit, which) in enumerate([*edits, ("release", 0)]):
        clock.shift(timedelta(minutes=1))
        _do(edit, talks[which], number, expo, speaker, clock)
        for path in FEEDS:
            answer = get(browser, path)
            tag, modified, body = answer.headers["ETag"], answer.headers.get("Last-Modified", ""), answer.data
            if path in seen:
                before = seen[path]
                again = get(browser, path, If_None_Match=before[0])
                assert (again.status_code == 304) == (tag == before[0])
                assert tag != before[0] or body == before[2], "the same tag for other bytes"
                if modified and modified == before[1]:
                    assert body == before[2], "not modified since, and other bytes"
            seen[path] = (tag, modified, body)
            for event in reading.feed(body).events:
                if event["UID"] in ours:
                    assert event["URL"].endswith(ours[event["UID"]])
                    assert int(event["SEQUENCE"]) >= sequences[event["UID"]]
                    sequences[event["UID"]] = int(event["SEQUENCE"])
    kept.clear()
    feeds.clear()
    for path in FEEDS:  # made anew, from nothing that was kept
        assert get(browser, path).data == seen[path][2]


def _do(edit: str, talk: Any, number: int, expo: Expo, speaker: Any, clock: Any) -> None:
    try:
        match edit:
            case "move":
                begins = talk.starts_at + timedelta(minutes=15)
                redraft(talk, starts_at=begins, ends_at=begins + timedelta(hours=1))
            case "longer":
                redraft(talk, ends_at=talk.ends_at + timedelta(minutes=5))
            case "rename":
                rewrite(talk, title=f"Another title {number}")
            case "reword":
                rewrite(talk, abstract=f"Other words {number}")
            case "speaker":
                speakers.edit_speaker(speaker=speaker, profile=Profile(f"Åsa {number}"))
            case "cancel":
                programme.cancel_occurrence(occurrence=talk, why="Rain")
            case "release":
                a.publish(expo)
            case "midnight":
                clock.shift(timedelta(days=1))
    except Refusal:
        pass  # what may not be done changes nothing, and that is looked at, too

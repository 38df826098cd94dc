"""Favourites as calendars: in one's own beside the seats, and as a list that was handed on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from expo.booking.actions import book_seat
from expo.favourites import actions, sharing
from expo.programme.models import Conference
from expo.programme.words import Visibility
from tests import factories as a

from .asking import OPENING, Open, a_delegate, a_talk, asked_again, calendar, get, rewrite, stranger

pytestmark = pytest.mark.feature("F13", "I1")


def test_my_calendar_marks_what_i_keep_and_keeps_me_free(browser: Open, conference: Conference):
    grace, mine = a_delegate(conference)
    booked = a_talk(conference, title="Seat")
    liked = a_talk(conference, title="Liked", starts_at=OPENING + timedelta(hours=3))
    book_seat(person=grace, occurrence_id=booked.id)
    actions.keep(person=grace, occurrence_ids=[booked.id, liked.id])

    found = {event["UID"]: event for event in calendar(browser, mine).events}

    assert found[booked.uid]["SUMMARY"] == "Seat"
    assert found[booked.uid]["TRANSP"] == "OPAQUE"
    assert found[liked.uid]["SUMMARY"] == "♥ Liked"
    assert found[liked.uid]["TRANSP"] == "TRANSPARENT"
    assert len(found) == 2


def test_my_calendar_is_another_after_i_kept_or_dropped(
    app: Flask, browser: Open, conference: Conference, clock: time_machine.Traveller
):
    grace, mine = a_delegate(conference)
    liked = a_talk(conference)
    clock.shift(5)
    before = stranger(app, f"/h22/feeds/{mine}")
    assert asked_again(app, f"/h22/feeds/{mine}", before)[0].status_code == 304

    actions.keep(person=grace, occurrence_ids=[liked.id])
    clock.shift(5)
    after = asked_again(app, f"/h22/feeds/{mine}", before)[0]
    assert after.status_code == 200
    assert after.headers["Last-Modified"] > before.headers["Last-Modified"]

    actions.drop(person=grace, occurrence_id=liked.id)
    clock.shift(5)
    since = {"If_Modified_Since": after.headers["Last-Modified"]}
    assert stranger(app, f"/h22/feeds/{mine}", **since).status_code == 200
    assert calendar(browser, mine).events == []


def test_what_becomes_hidden_leaves_my_calendar(browser: Open, conference: Conference):
    grace, mine = a_delegate(conference)
    liked = a_talk(conference, title="Liked")
    actions.keep(person=grace, occurrence_ids=[liked.id])
    assert len(calendar(browser, mine).events) == 1

    rewrite(liked, visibility=Visibility.HIDDEN)
    a.publish(conference.expo)

    assert calendar(browser, mine).events == []


def test_a_list_that_was_handed_on_is_a_calendar_for_everybody(
    app: Flask, browser: Open, conference: Conference
):
    kept = [a_talk(conference, title=f"Talk {number}") for number in range(2)]
    a_talk(conference, title="Not on the list")
    path = f"share/{sharing.written(conference.expo, [each.id for each in kept])}.ics"

    found = calendar(browser, path)

    assert [event["SUMMARY"] for event in found.events] == ["Talk 0", "Talk 1"]
    assert {event["UID"] for event in found.events} == {each.uid for each in kept}
    answer = get(browser, path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again, asked = asked_again(app, f"/h22/feeds/{path}", stranger(app, f"/h22/feeds/{path}"))
    assert (again.status_code, len(asked)) == (304, 0)

"""The timetable's pages and what its script asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from expo.booking.actions import book_seat
from expo.core import clock
from expo.core.db import db, transaction
from expo.programme import actions
from expo.programme.drafts import SessionDraft
from expo.programme.models import Occurrence
from expo.programme.words import Role, Visibility
from expo.scheduling import blocks, levels, needs
from expo.scheduling.models import KeptClash
from expo.scheduling.words import ClashRule, Level
from tests import factories as a
from tests.counting import statements
from tests.factories import tomorrow_at

from .conftest import Desk

pytestmark = pytest.mark.feature("P2")


def day_of(occurrence: Occurrence) -> str:
    assert occurrence.starts_at is not None
    return occurrence.starts_at.astimezone(occurrence.session.conference.zone).date().isoformat()


def minutes(occurrence: Occurrence) -> int:
    assert occurrence.starts_at is not None
    local = occurrence.starts_at.astimezone(occurrence.session.conference.zone)
    return local.hour * 60 + local.minute


def moves(occurrence: Occurrence, **changes: Any) -> dict[str, Any]:
    assert occurrence.room is not None
    move = {"code": occurrence.code, "at": minutes(occurrence), "minutes": 60, "room": occurrence.room.slug,
            "version": occurrence.version}  # fmt: skip
    return {"day": day_of(occurrence), "moves": [{**move, **changes}], "reason": ""}


def test_a_day_shows_what_stands_where_and_what_has_no_place(desk: Desk):
    talk = a.a_session(desk.conference, title="Drums", published=False)
    fresh = actions.create_session(
        conference=desk.conference, draft=SessionDraft(title="Nowhere yet", type="talk")
    )
    needs.say(session=fresh, draft=needs.NeedsDraft(minutes=45))

    page = desk.open_as(Role.SCHEDULER).get(f"{desk.path}/timetable?day={day_of(talk)}").text

    assert f'data-code="{talk.code}" data-at="{minutes(talk)}"' in page
    assert "Nowhere yet" in page
    assert "45 min" in page
    assert "data-code" not in desk.open_as(Role.VIEWER).get(f"{desk.path}/timetable?day={day_of(talk)}").text


def test_what_another_team_keeps_to_itself_is_drawn_and_not_named(desk: Desk):
    secret = a.a_session(
        a.a_conference(desk.expo), title="Royal visit", visibility=Visibility.HIDDEN, published=False
    )
    page = (
        desk.open_as(Role.SCHEDULER, desk.conference).get(f"{desk.path}/timetable?day={day_of(secret)}").text
    )

    assert "Royal visit" not in page
    assert secret.code not in page
    assert "Another conference" in page
    client = desk.open_as(Role.SCHEDULER, desk.conference)
    assert client.get(f"{desk.path}/timetable/{secret.code}/move").status_code == 404
    assert client.get(f"{desk.path}/timetable/{secret.code}/shut").status_code == 404
    assert client.post(f"{desk.path}/timetable/moves", json=moves(secret)).status_code == 404


def test_on_the_night_on_which_the_clocks_go_back_an_hour_is_there_twice(desk: Desk):
    page = desk.open_as().get(f"{desk.path}/timetable?day=2026-10-25").text
    assert page.count(">02:00</div>") == 0  # the window begins at eight
    night = a.a_session(desk.conference, starts_at=tomorrow_at(1), published=False)
    with transaction():
        night.starts_at, night.ends_at = (
            clock.datetime(2026, 10, 24, 23, 30, tzinfo=clock.UTC),
            clock.datetime(2026, 10, 25, 2, 30, tzinfo=clock.UTC),
        )
    page = desk.open_as().get(f"{desk.path}/timetable?day=2026-10-25").text

    assert page.count(">02:00</div>") == 2
    assert "at-1 at-m30 to-4 to-m30" in page  # three hours, from half past one to half past three
    assert "01:30–03:30" in page


def test_what_ends_after_midnight_is_drawn_into_the_next_morning(desk: Desk):
    late = a.a_session(desk.conference, starts_at=tomorrow_at(21), minutes=240, published=False)
    page = desk.open_as().get(f"{desk.path}/timetable?day={day_of(late)}").text
    assert f"to-{minutes(late) // 60 + 4}" in page


@pytest.mark.feature("P4")
def test_whom_a_move_touches_is_said_before_it_is_made_and_nothing_is_saved(desk: Desk):
    talk, other = a.a_session(desk.conference), a.a_session(desk.conference, starts_at=tomorrow_at(14))
    for number in range(3):
        person = a.a_person(desk.expo)
        a.a_registration(person, desk.conference)
        book_seat(person=person, occurrence_id=talk.id)
        if number < 2:
            book_seat(person=person, occurrence_id=other.id)
    client = desk.open_as(Role.SCHEDULER)

    said = client.post(f"{desk.path}/timetable/impact", json=moves(talk, at=minutes(other) + 30)).get_json()

    assert said["headline"] == "Moves 3 people, 2 get a clash."
    assert said["details"] == [f"2 of them are in {other.code} “{other.session.title}” then."]
    assert said["asks"] is True
    assert talk.starts_at == tomorrow_at(9)


def test_a_clash_is_refused_with_its_sentence_and_kept_with_a_reason(desk: Desk):
    talk, busy = a.a_session(desk.conference, published=False), a.a_session(desk.conference, published=False)
    assert busy.room is not None
    client = desk.open_as(Role.SCHEDULER)
    wanted = moves(talk, room=busy.room.slug)

    no = client.post(f"{desk.path}/timetable/moves", json=wanted)
    assert (no.status_code, no.get_json()["code"]) == (409, "clash")
    assert busy.code in no.get_json()["clashes"][0]["message"]
    assert client.post(f"{desk.path}/timetable/moves", json={**wanted, "reason": "One stage"}).get_json() == {
        "changed": 1
    }
    assert db.session.query(KeptClash).one().reason == "One stage"


def test_who_moved_it_first_is_named(desk: Desk):
    talk = a.a_session(desk.conference, published=False)
    stale = moves(talk, at=15 * 60)
    assert (
        desk.open_as(Role.SCHEDULER)
        .post(f"{desk.path}/timetable/moves", json=moves(talk, at=11 * 60))
        .status_code
        == 200
    )

    no = desk.open_as(Role.OWNER).post(f"{desk.path}/timetable/moves", json=stale)

    assert no.status_code == 409
    assert no.get_json()["message"].startswith(f"Olle Organiser moved or changed {talk.code}")
    assert talk.room is not None
    assert talk.room.name in no.get_json()["message"]
    stale["moves"][0]["version"] = no.get_json()["version"]
    assert desk.open_as(Role.OWNER).post(f"{desk.path}/timetable/moves", json=stale).status_code == 200


def test_where_it_cannot_be_is_asked_for_once(desk: Desk):
    talk, busy = a.a_session(desk.conference, published=False), a.a_session(desk.conference, published=False)
    client = desk.open_as(Role.SCHEDULER)
    assert busy.room is not None
    with statements() as asked:
        said = client.get(f"{desk.path}/timetable/{talk.code}/shut?day={day_of(talk)}").get_json()["shut"]

    assert {
        "room": busy.room.slug,
        "from": minutes(busy),
        "to": minutes(busy) + 60,
        "why": "Taken",
        "level": "block",
    } in said
    assert len(asked) < 30


@pytest.mark.parametrize(
    "body", [{}, {"moves": []}, {"moves": [7]}, {"moves": [{"code": "T"}]}, {"day": "x", "moves": "x"}]
)
def test_what_is_no_list_of_moves_is_refused(desk: Desk, body: dict[str, Any]):
    client = desk.open_as(Role.SCHEDULER)
    assert client.post(f"{desk.path}/timetable/moves", json=body).status_code in (404, 422)


def test_the_form_says_whom_it_moves_and_moves_at_the_second_press(desk: Desk):
    talk = a.a_session(desk.conference)
    person = a.a_person(desk.expo)
    a.a_registration(person, desk.conference)
    book_seat(person=person, occurrence_id=talk.id)
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/timetable/{talk.code}/move"
    assert talk.room is not None
    form = {
        "room": talk.room.slug,
        "starts_at": f"{day_of(talk)}T15:30",
        "minutes": "60",
        "version": str(talk.version),
    }

    page = client.post(path, data=form).text
    assert "Moves 1 person, nobody gets a clash." in page
    read = page.split('name="read_about"')[1].split('value="')[1].split('"')[0]
    assert client.post(path, data={**form, "read_about": read}).status_code == 303
    assert minutes(talk) == 15 * 60 + 30

    undo = client.get(f"{desk.path}/timetable?day={day_of(talk)}&moved={talk.code}").text
    assert f'name="moved" value="{talk.code}:{talk.version}"' in undo
    assert (
        client.post(f"{desk.path}/timetable/undo", data={"moved": f"{talk.code}:{talk.version}"}).status_code
        == 303
    )
    assert talk.starts_at == tomorrow_at(9)


def test_the_form_asks_why_where_it_clashes_and_what_is_missing(desk: Desk):
    talk, busy = a.a_session(desk.conference, published=False), a.a_session(desk.conference, published=False)
    assert busy.room is not None
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/timetable/{talk.code}/move"
    form = {"room": busy.room.slug, "starts_at": f"{day_of(talk)}T{minutes(busy) // 60:02}:00", "minutes": "60",
            "version": str(talk.version)}  # fmt: skip

    assert "When does it begin?" in client.post(path, data={**form, "starts_at": ""}).text
    no = client.post(path, data=form)
    assert no.status_code == 409
    assert busy.room.name in no.text
    assert client.post(path, data={**form, "keep": "One stage"}).status_code == 303
    assert talk.room_id == busy.room_id
    out = client.post(f"{desk.path}/timetable/{talk.code}/out", data={"version": str(talk.version)})
    assert out.status_code == 303
    assert talk.placement == "unplaced"


def test_a_day_asks_as_often_for_many_sessions_as_for_one(desk: Desk):
    first = a.a_session(desk.conference, published=False)
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/timetable?day={day_of(first)}"
    client.get(path)
    with statements() as one:
        client.get(path)
    for hour in range(10, 14):
        a.a_session(desk.conference, starts_at=tomorrow_at(hour), published=False)
    client.get(path)
    with statements() as many:
        client.get(path)
    assert len(many) == len(one)


@pytest.mark.feature("P3")
def test_a_clash_is_kept_on_the_list_by_whoever_schedules(desk: Desk):
    talk = a.a_session(desk.conference, published=False)
    needs.say(session=talk.session, draft=needs.NeedsDraft(expected=600))
    client = desk.open_as(Role.SCHEDULER)
    page = client.get(f"{desk.path}/clashes").text
    key = page.split('name="key" value="')[1].split('"')[0]

    assert client.post(f"{desk.path}/clashes", data={"key": key, "reason": ""}).status_code == 422
    assert (
        desk.open_as(Role.VIEWER).post(f"{desk.path}/clashes", data={"key": key, "reason": "x"}).status_code
        == 403
    )
    assert client.post(f"{desk.path}/clashes", data={"key": key, "reason": "They stand"}).status_code == 303
    assert "They stand" in client.get(f"{desk.path}/clashes?view=kept").text
    assert client.post(f"{desk.path}/clashes", data={"key": key + "9", "reason": "x"}).status_code == 409


@pytest.mark.feature("P3")
def test_an_owner_says_how_strict_rules_are_in_the_expo_and_in_a_conference(desk: Desk):
    client, path = desk.open_as(Role.OWNER), f"{desk.path}/clash-rules"
    form = {"level_turnaround": "warn", "number_turnaround": "10", "level_capacity": "release"}

    assert client.post(path, data=form).status_code == 303
    assert client.post(f"{path}?conference={desk.slug}", data={"number_turnaround": "20"}).status_code == 303
    assert client.post(path, data={"number_per_day": "0"}).status_code == 422
    assert desk.open_as(Role.SCHEDULER).post(path, data=form).status_code == 403

    said = levels.read(desk.expo.id).said
    conference_id = desk.conference.id
    assert said[ClashRule.TURNAROUND, None] == (Level.WARN, 10)
    assert said[ClashRule.TURNAROUND, conference_id] == (Level.WARN, 20)
    assert said[ClashRule.CAPACITY, None] == (Level.RELEASE, None)
    assert "20" in client.get(f"{path}?conference={desk.slug}").text


@pytest.mark.feature("P12")
def test_a_scheduler_holds_a_room_for_their_conference_and_nobody_elses(desk: Desk):
    room, other = a.a_room(desk.expo, "Storan"), a.a_conference(desk.expo, slug="other")
    day = tomorrow_at(8).date().isoformat()
    form = {"room": room.slug, "kind": "reserved", "conference": desk.slug, "starts_at": f"{day}T08:00",
            "ends_at": f"{day}T12:00", "note": "Rehearsal", "capacity": ""}  # fmt: skip
    client, path = desk.open_as(Role.SCHEDULER, desk.conference), f"{desk.path}/room-blocks"

    assert client.post(path, data={**form, "conference": other.slug}).status_code == 422
    assert client.post(path, data={**form, "ends_at": f"{day}T08:00"}).status_code == 422
    assert client.post(path, data=form).status_code == 303
    assert "Rehearsal" in client.get(path).text
    assert "Held for" in client.get(f"{desk.path}/timetable?day={day}").text
    (block,) = blocks.every(desk.expo.id)
    stranger = desk.open_as(Role.SCHEDULER, other)
    assert stranger.post(f"{path}/{block.id}/free").status_code == 404
    assert client.post(f"{path}/{block.id}/free").status_code == 303
    assert blocks.every(desk.expo.id) == []


@pytest.mark.feature("P10")
def test_plus_fifteen_shows_what_it_does_and_then_does_it(desk: Desk):
    begins = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=20)
    talk = a.a_session(desk.conference, starts_at=begins)
    assert talk.room is not None
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/timetable/late"
    form = {"room": talk.room.slug, "minutes": "15"}

    page = client.post(path, data=form)
    assert page.status_code == 200
    assert talk.session.title in page.text
    done = client.post(path, data={**form, "read_about": f"{talk.room.slug}|15"})
    assert done.status_code == 303
    assert talk.ends_at == begins + timedelta(minutes=75)
    assert desk.open_as(Role.VIEWER).get(path).status_code == 403
    empty = a.a_room(desk.expo)
    assert client.post(path, data={**form, "room": empty.slug}).status_code == 409


def test_what_a_session_needs_is_saved(desk: Desk):
    first, then = (
        a.a_session(desk.conference, published=False, code=code).session for code in ("ONE", "TWO")
    )
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/sessions/TWO/needs"
    form = {"people": "60", "minutes": "45", "step_free": "y", "audience": "mayors", "after": "one"}

    assert client.post(path, data=form).status_code == 303
    assert needs.of(then) == needs.NeedsDraft(60, 45, True, False, "mayors", ("ONE",))
    assert 'value="mayors"' in client.get(path).text
    assert client.post(path, data={**form, "after": "nine"}).status_code == 422
    circle = client.post(f"{desk.path}/sessions/ONE/needs", data={"after": "two"})
    assert circle.status_code == 422
    assert needs.of(first).after == ()

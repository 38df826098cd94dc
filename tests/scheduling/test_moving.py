"""Moving, taking back, running late; and whatever is moved, nothing clashes that nobody kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from expo.booking.actions import book_seat
from expo.core import audit, checks, clock
from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.notices.models import AgendaNotice
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Billing, SessionDraft
from expo.programme.models import Occurrence, Room
from expo.programme.refusals import Clashes
from expo.programme.words import Placement
from expo.publishing import late as publishing
from expo.publishing.models import Release
from expo.scheduling import boards, clashes, late, levels, moving
from expo.scheduling.moving import Move, MovedMeanwhile
from expo.scheduling.refusals import NothingRunsLate, NothingToUndo
from expo.scheduling.words import ClashRule, Level
from tests import factories as a
from tests.factories import tomorrow_at

pytestmark = [pytest.mark.feature("P2"), pytest.mark.usefixtures("app")]


def to(occurrence: Occurrence, hour: int, room: Room | None = None, minutes: int = 60) -> Move:
    starts_at = tomorrow_at(hour)
    room_id = room.id if room else occurrence.room_id
    return Move(occurrence, starts_at, starts_at + timedelta(minutes=minutes), room_id, occurrence.version)


def test_two_sessions_change_places_in_one_move_and_back_again():
    one = a.a_session(published=False)
    other = a.a_session(one.session.conference, published=False)
    expo, rooms = one.session.conference.expo, (one.room, other.room)

    moving.move(expo=expo, moves=[to(one, 9, rooms[1]), to(other, 9, rooms[0])])
    assert (one.room, other.room) == (rooms[1], rooms[0])

    moving.undo(expo=expo, moved=[(one, one.version), (other, other.version)])
    assert (one.room, other.room) == rooms
    assert list(checks.broken()) == []


def test_all_moves_are_made_or_none():
    one, taken = a.a_session(published=False), a.a_session(published=False)
    free = a.a_session(one.session.conference, published=False)
    blocked = a.a_session(one.session.conference, published=False)
    before = free.starts_at
    with pytest.raises(Clashes):
        moving.move(expo=one.session.conference.expo, moves=[to(free, 14), to(blocked, 9, one.room)])
    assert free.starts_at == before
    assert taken.version == 1


def test_who_moved_it_meanwhile_is_told_and_it_can_be_moved_anyway():
    talk = a.a_session(published=False)
    expo = talk.session.conference.expo
    stale = to(talk, 15)
    with audit.acting("account:7"):
        moving.move(expo=expo, moves=[to(talk, 11)])

    with pytest.raises(MovedMeanwhile) as no:
        moving.move(expo=expo, moves=[stale])
    assert (no.value.facts["actor"], no.value.facts["starts_at"]) == ("account:7", tomorrow_at(11))

    moving.move(expo=expo, moves=[replace(stale, version=no.value.facts["version"])])
    assert talk.starts_at == tomorrow_at(15)


def test_what_is_taken_out_comes_back_and_what_was_no_move_is_not_taken_back():
    talk = a.a_session(published=False)
    expo = talk.session.conference.expo
    moving.move(expo=expo, moves=[Move(talk, None, None, None, talk.version)])
    assert boards.of(expo.id).rows == {}

    moving.undo(expo=expo, moved=[(talk, talk.version)])
    assert boards.of(expo.id).rows[talk.id].starts_at == tomorrow_at(9)
    actions.cancel_occurrence(occurrence=talk, why="rain")
    with pytest.raises(NothingToUndo):
        moving.undo(expo=expo, moved=[(talk, talk.version)])


def test_a_session_without_a_time_is_put_somewhere_with_a_new_one():
    talk = a.a_session(published=False)
    fresh = actions.create_session(
        conference=talk.session.conference, draft=SessionDraft(title="Later", type="talk")
    )
    room = a.a_room(talk.session.conference.expo)
    moving.move(
        expo=talk.session.conference.expo, moves=[Move(fresh, tomorrow_at(9), tomorrow_at(10), room.id)]
    )
    assert [row.room_id for row in boards.of(talk.expo_id).by_session[fresh.id]] == [room.id]


def test_what_is_written_after_the_check_is_in_the_board_all_the_same():
    talk = a.a_session(published=False)
    expo = talk.session.conference.expo
    boards.of(expo.id)
    with transaction():
        moving.move(expo=expo, moves=[to(talk, 12)])
        ada = a.a_speaker(expo)
        talk.session.title = "Another title"
    board = boards.of(expo.id)
    assert board.names == {ada.id: ada.name}
    assert board.rows[talk.id].title == "Another title"
    assert board.rows[talk.id].starts_at == tomorrow_at(12)


def test_a_move_that_is_undone_leaves_the_kept_board_as_it_was():
    talk = a.a_session(published=False)
    expo, busy = talk.session.conference.expo, a.a_session(talk.session.conference, published=False)
    before = boards.of(expo.id)
    with pytest.raises(Clashes):
        moving.move(expo=expo, moves=[to(talk, 9, busy.room)])
    assert boards.of(expo.id) is before


@pytest.mark.feature("P10")
def test_a_room_that_runs_late_pushes_only_what_it_must_and_tells_only_them():
    begins = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=20)
    first = a.a_session(starts_at=begins, published=False)
    conference, room = first.session.conference, first.room
    at = [begins + timedelta(minutes=minutes) for minutes in (60, 130, 260)]
    second, third, fourth = (a.a_session(conference, starts_at=one, room=room, published=False) for one in at)
    elsewhere = a.a_session(conference, starts_at=at[0], published=False)
    a.publish(conference.expo)
    people = [a.a_person(conference.expo) for _each in range(2)]
    for person, occurrence in zip(people, (second, elsewhere), strict=True):
        a.a_registration(person, conference)
        book_seat(person=person, occurrence_id=occurrence.id)
    levels.say(expo=conference.expo, conference=None, said={ClashRule.TURNAROUND: (Level.BLOCK, 0)})
    assert room is not None

    shifts = late.plan(conference.expo_id, room.id, 15, clock.now())
    assert [(one.row.code, one.starts_at - one.row.starts_at) for one in shifts] == [
        (first.code, timedelta()), (second.code, timedelta(minutes=15)), (third.code, timedelta(minutes=5)),
    ]  # fmt: skip
    number = publishing.shift(expo=conference.expo, shifts=shifts)

    (release,) = db.session.query(Release).filter(Release.number == number)
    assert len(release.changes) == 3
    assert [note.person_id for note in db.session.query(AgendaNotice)] == [people[0].id]
    assert fourth.starts_at == at[2]
    assert list(checks.broken()) == []
    with pytest.raises(NothingRunsLate):
        late.plan(conference.expo_id, room.id, 15, clock.now() + timedelta(days=3))


@pytest.fixture
def six(app: Flask) -> tuple[Expo, list[int], list[int]]:
    """Six sessions and two rooms; one speaker chairs the first three."""
    conference = a.a_conference()
    rooms = [a.a_room(conference.expo) for _room in range(2)]
    ada = a.a_speaker(conference.expo)
    rows = [
        a.a_session(conference, starts_at=tomorrow_at(2 + 3 * n), room=rooms[0], published=False)
        for n in range(6)
    ]
    for row in rows[:3]:
        actions.bill(session=row.session, billings=[Billing(ada.id, "chair")])
    return conference.expo, [row.id for row in rows], [room.id for room in rooms]


STEPS = some.lists(
    some.tuples(
        some.integers(0, 5), some.integers(0, 7), some.integers(15, 120), some.integers(0, 1), some.booleans()
    ),
    min_size=4,
    max_size=14,
)


@pytest.mark.feature("P3")
@pytest.mark.once
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_moves_nothing_clashes_that_nobody_kept(
    six: tuple[Expo, list[int], list[int]], steps: list[tuple[int, int, int, int, bool]]
):
    expo, ids, rooms = six
    rows = [db.session.get_one(Occurrence, number) for number in ids]
    moving.move(expo=expo, moves=[Move(row, None, None, None) for row in rows])
    for which, quarter, minutes, room, keep in steps:
        starts_at = tomorrow_at(9) + timedelta(minutes=15 * quarter)
        move = Move(rows[which], starts_at, starts_at + timedelta(minutes=minutes), rooms[room])
        try:
            moving.move(expo=expo, moves=[move], keep="Said so" if keep else "")
        except Clashes:
            assert not keep
    placed = [row for row in rows if row.placement is not Placement.UNPLACED]
    by_hand = {
        frozenset((one.id, other.id))
        for one, other in combinations(placed, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at  # type: ignore[operator]
        and (one.room_id == other.room_id or {one.id, other.id} <= set(ids[:3]))
    }  # fmt: skip
    found = clashes.find(boards.of(expo.id), strictly=True)
    assert {frozenset((one.own.id, one.other.id)) for one in found if one.other and not one.open} == by_hand
    assert list(checks.broken()) == []


def test_a_time_that_a_move_made_is_taken_away_again_and_two_do_not_make_two():
    conference = a.a_conference()
    session = actions.create_session(conference=conference, draft=SessionDraft(title="New", type="talk"))
    room, expo = a.a_room(conference.expo), conference.expo
    wanted = Move(session, tomorrow_at(9), tomorrow_at(10), room.id)
    moving.move(expo=expo, moves=[wanted])
    with pytest.raises(MovedMeanwhile):
        moving.move(expo=expo, moves=[wanted])
    (made,) = programme.occurrences(session.id)
    assert (made.code, moving.can_undo(made)) == (session.code, True)
    assert moving.undo(expo=expo, moved=[(made, made.version)]) == 1
    assert programme.occurrences(session.id) == []

    moving.move(expo=expo, moves=[wanted])
    (made,) = programme.occurrences(session.id)
    moving.move(expo=expo, moves=[Move(made, tomorrow_at(11), tomorrow_at(12), room.id, made.version)])
    moving.undo(expo=expo, moved=[(made, made.version)])
    assert made.starts_at == tomorrow_at(9)

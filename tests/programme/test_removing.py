"""What nobody was told of, and nothing stands on, can be taken away; the rest is cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core.audit import history
from expo.programme import actions, naming, places, removing, undoing
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.models import SessionType
from expo.programme.removing import InUse
from tests import factories as a

pytestmark = pytest.mark.feature("P1")


def test_a_draft_is_removed_with_its_times_and_people(app):
    time = a.a_session(published=False)
    session, expo = time.session, time.session.conference.expo
    actions.bill(session=session, billings=[Billing(a.a_speaker(expo).id, "speaker")])
    code = session.code

    removing.remove_session(session=session)

    assert programme.session(expo.id, code) is None


def test_what_was_published_is_not_removed(app):
    time = a.a_session()

    with pytest.raises(InUse):
        removing.remove_session(session=time.session)
    with pytest.raises(InUse):
        removing.remove_occurrence(occurrence=time)

    assert programme.session(time.expo_id, time.session.code) is not None


def test_a_name_that_is_used_stays_and_one_that_is_not_goes(app):
    time = a.a_session(type="workshop", published=False)
    expo = time.session.conference.expo
    unused = naming.make(SessionType, expo=expo, name="Parade", names={})

    removing.remove(thing=unused)
    with pytest.raises(InUse):
        removing.remove(thing=time.session.type)
    with pytest.raises(InUse):
        removing.remove(thing=time.room)

    assert [one.name for one in programme.session_types(expo.id)] == ["Workshop"]


def test_a_venue_goes_when_its_rooms_are_gone(app):
    expo = a.an_expo()
    room = a.a_room(expo)
    venue = room.venue

    with pytest.raises(InUse):
        removing.remove(thing=venue)
    removing.remove(thing=room)
    removing.remove(thing=programme.venues(expo.id)[0])

    assert programme.venues(expo.id) == []


@pytest.mark.feature("P1", "O7")
def test_every_kind_of_change_can_be_taken_back(app):
    time = a.a_session(title="Old", published=False)
    session, conference, room = time.session, time.session.conference, time.room
    expo = conference.expo
    ada = a.a_speaker(expo)
    moved = time.starts_at + timedelta(hours=2)
    was = time.starts_at
    actions.edit_occurrence(
        occurrence=time, draft=OccurrenceDraft(moved, moved + timedelta(hours=1), room.id, 5)
    )
    actions.bill(session=session, billings=[Billing(ada.id, "speaker")])
    actions.cancel_occurrence(occurrence=time, why="rain")
    from dataclasses import replace

    places.save_room(
        venue=room.venue, draft=replace(places.draft_of_room(room), name="Elsewhere", capacity=7), room=room
    )
    for subject, thing in (("room", room), ("occurrence", time), ("session", session), ("occurrence", time)):
        undoing.undo(
            next(
                entry
                for entry in history(subject, thing.id)
                if entry.action != "change_undone" and entry.id not in undone(subject, thing.id)
            )
        )

    assert (room.name, room.capacity) != ("Elsewhere", 7)
    assert time.cancelled_at is None
    assert programme.appearances(session.id) == []
    assert (time.starts_at, time.seats) == (was, 20)


def undone(subject: str, number: int) -> set[int]:
    """Entries that were taken back, and those that taking back wrote."""
    found: set[int] = set()
    entries = history(subject, number)
    for at, entry in enumerate(entries):
        if entry.action == "change_undone":
            found |= {entry.after["entry"], entries[at + 1].id}
    return found

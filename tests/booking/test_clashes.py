from __future__ import annotations

from dataclasses import replace

import pytest

from expo.booking import alternatives, clashes
from expo.booking.actions import book_seat, cancel
from expo.booking.models import ClashKind
from expo.booking.queries import of_person
from expo.booking.refusals import Overlap
from expo.core.db import db
from expo.programme import actions as programme
from expo.programme import places, terms, ways
from expo.programme.drafts import VenueDraft
from expo.programme.terms import TermsDraft
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.programme.words import OverlapRule
from tests import factories as a
from tests.booking.bookings import nothing_is_broken, people

pytestmark = [pytest.mark.feature("B2"), pytest.mark.usefixtures("app")]


@pytest.fixture
def conference(app):
    return a.a_conference()


@pytest.fixture
def ada(conference):
    return people(conference, 1)[0]


def at(hour: int, minute: int = 0, **changes):
    return {"starts_at": a.tomorrow_at(hour, minute), **changes}


def rule(occurrence, overlap: OverlapRule, **others) -> None:
    terms.say(of=occurrence.session.type, draft=TermsDraft(overlap=overlap, **others))


def move(occurrence, hour: int, minute: int = 0) -> None:
    draft = draft_of_occurrence(occurrence)
    lasts = draft.ends_at - draft.starts_at
    starts = a.tomorrow_at(hour, minute)
    programme.edit_occurrence(
        occurrence=occurrence, draft=replace(draft, starts_at=starts, ends_at=starts + lasts)
    )
    a.publish(occurrence.session.conference.expo)


def two_places(expo):
    """Dunkers and a room that is ten minutes away on foot."""
    far = a.a_room(expo, venue="Dunkers")
    near = a.a_room(expo, venue="Sea U")
    ways.say(venue=far.venue, minutes={near.venue_id: 10})
    return far, near


def test_a_kind_that_warns_lets_people_take_both_when_they_know(conference, ada):
    one, other = a.a_session(conference, title="Rooftops"), a.a_session(conference)
    book_seat(person=ada, occurrence_id=one.id)

    with pytest.raises(Overlap, match="You have a seat in Rooftops at that time") as no:
        book_seat(person=ada, occurrence_id=other.id)
    assert no.value.clashes[0].rule is OverlapRule.WARN
    book_seat(person=ada, occurrence_id=other.id, accept=["overlap"])

    assert [fact.kind for fact in clashes.of_person(ada.id)] == [ClashKind.OVERLAP]
    nothing_is_broken()


@pytest.mark.parametrize("strict", [OverlapRule.SWAP, OverlapRule.FORBID])
def test_a_stricter_kind_on_either_side_cannot_be_accepted_away(conference, ada, strict):
    plenary, workshop = a.a_session(conference, type="plenary"), a.a_session(conference)
    rule(plenary, strict)
    for first, second in ((plenary, workshop), (workshop, plenary)):
        seat = book_seat(person=ada, occurrence_id=first.id)

        with pytest.raises(Overlap) as no:
            book_seat(person=ada, occurrence_id=second.id, accept=["overlap"])

        assert no.value.clashes[0].rule is strict
        cancel(booking=seat)


def test_sessions_of_different_conferences_clash_and_what_follows_at_once_does_not(conference, ada):
    elsewhere = a.a_conference(conference.expo)
    a.a_registration(ada, elsewhere)
    book_seat(person=ada, occurrence_id=a.a_session(conference).id)

    with pytest.raises(Overlap):
        book_seat(person=ada, occurrence_id=a.a_session(elsewhere).id)
    book_seat(person=ada, occurrence_id=a.a_session(elsewhere, **at(10)).id)


def test_the_way_on_foot_is_said_in_words_before_and_after(conference, ada):
    far, near = two_places(conference.expo)
    first = a.a_session(conference, title="Rooftops", room=far)
    second = a.a_session(conference, title="Harbour", room=near, **at(10, 4))
    book_seat(person=ada, occurrence_id=first.id)

    with pytest.raises(Overlap, match="6 minutes late from Dunkers, where you are in Rooftops before"):
        book_seat(person=ada, occurrence_id=second.id)
    cancel(booking=of_person(ada.id)[0])
    book_seat(person=ada, occurrence_id=second.id)
    with pytest.raises(Overlap, match="6 minutes late at Harbour in Sea U afterwards"):
        book_seat(person=ada, occurrence_id=first.id)


def test_a_few_minutes_late_are_let_pass_where_the_kind_says_so(conference, ada):
    far, near = two_places(conference.expo)
    book_seat(person=ada, occurrence_id=a.a_session(conference, room=far).id)
    second = a.a_session(conference, room=near, **at(10, 4))
    rule(second, OverlapRule.FORBID, late_minutes=6)

    book_seat(person=ada, occurrence_id=second.id)


def test_who_has_time_to_walk_is_told_nothing(conference, ada):
    far, near = two_places(conference.expo)
    book_seat(person=ada, occurrence_id=a.a_session(conference, room=far).id)

    book_seat(person=ada, occurrence_id=a.a_session(conference, room=near, **at(10, 10)).id)


def test_without_a_position_or_online_nobody_walks(conference, ada):
    online, _new = places.save_venue(expo=conference.expo, draft=VenueDraft("Stream", is_online=True))
    screen = places.save_room(venue=online, draft=a.RoomDraft("Channel", 500))[0]
    far, _near = two_places(conference.expo)
    book_seat(person=ada, occurrence_id=a.a_session(conference, room=far).id)

    book_seat(person=ada, occurrence_id=a.a_session(conference, room=screen, **at(10)).id)


def breakouts(conference):
    whole = a.a_session(conference, title="Plenary", published=False)
    parts = [a.a_session(conference, published=False) for _number in range(2)]
    for part in parts:
        programme.edit_session(
            session=part.session, draft=draft_of_session(part.session), parent=whole.session
        )
    a.publish(conference.expo)
    return whole, *parts


def test_a_breakout_does_not_clash_with_its_whole_but_with_its_sibling(conference, ada):
    whole, one, other = breakouts(conference)
    book_seat(person=ada, occurrence_id=whole.id)
    book_seat(person=ada, occurrence_id=one.id)

    with pytest.raises(Overlap) as no:
        book_seat(person=ada, occurrence_id=other.id, accept=["overlap"])

    assert [clash.kind for clash in no.value.clashes] == [ClashKind.SIBLINGS]
    nothing_is_broken()


def test_a_breakout_instead_of_the_whole_clashes_with_it(conference, ada):
    whole, one, _other = breakouts(conference)
    programme.edit_session(
        session=one.session,
        draft=replace(draft_of_session(one.session), instead_of_parent=True),
        parent=whole.session,
    )
    a.publish(conference.expo)
    book_seat(person=ada, occurrence_id=whole.id)

    with pytest.raises(Overlap):
        book_seat(person=ada, occurrence_id=one.id)


def test_a_move_makes_a_clash_for_those_who_have_both_and_another_one_ends_it(conference):
    ada, grace = people(conference, 2)
    morning, noon = a.a_session(conference), a.a_session(conference, **at(12))
    for person, occurrence in ((ada, morning), (ada, noon), (grace, noon)):
        book_seat(person=person, occurrence_id=occurrence.id)

    move(noon, 9, 30)

    facts = clashes.of_person(ada.id)
    assert [(fact.kind, fact.release_id is not None) for fact in facts] == [(ClashKind.OVERLAP, True)]
    assert clashes.of_person(grace.id) == []
    assert len(of_person(ada.id)) == 2  # nobody loses a seat by it
    nothing_is_broken()

    move(noon, 13)
    db.session.expire_all()
    assert clashes.of_person(ada.id) == []


def test_a_clash_ends_with_either_seat(conference, ada):
    one, other = a.a_session(conference), a.a_session(conference)
    book_seat(person=ada, occurrence_id=one.id)
    second = book_seat(person=ada, occurrence_id=other.id, accept=["overlap"])

    cancel(booking=second)

    assert clashes.of_person(ada.id) == []


def test_alternatives_have_seats_and_fit_the_agenda(conference):
    ada, *others = people(conference, 3)
    tour = a.a_session(conference, seats=1)
    times = [
        a.programme.create_occurrence(
            session=tour.session,
            draft=replace(draft_of_occurrence(tour), **at(hour), ends_at=a.tomorrow_at(hour + 1)),
        )
        for hour in (11, 13, 15)
    ]
    lunch = a.a_session(conference, **at(11))
    for person, occurrence in zip([others[0], others[1], ada], [tour, times[1], lunch], strict=True):
        book_seat(person=person, occurrence_id=occurrence.id)

    offered = alternatives.of(conference.expo_id, tour.id, person_id=ada.id, tickets={conference.id})

    # 11 clashes with her lunch, 13 is full.
    assert times[2].id in [each.occurrence_id for each in offered]
    assert not {times[0].id, times[1].id, lunch.id} & {each.occurrence_id for each in offered}

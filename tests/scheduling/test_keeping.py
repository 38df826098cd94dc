from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import audit, checks
from expo.core.db import db, transaction
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft, SessionDraft
from expo.programme.models import Conference, Occurrence, Room, Session
from expo.programme.refusals import Clashes
from expo.programme.teams import Rights
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.programme.words import Role, SessionState, Visibility
from expo.scheduling import boards, clashes
from expo.scheduling.models import KeptClash
from expo.scheduling.words import Level
from tests import factories as a
from tests.counting import statements

pytestmark = [pytest.mark.feature("P3"), pytest.mark.usefixtures("app")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def a_draft(conference: Conference) -> Session:
    return actions.create_session(conference=conference, draft=SessionDraft(title="Draft", type="talk"))


def at(
    occurrence: Occurrence, minutes: int = 0, lasting: int = 60, room: Room | None = None
) -> OccurrenceDraft:
    assert occurrence.starts_at is not None
    starts_at = occurrence.starts_at + timedelta(minutes=minutes)
    room_id = room.id if room else occurrence.room_id
    return OccurrenceDraft(starts_at, starts_at + timedelta(minutes=lasting), room_id, 10)


def confirm(session: Session, keep: str = "") -> None:
    draft = draft_of_session(session)
    actions.edit_session(
        session=session,
        draft=SessionDraft(title=draft.title, type=draft.type, state=SessionState.CONFIRMED),
        keep=keep,
    )


def test_a_room_holds_one_thing_at_a_time():
    first = a.a_session()
    second = a.a_session(first.session.conference)

    with pytest.raises(Clashes) as no:
        actions.edit_occurrence(occurrence=second, draft=at(first, minutes=59))

    (clash,) = no.value.facts["clashes"]
    assert (clash.other.code, clash.subject) == (first.code, first.room.name)
    assert second.room_id != first.room_id
    nothing_is_broken()


def test_what_ends_when_the_other_begins_is_over():
    first = a.a_session()
    second = a.a_session(first.session.conference)

    actions.edit_occurrence(occurrence=second, draft=at(first, minutes=60))

    assert clashes.of_session(second.session) == []
    nothing_is_broken()


def test_a_room_that_may_hold_three_holds_three():
    first = a.a_session()
    with transaction():
        first.room.parallel_items = 3
    others = [a.a_session(first.session.conference) for _number in range(3)]

    actions.edit_occurrence(occurrence=others[0], draft=at(first))
    actions.edit_occurrence(occurrence=others[1], draft=at(first))
    with pytest.raises(Clashes) as no:
        actions.edit_occurrence(occurrence=others[2], draft=at(first))

    assert len(no.value.facts["clashes"]) == 3
    nothing_is_broken()


def test_nobody_is_in_two_places_in_whatever_conferences():
    first = a.a_session()
    expo = first.session.conference.expo
    elsewhere = a.a_session(a.a_conference(expo))
    ada = a.a_speaker(expo, "Ada Lovelace")
    actions.bill(session=first.session, billings=[Billing(ada.id, "chair")])

    with pytest.raises(Clashes) as no:
        actions.bill(session=elsewhere.session, billings=[Billing(ada.id, "guide")])

    assert [clash.subject for clash in no.value.facts["clashes"]] == ["Ada Lovelace"]
    assert programme.appearances(elsewhere.session_id) == []
    nothing_is_broken()


def test_a_role_that_does_not_count_makes_no_clash():
    first = a.a_session()
    expo = first.session.conference.expo
    elsewhere = a.a_session(a.a_conference(expo))
    ada = a.a_speaker(expo)
    actions.bill(session=first.session, billings=[Billing(ada.id, "interpreter")])
    with transaction():
        programme.appearances(first.session_id)[0].role.counts = False

    actions.bill(session=elsewhere.session, billings=[Billing(ada.id, "guide")])

    nothing_is_broken()


def test_two_times_of_one_tour_clash_too():
    tour = a.a_session()

    with pytest.raises(Clashes):
        actions.create_occurrence(session=tour.session, draft=at(tour, minutes=30))


def test_a_draft_is_warned_and_refused_only_when_it_is_confirmed():
    first = a.a_session()
    draft = a_draft(first.session.conference)
    actions.create_occurrence(session=draft, draft=at(first))

    assert [clash.level for clash in clashes.of_session(draft)] == [Level.WARN]
    with pytest.raises(Clashes):
        confirm(draft)
    nothing_is_broken()


def test_a_cancelled_time_takes_no_room_and_cannot_simply_come_back():
    first = a.a_session()
    second = a.a_session(first.session.conference)
    actions.cancel_occurrence(occurrence=first, why="rain")
    actions.edit_occurrence(occurrence=second, draft=at(first))

    with pytest.raises(Clashes):
        actions.restore_occurrence(occurrence=first)
    actions.restore_occurrence(occurrence=first, keep="they share the stage")

    assert first.cancelled_at is None
    nothing_is_broken()


def test_a_named_organiser_keeps_a_clash_with_a_reason():
    first = a.a_session()
    second = a.a_session(first.session.conference)

    with audit.acting("account:7"):
        actions.edit_occurrence(occurrence=second, draft=at(first), keep="One stage, two halves")

    entry = next(entry for entry in audit.history("occurrence", second.id) if entry.action == "clash_kept")
    assert (entry.actor, entry.why) == ("account:7", "One stage, two halves")
    assert [clash.reason for clash in clashes.of_session(first.session)] == ["One stage, two halves"]
    nothing_is_broken()


def test_what_is_kept_may_be_saved_again_without_asking():
    first = a.a_session()
    second = a.a_session(first.session.conference)
    actions.edit_occurrence(occurrence=second, draft=at(first), keep="One stage")

    draft = draft_of_occurrence(first)
    actions.edit_occurrence(
        occurrence=first, draft=OccurrenceDraft(draft.starts_at, draft.ends_at, draft.room_id, seats=5)
    )

    assert first.seats == 5
    nothing_is_broken()


def test_a_kept_clash_lapses_when_one_of_the_two_is_moved():
    first = a.a_session()
    second = a.a_session(first.session.conference)
    actions.edit_occurrence(occurrence=second, draft=at(first), keep="One stage")

    with pytest.raises(Clashes):
        actions.edit_occurrence(occurrence=second, draft=at(first, minutes=15))

    actions.edit_occurrence(occurrence=second, draft=at(first, minutes=15), keep="Still one stage")
    assert db.session.query(KeptClash).count() == 1
    nothing_is_broken()


def test_a_third_in_a_kept_place_needs_its_own_reason():
    first = a.a_session()
    second, third = (a.a_session(first.session.conference) for _number in range(2))
    actions.edit_occurrence(occurrence=second, draft=at(first), keep="One stage")

    with pytest.raises(Clashes) as no:
        actions.edit_occurrence(occurrence=third, draft=at(first))
    assert len(no.value.facts["clashes"]) == 2
    actions.edit_occurrence(occurrence=third, draft=at(first), keep="A festival")

    nothing_is_broken()


def test_verify_finds_a_clash_that_came_in_by_another_way():
    first = a.a_session()
    second = a.a_session(first.session.conference)
    with transaction():
        second.room_id = first.room_id

    broken = [found for promise, found in checks.broken() if promise.rule == "4"]

    assert len(broken) == 1
    assert first.code in broken[0]


def test_what_another_team_keeps_hidden_is_not_named():
    first = a.a_session(title="Royal visit", visibility=Visibility.HIDDEN)
    expo = first.session.conference.expo
    second = a.a_session(a.a_conference(expo))
    actions.edit_occurrence(occurrence=second, draft=at(first), keep="They know")
    (clash,) = clashes.of_session(second.session)
    own = Rights(at={second.session.conference_id: frozenset({Role.SCHEDULER})})

    assert "Royal visit" not in clashes.sentence(clash, own)
    assert "Royal visit" in clashes.sentence(clash, Rights(frozenset({Role.SCHEDULER})))


def test_the_clashes_of_a_tour_are_found_with_the_same_queries_for_one_and_thirty_times():
    tour = a.a_session()
    expo = tour.session.conference.expo
    boards.forget()
    with statements() as one:
        clashes.of_session(tour.session)
    for number in range(1, 30):
        actions.create_occurrence(session=tour.session, draft=at(tour, minutes=60 * number))
        a.a_session(a.a_conference(expo), published=False)
    db.session.refresh(tour.session)
    with statements() as kept:
        clashes.of_session(tour.session)
    boards.forget()
    with statements() as thirty:
        clashes.of_session(tour.session)

    assert len(thirty) == len(one) == 18
    assert len(kept) == 0

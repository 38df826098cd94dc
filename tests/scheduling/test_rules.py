"""Each rule, broken and kept, over times, zones, rooms and people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from expo.core import checks
from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.programme import actions, naming, places
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft, RoomDraft, VenueDraft
from expo.programme.hours import Hours
from expo.programme.models import Occurrence, Room
from expo.programme.refusals import Clashes
from expo.programme.teams import Rights
from expo.programme.values import draft_of_occurrence
from expo.scheduling import blocks, boards, clashes, demand, levels, needs
from expo.scheduling.blocks import BlockDraft
from expo.scheduling.needs import NeedsDraft
from expo.scheduling.refusals import NotToBePublished, RoomTaken
from expo.scheduling.words import BlockKind, ClashRule, Level
from expo.speakers.models import Availability, AvailabilitySource
from tests import factories as a
from tests.factories import tomorrow_at

pytestmark = [pytest.mark.feature("P3"), pytest.mark.usefixtures("app")]

HOUR = timedelta(hours=1)
# Allen's thirteen relations of [10, 12): the other's start and end in hours, and whether they clash.
RELATIONS = {
    "before": (7, 9, False), "meets": (8, 10, False), "overlaps": (9, 11, True), "starts": (10, 11, True),
    "during": (10.5, 11.5, True), "finishes": (11, 12, True), "equals": (10, 12, True),
    "finished by": (9, 12, True), "contains": (9, 13, True), "started by": (10, 13, True),
    "overlapped by": (11, 13, True), "met by": (12, 14, False), "after": (13, 15, False),
}  # fmt: skip
everywhere = ZoneInfo("Pacific/Auckland")


def rules_of(occurrence: Occurrence, *, open_only: bool = True) -> set[ClashRule]:
    board = boards.with_demand(occurrence.expo_id)
    found = clashes.find(board, [occurrence.id])
    return {clash.rule for clash in found if clash.open or not open_only}


def strict(expo: Expo, rule: ClashRule, level: Level, number: int | None = None) -> None:
    levels.say(expo=expo, conference=None, said={rule: (level, number)})


def with_hours(room: Room, opens: int, closes: int) -> None:
    hours = Hours(tuple(((opens * 60, closes * 60),) for _day in range(7)))
    places.save_room(venue=room.venue, room=room, draft=replace(places.draft_of_room(room), hours=hours))


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("same_conference", [True, False])
def test_of_thirteen_relations_nine_clash_in_a_room_and_for_a_person(relation: str, same_conference: bool):
    starts, ends, clash = RELATIONS[relation]
    day = tomorrow_at(0)
    one = a.a_session(starts_at=day + 10 * HOUR, minutes=120, published=False)
    conference = one.session.conference
    elsewhere = (
        conference if same_conference else a.a_conference(conference.expo, time_zone="Pacific/Auckland")
    )
    # Told in another zone: a moment is a moment.
    span = [(day + hours * HOUR).astimezone(everywhere) for hours in (starts, ends)]
    for what in ("room", "person"):
        other = a.a_session(elsewhere, starts_at=day + 20 * HOUR, published=False)
        if what == "person":
            ada = a.a_speaker(conference.expo)
            for each in (one, other):
                actions.bill(session=each.session, billings=[Billing(ada.id, "chair")])
        wanted = replace(
            draft_of_occurrence(other), starts_at=span[0], ends_at=span[1],
            room_id=one.room_id if what == "room" else other.room_id,
        )  # fmt: skip
        if clash:
            with pytest.raises(Clashes) as no:
                actions.edit_occurrence(occurrence=other, draft=wanted)
            assert {found.rule for found in no.value.facts["clashes"]} == {ClashRule(what)}
        else:
            actions.edit_occurrence(occurrence=other, draft=wanted)
            actions.edit_occurrence(
                occurrence=other, draft=replace(wanted, starts_at=day + 20 * HOUR, ends_at=day + 21 * HOUR)
            )
    assert list(checks.broken()) == []


@pytest.mark.parametrize(
    ("night", "hour", "clash"),
    [
        # In spring 01:30–03:30 lasts an hour; half past two does not exist.
        (date(2027, 3, 28), 3, True), (date(2027, 3, 28), 4, False),
        # In autumn 01:30–03:30 lasts three; half past two is there twice.
        (date(2026, 10, 25), 2, True), (date(2026, 10, 25), 4, False),
    ],
)  # fmt: skip
def test_on_the_nights_on_which_the_clocks_change_what_touches_is_no_clash(
    night: date, hour: int, clash: bool
):
    zone = ZoneInfo("Europe/Stockholm")
    expo = a.an_expo(starts_on=night - timedelta(days=1), ends_on=night + timedelta(days=1))
    one = a.a_session(
        a.a_conference(expo),
        starts_at=datetime(night.year, night.month, night.day, 1, 30, tzinfo=zone),
        published=False,
    )
    until = datetime(night.year, night.month, night.day, 3, 30, tzinfo=zone).astimezone(UTC)
    actions.edit_occurrence(occurrence=one, draft=replace(draft_of_occurrence(one), ends_at=until))
    other = a.a_session(one.session.conference, starts_at=tomorrow_at(1), published=False)
    starts = datetime(night.year, night.month, night.day, hour, 30 if hour == 3 and clash else 0, tzinfo=zone)
    starts = starts - HOUR / 4 if hour == 3 else starts
    wanted = replace(
        draft_of_occurrence(other),
        starts_at=starts,
        ends_at=starts.astimezone(UTC) + HOUR,
        room_id=one.room_id,
    )
    if clash:
        with pytest.raises(Clashes):
            actions.edit_occurrence(occurrence=other, draft=wanted)
    else:
        actions.edit_occurrence(occurrence=other, draft=wanted)


def test_a_room_is_used_while_it_is_open_and_a_reason_lapses_with_its_hours():
    talk = a.a_session(starts_at=tomorrow_at(9), published=False)
    assert talk.room is not None
    with_hours(talk.room, 8, 18)
    late = replace(draft_of_occurrence(talk), starts_at=tomorrow_at(17), ends_at=tomorrow_at(18))

    with pytest.raises(Clashes) as no:
        actions.edit_occurrence(occurrence=talk, draft=late)
    assert [found.rule for found in no.value.facts["clashes"]] == [ClashRule.HOURS]
    actions.edit_occurrence(occurrence=talk, draft=late, keep="The janitor stays")
    assert rules_of(talk) == set()

    with_hours(talk.room, 9, 17)
    # What was there before the hours changed stays, in the name of who changed them; and is on the list.
    assert [found.reason for found in clashes.of_session(talk.session)] == [
        "The place was changed after this was scheduled."
    ]
    assert list(checks.broken()) == []


def test_between_two_sessions_a_room_is_made_ready():
    one = a.a_session(published=False)
    expo = one.session.conference.expo
    other = a.a_session(one.session.conference, starts_at=tomorrow_at(15), published=False)
    strict(expo, ClashRule.TURNAROUND, Level.BLOCK, 15)
    after = replace(
        draft_of_occurrence(other),
        starts_at=tomorrow_at(10, 10),
        ends_at=tomorrow_at(11),
        room_id=one.room_id,
    )

    with pytest.raises(Clashes) as no:
        actions.edit_occurrence(occurrence=other, draft=after)
    assert [found.rule for found in no.value.facts["clashes"]] == [ClashRule.TURNAROUND]
    actions.edit_occurrence(occurrence=other, draft=replace(after, starts_at=tomorrow_at(10, 15)))
    assert list(checks.broken()) == []


def test_what_is_reserved_takes_only_its_own_and_no_reason_breaks_it():
    mine = a.a_session(published=False)
    expo, room = mine.session.conference.expo, mine.room
    assert room is not None
    hall = a.a_room(expo)
    other = a.a_session(a.a_conference(expo), published=False)
    blocks.hold(expo=expo, room=hall, conference=mine.session.conference,
                draft=BlockDraft(BlockKind.RESERVED, tomorrow_at(8), tomorrow_at(12), "Dialogue"))  # fmt: skip
    there = replace(draft_of_occurrence(other), room_id=hall.id)

    with pytest.raises(Clashes):
        actions.edit_occurrence(occurrence=other, draft=there, keep="We were here first")
    actions.edit_occurrence(occurrence=mine, draft=replace(draft_of_occurrence(mine), room_id=hall.id))
    with pytest.raises(RoomTaken):
        blocks.hold(expo=expo, room=hall, conference=other.session.conference,
                    draft=BlockDraft(BlockKind.RESERVED, tomorrow_at(11), tomorrow_at(13)))  # fmt: skip
    with pytest.raises(RoomTaken):
        blocks.hold(expo=expo, room=hall, conference=None,
                    draft=BlockDraft(BlockKind.SET_UP, tomorrow_at(9), tomorrow_at(10)))  # fmt: skip
    (block,) = blocks.every(expo.id)
    blocks.free(block=block)
    later = replace(there, starts_at=tomorrow_at(10), ends_at=tomorrow_at(11))
    actions.edit_occurrence(occurrence=other, draft=later)
    assert list(checks.broken()) == []


def two_of_one_speaker(gap: int, *, far: bool = False) -> tuple[Occurrence, Occurrence]:
    one = a.a_session(published=False)
    expo = one.session.conference.expo
    room = a.a_room(expo, venue="Dunkers")
    for name, east in (("Sea U", 12.69), ("Dunkers", 12.71 if far else 12.69)):
        venue = next(each for each in programme.venues(expo.id) if each.name == name)
        draft = VenueDraft(name, city=expo.city, latitude=56.04, longitude=east)
        places.save_venue(expo=expo, venue=venue, draft=draft)
    other = a.a_session(
        one.session.conference, starts_at=tomorrow_at(10) + timedelta(minutes=gap), room=room, published=False
    )
    ada = a.a_speaker(expo)
    for each in (one, other):
        actions.bill(session=each.session, billings=[Billing(ada.id, "chair")])
    return one, other


def test_who_appears_in_two_venues_has_time_to_walk_and_a_pause():
    assert rules_of(two_of_one_speaker(10, far=True)[0]) == {ClashRule.TRAVEL}
    assert rules_of(two_of_one_speaker(40, far=True)[0]) == set()
    assert rules_of(two_of_one_speaker(0)[1]) == {ClashRule.BACK_TO_BACK}


def test_a_speaker_who_cannot_come_stops_publishing_until_somebody_says_why():
    one, _other = two_of_one_speaker(60)
    (appearance,) = programme.appearances(one.session_id)
    with transaction():
        db.session.add(
            Availability(expo_id=one.expo_id, speaker_id=appearance.speaker_id, source=AvailabilitySource.SAID,
                         starts_at=tomorrow_at(9, 30), ends_at=tomorrow_at(10))
        )  # fmt: skip
    expo = one.session.conference.expo
    assert rules_of(one) == {ClashRule.AVAILABILITY}
    with pytest.raises(NotToBePublished):
        a.publish(expo)

    (clash,) = [found for found in clashes.of_session(one.session) if found.rule is ClashRule.AVAILABILITY]
    clashes.acknowledge(
        expo=expo, key=clash.key, conference_ids=[one.session.conference_id], reason="She sends a film"
    )
    a.publish(expo)

    actions.edit_occurrence(
        occurrence=one, draft=replace(draft_of_occurrence(one), starts_at=tomorrow_at(8, 45))
    )
    assert rules_of(one) == {ClashRule.AVAILABILITY}  # other facts: asked again


def test_nobody_appears_more_often_in_a_day_than_they_can_bear():
    first = a.a_session(starts_at=tomorrow_at(5), published=False)
    expo = first.session.conference.expo
    ada = a.a_speaker(expo)
    rows = [
        first,
        *(
            a.a_session(first.session.conference, starts_at=tomorrow_at(5 + 2 * n), published=False)
            for n in (1, 2, 3, 4)
        ),
    ]
    for row in rows[:4]:
        actions.bill(session=row.session, billings=[Billing(ada.id, "guide")])
    assert rules_of(first) == set()
    actions.bill(session=rows[4].session, billings=[Billing(ada.id, "guide")])
    assert rules_of(first) == {ClashRule.PER_DAY}


def test_what_a_room_offers_is_held_against_what_is_needed():
    talk = a.a_session(published=False, interpretation=(("sv", "en"),))
    room = talk.room
    assert room is not None
    needs.say(session=talk.session, draft=NeedsDraft(expected=600, step_free=True))
    places.save_room(venue=room.venue, room=room, draft=RoomDraft(room.name, 500, "hearing loop"))
    assert rules_of(talk) == {ClashRule.CAPACITY, ClashRule.STEP_FREE, ClashRule.LANGUAGE}

    places.save_room(
        venue=room.venue, room=room, draft=RoomDraft(room.name, 700, "step-free; interpreter booths")
    )
    assert rules_of(talk) == set()
    # A block says how the room is furnished then.
    expo = talk.session.conference.expo
    blocks.hold(expo=expo, room=room, conference=talk.session.conference,
                draft=BlockDraft(BlockKind.RESERVED, tomorrow_at(8), tomorrow_at(12), "Banquet", 300))  # fmt: skip
    assert rules_of(talk) == {ClashRule.CAPACITY}


def test_what_many_wait_for_is_too_small(monkeypatch: pytest.MonkeyPatch):
    talk = a.a_session(published=False)
    monkeypatch.setattr(demand, "_minds", [lambda _expo: {talk.id: 501}])

    assert rules_of(talk) == {ClashRule.CAPACITY}


def test_order_plenaries_and_audiences_are_warned_of():
    basics = a.a_session(published=False)
    conference = basics.session.conference
    advanced = a.a_session(conference, published=False)
    needs.say(session=advanced.session, draft=NeedsDraft(after=(basics.session.code,), audience="mayors"))
    needs.say(session=basics.session, draft=NeedsDraft(is_plenary=True, audience="mayors"))

    assert rules_of(advanced) == {ClashRule.ORDER, ClashRule.PLENARY, ClashRule.AUDIENCE}
    later = replace(draft_of_occurrence(advanced), starts_at=tomorrow_at(10), ends_at=tomorrow_at(11))
    actions.edit_occurrence(occurrence=advanced, draft=later)
    assert rules_of(advanced) == set()


def test_a_conference_says_for_itself_how_strict_a_rule_is():
    talk = a.a_session(published=False)
    conference = talk.session.conference
    needs.say(session=talk.session, draft=NeedsDraft(expected=600))
    levels.say(expo=conference.expo, conference=conference, said={ClashRule.CAPACITY: (Level.OFF, None)})
    assert rules_of(talk) == set()
    levels.say(expo=conference.expo, conference=conference, said={ClashRule.CAPACITY: (Level.RELEASE, None)})
    (clash,) = clashes.of_session(talk.session)
    assert clash.level is Level.RELEASE
    levels.say(expo=conference.expo, conference=conference, said={ClashRule.CAPACITY: None})
    assert clashes.of_session(talk.session)[0].level is Level.WARN


def test_each_clash_has_a_sentence():
    one, other = two_of_one_speaker(0)
    needs.say(session=other.session, draft=NeedsDraft(expected=600, after=(one.session.code,)))
    sooner = OccurrenceDraft(tomorrow_at(9, 30), tomorrow_at(11), one.room_id)
    actions.edit_occurrence(occurrence=other, draft=sooner, keep="To hear them")
    told = {found.rule: clashes.sentence(found, Rights()) for found in clashes.of_session(other.session)}
    assert set(told) == {ClashRule.ROOM, ClashRule.PERSON, ClashRule.CAPACITY, ClashRule.ORDER}
    assert all(text.endswith(".") and "%" not in text for text in told.values())


def test_a_role_that_begins_to_count_breaks_no_promise_and_what_stood_is_kept_until_it_moves():
    one = a.a_session(published=False)
    other = a.a_session(one.session.conference, published=False)
    guide = places.find_or_create_role(one.session.conference.expo, "Onlooker")
    naming.count_in_clashes(role=guide, counts=False)
    ada = a.a_speaker(one.session.conference.expo)
    for each in (one, other):
        actions.bill(session=each.session, billings=[Billing(ada.id, guide.slug)])
    naming.count_in_clashes(role=guide, counts=True)
    assert list(checks.broken()) == []
    assert ClashRule.PERSON in rules_of(one, open_only=False)
    with pytest.raises(Clashes):
        actions.edit_occurrence(
            occurrence=one, draft=replace(draft_of_occurrence(one), starts_at=one.starts_at - HOUR / 2)
        )


def test_a_speaker_who_cannot_any_more_is_found_and_refused_nothing():
    talk = a.a_session(published=False)
    expo = talk.session.conference.expo
    ada = a.a_speaker(expo)
    actions.bill(session=talk.session, billings=[Billing(ada.id, "chair")])
    strict(expo, ClashRule.AVAILABILITY, Level.BLOCK)
    with transaction():
        db.session.add(
            Availability(
                expo_id=expo.id, speaker_id=ada.id, starts_at=talk.starts_at, ends_at=talk.ends_at,
                source=AvailabilitySource.SAID,
            )
        )  # fmt: skip
    assert ClashRule.AVAILABILITY in rules_of(talk)
    assert list(checks.broken()) == []

"""Who works at the doors, and what only supervisors may do there."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.badge import actions as badge_actions
from expo.badge import code as badge_code
from expo.badge import passes
from expo.badge import queries as badges
from expo.checkin import actions, attentions, crew, occupancy, queries, search, undoing
from expo.checkin.crew_models import CrewMember, CrewRole
from expo.checkin.models import Device, DeviceGate, Direction, Scan, Verdict
from expo.checkin.refusals import NothingToUndo, SupervisorNeeded, UndoneAlready, WrongPin
from expo.core import clock, limits
from expo.core.db import db, transaction
from expo.core.refusals import BadInput, NotFound, TooOften
from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.checkin import doors

pytestmark = [pytest.mark.feature("D10"), pytest.mark.usefixtures("app")]


def somebody(
    expo: Expo,
    role: CrewRole = CrewRole.SUPERVISOR,
    conference: Conference | None = None,
    name: str = "Sofia",
) -> tuple[CrewMember, str]:
    now = clock.now()
    return crew.add_member(
        expo_id=expo.id,
        conference_id=conference and conference.id,
        name=name,
        role=role,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )


@pytest.fixture
def place():
    """A gate with its scanner, at which a supervisor works."""
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gate = doors.a_gate(zone)
    device, token = doors.a_device(gate)
    _member, pin = somebody(conference.expo)
    crew.start_shift(device=device, pin=pin)
    return conference, zone, doors.Door(gate.id, token), device


@pytest.mark.feature("D2")
def test_a_conferences_crew_works_at_its_doors_and_at_no_others():
    mine = a.a_conference()
    other = a.a_conference(mine.expo)
    hall, shared = doors.a_zone(mine.expo, mine), doors.a_zone(mine.expo, mine, other)
    room = doors.a_zone(mine.expo, inside=hall)
    theirs = doors.a_zone(mine.expo, other)
    member, pin = somebody(mine.expo, conference=mine)
    _whole, everywhere = somebody(mine.expo)

    for zones, opens in (
        ([hall], True),
        ([room], True),
        ([shared], True),
        ([theirs], False),
        ([hall, theirs], False),
    ):
        device, _token = doors.a_device(*(doors.a_gate(zone) for zone in zones))
        if opens:
            assert crew.start_shift(device=device, pin=pin) == member
        else:
            with pytest.raises(WrongPin):
                crew.start_shift(device=device, pin=pin)
            assert crew.on_duty(device) is None
        crew.start_shift(device=device, pin=everywhere)
    assert crew.members(mine.expo_id, [mine.id]) == [member]
    assert crew.members(mine.expo_id, [other.id]) == []
    assert len(crew.members(mine.expo_id)) == 2


@pytest.mark.feature("D2")
def test_a_shift_ends_when_its_doors_are_the_conferences_no_more_and_none_begins_without_a_door():
    mine = a.a_conference()
    hall, foyer = doors.a_zone(mine.expo, mine), doors.a_zone(mine.expo, mine)
    _member, pin = somebody(mine.expo, conference=mine)
    at_hall, at_foyer = (doors.a_device(doors.a_gate(zone))[0] for zone in (hall, foyer))
    for device in (at_hall, at_foyer):
        crew.start_shift(device=device, pin=pin)

    actions.close_zone(zone=hall, conference=mine)

    assert crew.on_duty(at_hall) is None
    assert crew.on_duty(at_foyer) is not None
    crew.end_shift(device=at_foyer)
    with transaction():
        db.session.execute(sa.delete(DeviceGate).where(DeviceGate.device_id == at_foyer.id))
    with pytest.raises(WrongPin):
        crew.start_shift(device=at_foyer, pin=pin)


@pytest.mark.feature("D2")
def test_a_pin_begins_a_shift_and_another_ends_it(place):
    conference, _zone, _door, device = place
    _steward, pin = somebody(conference.expo, CrewRole.STEWARD)

    crew.start_shift(device=device, pin=pin)

    assert crew.on_duty(device).role is CrewRole.STEWARD
    with pytest.raises(SupervisorNeeded):
        crew.supervisor(device)
    crew.end_shift(device=device)
    assert crew.on_duty(device) is None


def test_a_pin_opens_nothing_before_its_days_after_them_or_once_it_was_ended(place):
    conference, _zone, _door, device = place
    member, pin = somebody(conference.expo)

    with doors.later(days=2), pytest.raises(WrongPin):
        crew.start_shift(device=device, pin=pin)
    crew.start_shift(device=device, pin=pin)
    with doors.later(days=2):
        assert crew.on_duty(device) is None
    crew.end_member(member=member)
    assert crew.on_duty(device) is None
    with pytest.raises(WrongPin):
        crew.start_shift(device=device, pin=pin)


def test_a_pin_is_of_one_expo_and_cannot_be_tried_out(place):
    _conference, _zone, _door, device = place
    _member, pin = somebody(a.an_expo())
    with pytest.raises(WrongPin):
        crew.start_shift(device=device, pin=pin)
    with pytest.raises(TooOften):
        for _try in range(12):
            with pytest.raises(WrongPin):
                crew.start_shift(device=device, pin="no pin")


def test_a_stolen_scanner_has_forty_tries_a_day(place):
    conference, _zone, _door, device = place
    _member, pin = somebody(conference.expo)
    for quarter in range(4):
        limits.forget("door_pin", f"device:{device.id}")  # a quarter of an hour has passed
        for _try in range(10):
            with pytest.raises(WrongPin):
                crew.start_shift(device=device, pin=f"no {quarter}")

    limits.forget("door_pin", f"device:{device.id}")
    with pytest.raises(TooOften) as refused:
        crew.start_shift(device=device, pin=pin)  # nor does the right one open it now
    assert refused.value.retry_after > 23 * 3600


def test_a_supervisor_lets_in_against_a_rule_and_a_steward_does_not(place):
    conference, _zone, door, device = place
    stranger = doors.code_of(doors.a_delegate(a.a_conference(conference.expo)))
    why = {"by": "Sofia", "reason": "guest of the mayor"}

    assert door.scan(stranger).reason == "no_ticket"
    answer = door.scan(stranger, override=why)

    assert (answer.verdict, answer.reason) == (Verdict.ADMITTED, "override")
    crew.end_shift(device=device)
    assert door.scan(stranger, override=why).verdict is Verdict.REFUSED
    doors.nothing_is_broken()


def test_what_was_let_in_without_network_is_of_who_worked_there_then(place):
    conference, _zone, door, device = place
    _other, pin = somebody(conference.expo, name="Olle")
    strangers = [doors.code_of(doors.a_delegate(a.a_conference(conference.expo))) for _guest in range(2)]
    began = clock.real_now()
    with doors.later(minutes=20):
        crew.end_shift(device=device)
    with doors.later(minutes=40):
        crew.start_shift(device=device, pin=pin)

        def uploaded(code: str, minutes: int) -> Verdict:
            return door.scan(
                code,
                offline=True,
                scanned_at=began - timedelta(minutes=40 - minutes),
                override={"by": "supervisor", "reason": "guest of the mayor"},
            ).verdict

        during, after = uploaded(strangers[0], 10), uploaded(strangers[1], 30)

    assert (during, after) == (Verdict.ADMITTED, Verdict.REFUSED)
    [let_in] = db.session.scalars(sa.select(Scan).where(Scan.verdict == Verdict.ADMITTED))
    assert let_in.details["by"] == "Sofia"
    doors.nothing_is_broken()


def test_nobody_lets_in_a_badge_that_was_ended(place):
    conference, _zone, door, _device = place
    person = doors.a_delegate(conference)
    code = doors.code_of(person)
    badge_actions.revoke(badge=badges.active_badge(person.expo_id, person.id), reason="stolen")

    assert door.scan(code, override={"by": "Sofia", "reason": "x"}).reason == "revoked"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Åsa Öberg", "oberg"),
        ("Маріям Джалілі", "мар"),
        ("جليلي مريم", "مري"),
        ("王小明", "王小"),
        ("Ada Nilsson", "nils ada"),
    ],
)
def test_people_are_found_by_three_letters_in_any_script(place, name: str, said: str):
    conference, _zone, door, device = place
    person = doors.a_delegate(conference, name)
    doors.a_delegate(conference, "Somebody Else")

    [found] = search.find(device=device, by=crew.supervisor(device), said=said)

    assert (found.name, found.code) == (name, doors.code_of(person))
    assert door.scan(found.code).verdict is Verdict.ADMITTED


def test_two_letters_find_nobody_and_the_spoken_code_finds_one(place):
    conference, _zone, _door, device = place
    person = doors.a_delegate(conference, "Ada Nilsson")
    badge = badges.active_badge(person.expo_id, person.id)
    doors.a_delegate(a.a_conference(), "Ada Nilsson")  # of another expo
    doors.a_delegate(a.a_conference(conference.expo), "Ada Nilsson")  # of another team's conference

    with pytest.raises(BadInput):
        search.find(device=device, by=crew.supervisor(device), said="ad")
    said = badge_code.spoken(badge.random)
    by_code = search.find(device=device, by=crew.supervisor(device), said=f"{said[:4]} {said[4:]}".lower())
    by_name = search.find(device=device, by=crew.supervisor(device), said="Ada")

    assert by_code == by_name
    assert [one.name for one in by_name] == ["Ada Nilsson"]


def test_names_of_eight_letters_do_not_use_up_the_tries_of_spoken_codes(place):
    conference, _zone, _door, device = place
    doors.a_delegate(conference, "Bo Lindgren")
    person = doors.a_delegate(conference, "Ada Nilsson")
    badge = badges.active_badge(person.expo_id, person.id)
    by = crew.supervisor(device)

    for _guest in range(25):
        [found] = search.find(device=device, by=by, said="Lindgren")
        assert found.name == "Bo Lindgren"
    [found] = search.find(device=device, by=by, said=badge_code.spoken(badge.random))

    assert found.name == "Ada Nilsson"
    with pytest.raises(TooOften):  # what is neither name nor code counts
        for _guess in range(20):
            assert search.find(device=device, by=by, said="AAAA2222") == []


def test_a_scan_is_taken_back_once_by_a_scan_that_stays(place):
    conference, zone, door, device = place
    by, code = crew.supervisor(device), doors.code_of(doors.a_delegate(conference))
    sent = door.sent(code)
    first, undo_id = door.scan(code, id=sent.id), str(uuid.uuid4())

    undone = undoing.undo(device=device, by=by, scan_id=first.id, undo_id=undo_id, reason="wrong person")

    assert (undone.direction, undone.moved) == (Direction.OUT, -1)
    assert queries.inside_by_zone(conference.expo) == {zone.id: 0} or not queries.inside_by_zone(
        conference.expo
    )
    again = undoing.undo(device=device, by=by, scan_id=first.id, undo_id=undo_id, reason="wrong person")
    assert again.id == undo_id
    with pytest.raises(UndoneAlready):
        undoing.undo(device=device, by=by, scan_id=first.id, undo_id=str(uuid.uuid4()), reason="once more")
    assert door.scan(code).verdict is Verdict.ADMITTED
    doors.nothing_is_broken()


def test_what_moved_nobody_or_happened_at_another_gate_is_not_taken_back(place):
    conference, zone, door, device = place
    by, code = crew.supervisor(device), doors.code_of(doors.a_delegate(conference))
    other = doors.a_door(zone)
    elsewhere = other.scan(code)
    twice = door.scan(code)
    assert twice.verdict is Verdict.ALREADY_IN

    for scan, no in ((twice.id, NothingToUndo), (elsewhere.id, NotFound), (str(uuid.uuid4()), NotFound)):
        with pytest.raises(no):
            undoing.undo(device=device, by=by, scan_id=scan, undo_id=str(uuid.uuid4()), reason="why not")
    left = door.scan(code, direction=Direction.OUT)
    undoing.undo(device=device, by=by, scan_id=left.id, undo_id=str(uuid.uuid4()), reason="did not leave")
    assert queries.inside_by_zone(conference.expo) == {zone.id: 1}
    doors.nothing_is_broken()


@pytest.mark.feature("D14")
def test_a_note_is_shown_at_every_scan_until_it_is_ended(place):
    conference, _zone, door, _device = place
    person = doors.a_delegate(conference)
    attentions.put(person=person, text="Give the headset", blocks=False)

    first = door.scan(doors.code_of(person))
    attentions.end(person=person)
    door.scan(doors.code_of(person), direction=Direction.OUT)

    assert (first.verdict, first.attention) == (Verdict.ADMITTED, "Give the headset")
    assert door.scan(doors.code_of(person)).attention is None


@pytest.mark.feature("D14")
def test_a_badge_is_blocked_without_cancelling_and_follows_the_person(place):
    conference, _zone, door, device = place
    person = doors.a_delegate(conference)
    attentions.put(person=person, text="Call the police", blocks=True)
    badge_actions.replace(badge=badges.active_badge(person.expo_id, person.id))

    answer = door.scan(doors.code_of(person))
    by_hand = door.scan(doors.code_of(person), override={"by": "Sofia", "reason": "settled"})

    assert (answer.verdict, answer.reason, answer.attention) == (
        Verdict.REFUSED,
        "blocked",
        "Call the police",
    )
    assert by_hand.verdict is Verdict.ADMITTED
    crew.end_shift(device=device)


@pytest.mark.feature("D6")
def test_a_refusal_speaks_the_delegates_language_and_says_the_amount(place):
    conference, _zone, door, _device = place
    person = a.a_person(conference.expo)
    with transaction():
        person.language = "sv"
    badge_actions.issue(expo_id=person.expo_id, person_id=person.id)
    priced = a.a_ticket_type(conference, price_minor=45000)
    assert a.a_registration(person, conference, priced).state is RegistrationState.APPROVED

    sent = door.sent(doors.code_of(person))
    answer = door.scan(sent.code, id=sent.id, scanned_at=sent.scanned_at)

    assert answer.reason == "to_pay"
    assert answer.message == f"SEK\u00a0450 to pay for {conference.title}. The desk can help."
    assert answer.theirs == (
        "sv",
        f"450\u00a0kr att betala för {conference.title}. Informationsdisken kan hjälpa till.",
    )
    assert door.scan(sent.code, id=sent.id, scanned_at=sent.scanned_at) == answer


@pytest.mark.feature("D8")
def test_entering_a_room_leaves_the_one_before_and_holds_it_together_with_its_venue():
    conference = a.a_conference()
    expo = conference.expo
    venue, other = doors.a_zone(expo, conference), doors.a_zone(expo, conference)
    room = doors.a_zone(expo, conference, inside=venue)
    at = {zone.id: doors.a_door(zone, name=f"Gate of {zone.name}") for zone in (venue, other, room)}
    code = doors.code_of(doors.a_delegate(conference))

    def people() -> list[int]:
        found = {place.zone.id: place.people for place in occupancy.places(expo)}
        return [found[zone.id] for zone in (venue, room, other)]

    at[venue.id].scan(code)
    with doors.later(minutes=1):
        at[room.id].scan(code)
        assert people() == [1, 1, 0]
    with doors.later(minutes=2):
        at[other.id].scan(code)
        assert people() == [0, 0, 1]
    with doors.later(minutes=3):
        back = at[room.id].scan(code)
        assert (back.verdict, back.reason) == (Verdict.ADMITTED, "came_back")
        assert people() == [1, 1, 0]
        assert at[room.id].scan(code).reason == "just_now"
    with doors.later(minutes=4):
        assert at[room.id].scan(code).verdict is Verdict.ALREADY_IN
    with doors.later(days=1):
        assert people() == [0, 0, 0]  # the night closes
    doors.nothing_is_broken()


@pytest.mark.feature("D8")
def test_what_is_counted_by_hand_stands_beside_what_is_scanned(place):
    conference, zone, door, device = place
    door.scan(doors.code_of(doors.a_delegate(conference)))
    gate: Device = queries.gates_of_device(device)[0]
    counted = {"device": device, "gate": gate, "counted_at": clock.real_now()}
    one = str(uuid.uuid4())

    assert occupancy.count_by_hand(count_id=one, people=12, **counted)
    assert not occupancy.count_by_hand(count_id=one, people=12, **counted)
    occupancy.count_by_hand(count_id=str(uuid.uuid4()), people=-2, **counted)

    [place_] = [each for each in occupancy.places(conference.expo) if each.zone.id == zone.id]
    assert place_.people == 11


@pytest.mark.feature("D8")
def test_a_group_that_parts_is_in_both_places_and_counts_once():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, is_open_pass=True)
    code = badges.code_of(passes.make(ticket_type=kind, size=28, label="Class 7B"))
    arena = doors.a_zone(conference.expo, conference)
    tent, hall = (
        doors.a_zone(conference.expo, conference, inside=arena),
        doors.a_zone(conference.expo, conference),
    )
    gate, tent_door, hall_door = (doors.a_door(zone) for zone in (arena, tent, hall))

    def inside() -> list[int]:
        db.session.rollback()
        found = {place.zone.id: place.people for place in occupancy.places(conference.expo)}
        return [found[zone.id] for zone in (arena, tent, hall)]

    gate.scan(code, count=28)
    tent_door.scan(code, count=10)
    assert inside() == [28, 10, 0]
    hall_door.scan(code, count=12)
    assert inside() == [16, 10, 12]
    hall_door.scan(code, count=12, direction=Direction.OUT)
    assert inside() == [28, 10, 0]


@pytest.mark.feature("D8")
def test_what_was_counted_without_network_counts_when_it_was_counted(place):
    conference, zone, _door, device = place
    gate = queries.gates_of_device(device)[0]

    def inside_after_a_count(hours_ago: int) -> int:
        occupancy.count_by_hand(
            device=device,
            gate=gate,
            count_id=str(uuid.uuid4()),
            people=12,
            counted_at=clock.real_now() - timedelta(hours=hours_ago),
        )
        [inside] = [one for one in occupancy.places(conference.expo) if one.zone.id == zone.id]
        return inside.people

    assert inside_after_a_count(1) == 12
    assert inside_after_a_count(30) == 12, "the night has closed the old one"

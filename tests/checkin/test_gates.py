"""The gates of zones: what a badge opens now, counted by one statement."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from expo.badge import actions as badges
from expo.badge import code as badge_code
from expo.badge import queries as badge_queries
from expo.checkin import devices, prepared, queries, scans, statements
from expo.checkin.models import Direction, Presence, QuarantinedScan, Scan, Verdict
from expo.checkin.refusals import GateNotYours, NotPaired
from expo.core import clock, tokens
from expo.core.db import db
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from tests import factories as a
from tests.checkin import doors

pytestmark = [pytest.mark.feature("D4"), pytest.mark.usefixtures("app")]


def stored() -> list[Scan]:
    return list(db.session.scalars(sa.select(Scan).order_by(Scan.received_at)))


def quarantined() -> list[QuarantinedScan]:
    return list(db.session.scalars(sa.select(QuarantinedScan)))


def test_a_ticket_opens_the_zone_of_its_conference():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada = doors.a_delegate(conference, "Ada Nilsson")

    answer = door.scan(doors.code_of(ada))

    assert (answer.verdict, answer.reason) == (Verdict.ADMITTED, None)
    assert answer.delegate == scans.Delegate("Ada Nilsson", "visitor", "Delegate")
    assert [scan.moved for scan in stored()] == [1]
    doors.nothing_is_broken()


def test_the_same_id_again_gives_the_same_answer():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    sent = door.sent(doors.code_of(doors.a_delegate(conference)))
    first = scans.record(token=door.token, sent=sent)

    with doors.later(minutes=5):
        again = scans.record(token=door.token, sent=sent)

    assert again == first
    assert len(stored()) == 1
    doors.nothing_is_broken()


def test_a_refusal_too_is_answered_alike_when_its_id_comes_again():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo))
    sent = door.sent(doors.code_of(doors.a_delegate(conference)))
    first = scans.record(token=door.token, sent=sent)

    assert first.verdict is Verdict.REFUSED
    assert scans.record(token=door.token, sent=sent) == first


def test_a_used_id_with_other_content_is_quarantined_once():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada, grace = doors.a_delegate(conference), doors.a_delegate(conference)
    first = door.sent(doors.code_of(ada))
    other = door.sent(doors.code_of(grace), id=first.id)
    scans.record(token=door.token, sent=first)

    answers = [scans.record(token=door.token, sent=other) for _time in range(2)]

    assert [(answer.verdict, answer.reason) for answer in answers] == [(Verdict.QUARANTINED, "used_id")] * 2
    assert [row.scan_id for row in quarantined()] == [first.id]
    assert len(stored()) == 1
    doors.nothing_is_broken()


@pytest.mark.feature("D6")
def test_a_second_entry_says_where_and_when_the_first_was():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gate_2, gate_3 = doors.a_door(zone, name="Gate 2"), doors.a_door(zone, name="Gate 3")
    code = doors.code_of(doors.a_delegate(conference))
    local = datetime.combine(a.tomorrow_at(9).date(), datetime.min.time(), conference.expo.zone)

    with doors.the_time_is(local.replace(hour=10, minute=41)):
        assert gate_2.scan(code).verdict is Verdict.ADMITTED
        with doors.later(minutes=2):
            answer = gate_3.scan(code)

    assert answer.verdict is Verdict.ALREADY_IN
    assert answer.message == "Already in at Gate 2, 10:41."
    doors.nothing_is_broken()


@pytest.mark.feature("D6")
def test_the_same_badge_twice_in_seconds_is_no_error_and_counts_once():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    code = doors.code_of(doors.a_delegate(conference))
    door.scan(code)

    with doors.later(seconds=9):
        answer = door.scan(code)
    assert (answer.verdict, answer.reason) == (Verdict.ADMITTED, "just_now")
    with doors.later(seconds=30):
        assert door.scan(code).verdict is Verdict.ALREADY_IN

    assert queries.inside_by_zone(conference.expo) == {zone.id: 1}
    doors.nothing_is_broken()


def test_who_leaves_may_come_back():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    code = doors.code_of(doors.a_delegate(conference))
    door.scan(code)

    left = door.scan(code, direction=Direction.OUT)
    assert (left.verdict, left.reason) == (Verdict.LEFT, None)
    assert queries.inside_by_zone(conference.expo) == {}
    assert door.scan(code).verdict is Verdict.ADMITTED
    assert queries.inside_by_zone(conference.expo) == {zone.id: 1}
    doors.nothing_is_broken()


def test_who_was_not_counted_in_may_leave_all_the_same():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))

    answer = door.scan(doors.code_of(doors.a_delegate(conference)), direction=Direction.OUT)

    assert (answer.verdict, answer.reason) == (Verdict.LEFT, "not_in")
    doors.nothing_is_broken()


def test_a_new_day_begins_with_nobody_inside():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    code = doors.code_of(doors.a_delegate(conference))
    door.scan(code)

    with doors.later(days=1):
        assert queries.inside_by_zone(conference.expo) == {}
        assert door.scan(code).verdict is Verdict.ADMITTED
        assert queries.inside_by_zone(conference.expo) == {zone.id: 1}
    doors.nothing_is_broken()


@pytest.mark.feature("D6")
def test_a_stranger_code_is_refused_and_stored_without_a_question_about_badges():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))

    answer = door.scan("HTTPS://EXAMPLE.ORG/WIFI")

    assert (answer.verdict, answer.reason, answer.delegate) == (Verdict.REFUSED, "unknown_code", None)
    assert [(scan.badge_id, scan.verdict) for scan in stored()] == [(None, Verdict.REFUSED)]
    doors.nothing_is_broken()


def test_a_code_with_a_right_tag_but_another_random_part_is_unknown():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada = doors.a_delegate(conference)
    badge = badge_queries.active_badge(ada.expo_id, ada.id)
    assert badge is not None

    answer = door.scan(badge_code.make(badge.id, b"\0" * 8))

    assert (answer.reason, answer.delegate) == ("unknown_code", None)
    assert stored()[0].badge_id is None


def test_a_badge_of_another_expo_is_unknown_here():
    here, there = a.a_conference(), a.a_conference()
    door = doors.a_door(doors.a_zone(here.expo, here))

    answer = door.scan(doors.code_of(doors.a_delegate(there)))

    assert (answer.reason, answer.delegate) == ("unknown_code", None)
    doors.nothing_is_broken()


@pytest.mark.feature("Q2", "D6")
def test_a_replaced_badge_sends_the_person_to_the_desk():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada = doors.a_delegate(conference)
    old = doors.code_of(ada)
    badge = badge_queries.active_badge(ada.expo_id, ada.id)
    assert badge is not None
    badges.replace(badge=badge)

    answer = door.scan(old)

    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "replaced")
    assert answer.message == "This badge was replaced. The desk can help."
    assert door.scan(doors.code_of(ada)).verdict is Verdict.ADMITTED
    doors.nothing_is_broken()


def test_a_revoked_badge_opens_nothing():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada = doors.a_delegate(conference)
    code = doors.code_of(ada)
    badge = badge_queries.active_badge(ada.expo_id, ada.id)
    assert badge is not None
    badges.revoke(badge=badge, reason="stolen")

    assert door.scan(code).reason == "revoked"


@pytest.mark.feature("D6")
def test_a_ticket_for_tomorrow_says_so():
    expo = a.an_expo()
    tomorrow = a.tomorrow_at(9).date()
    conference = a.a_conference(expo, starts_on=tomorrow, ends_on=tomorrow)
    door = doors.a_door(doors.a_zone(expo, conference))
    code = doors.code_of(doors.a_delegate(conference))
    noon = datetime.combine(tomorrow - timedelta(days=1), datetime.min.time(), expo.zone).replace(hour=12)

    with doors.the_time_is(noon):
        answer = door.scan(code)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "not_yet")
    assert answer.message is not None
    assert answer.message.startswith("Valid from tomorrow, ")
    with doors.the_time_is(noon + timedelta(days=1)):
        assert door.scan(code).verdict is Verdict.ADMITTED
    with doors.the_time_is(noon + timedelta(days=2)):
        assert door.scan(code).reason == "expired"
    doors.nothing_is_broken()


def test_a_closed_day_between_two_open_ones_is_closed():
    expo = a.an_expo()
    first = a.tomorrow_at(9).date()
    closed = first + timedelta(days=1)
    conference = a.a_conference(
        expo, starts_on=first, ends_on=first + timedelta(days=2), closed_dates=[closed]
    )
    door = doors.a_door(doors.a_zone(expo, conference))
    code = doors.code_of(doors.a_delegate(conference))
    noon = datetime.combine(first, datetime.min.time(), expo.zone).replace(hour=12)

    verdicts = []
    for day in range(3):
        with doors.the_time_is(noon + timedelta(days=day)):
            verdicts.append(door.scan(code).verdict)

    assert verdicts == [Verdict.ADMITTED, Verdict.REFUSED, Verdict.ADMITTED]


@pytest.mark.feature("D6")
def test_who_has_no_ticket_is_told_which_one():
    expo = a.an_expo()
    mine, other = a.a_conference(expo), a.a_conference(expo, title="H22+50 Session")
    door = doors.a_door(doors.a_zone(expo, other))

    answer = door.scan(doors.code_of(doors.a_delegate(mine)))

    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "no_ticket")
    assert answer.message == "Needs a ticket for H22+50 Session. The desk can help."


def test_what_a_registration_opened_closes_with_it():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    ada = doors.a_delegate(conference)
    registration = tickets.confirmed(ada.id, conference.id)
    assert registration is not None

    registrations.withdraw(registration=registration)

    assert door.scan(doors.code_of(ada)).reason == "no_ticket"
    doors.nothing_is_broken()


def test_a_zone_that_opens_later_opens_for_those_who_were_there_before():
    conference = a.a_conference()
    ada = doors.a_delegate(conference)
    door = doors.a_door(doors.a_zone(conference.expo, conference))

    assert door.scan(doors.code_of(ada)).verdict is Verdict.ADMITTED


def test_a_group_badge_lets_in_as_many_as_its_size():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    ada = doors.a_delegate(conference)
    badge = badge_queries.active_badge(ada.expo_id, ada.id)
    assert badge is not None
    doors.resize(badge, 28)
    code = doors.code_of(ada)

    counts = [20, 8, 1]
    verdicts = [door.scan(code, count=count).verdict for count in counts]

    assert verdicts == [Verdict.ADMITTED, Verdict.ADMITTED, Verdict.ALREADY_IN]
    assert door.scan(code, count=29).reason == "more_than_badge"
    assert queries.inside_by_zone(conference.expo) == {zone.id: 28}
    doors.nothing_is_broken()


@pytest.mark.feature("D2")
def test_what_a_revoked_device_still_sends_goes_into_quarantine():
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference))
    device, token = doors.a_device(gate)
    door = doors.Door(gate.id, token)
    sent = door.sent(doors.code_of(doors.a_delegate(conference)))
    devices.revoke_device(device=device)

    answers = [scans.record(token=token, sent=sent) for _time in range(2)]

    assert {(answer.verdict, answer.reason) for answer in answers} == {
        (Verdict.QUARANTINED, "device_revoked")
    }
    assert answers[0].delegate is None
    assert stored() == []
    assert [row.scan_id for row in quarantined()] == [sent.id]
    assert list(db.session.scalars(sa.select(Presence))) == []
    doors.nothing_is_broken()


def test_a_stranger_with_a_made_up_token_gets_no_answer():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))

    with pytest.raises(NotPaired):
        scans.record(token=tokens.new(), sent=door.sent("A" * 32))
    assert stored() == []


def test_a_device_scans_at_its_own_gates_only():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    mine, other = doors.a_door(zone), doors.a_door(zone)
    sent = mine.sent(doors.code_of(doors.a_delegate(conference)), gate_id=other.gate_id)

    with pytest.raises(GateNotYours):
        scans.record(token=mine.token, sent=sent)
    assert stored() == []

    [answer] = scans.record_all(token=mine.token, sent=[sent])
    assert (answer.verdict, answer.reason) == (Verdict.QUARANTINED, "unknown_gate")


def test_a_batch_is_answered_in_its_order_and_counts_like_single_scans():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    people = [doors.a_delegate(conference) for _person in range(3)]
    codes = [doors.code_of(person) for person in people]
    sent = [door.sent(codes[2]), door.sent(codes[0]), door.sent("nonsense"), door.sent(codes[1])]
    sent.append(sent[0])
    sent.append(door.sent(codes[2], direction=Direction.OUT))

    answers = scans.record_all(token=door.token, sent=sent)

    assert [answer.id for answer in answers] == [scan.id for scan in sent]
    assert [answer.verdict for answer in answers] == [
        Verdict.ADMITTED, Verdict.ADMITTED, Verdict.REFUSED, Verdict.ADMITTED, Verdict.ADMITTED, Verdict.LEFT,
    ]  # fmt: skip
    assert answers[4] == answers[0]
    assert queries.inside_by_zone(conference.expo) == {zone.id: 2}
    doors.nothing_is_broken()


@pytest.mark.feature("D9")
def test_what_two_offline_doors_both_admitted_is_kept_as_a_conflict():
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    one, two = doors.a_door(zone), doors.a_door(zone)
    code = doors.code_of(doors.a_delegate(conference))
    local = {"verdict": "admitted"}
    earlier = clock.real_now() - timedelta(minutes=20)
    one.scan(code, offline=True, local=local, scanned_at=earlier)

    answer = two.scan(code, offline=True, local=local, scanned_at=earlier + timedelta(minutes=1))

    assert (answer.verdict, answer.reason) == (Verdict.CONFLICT, "already_in")
    assert queries.inside_by_zone(conference.expo) == {zone.id: 1}
    doors.nothing_is_broken()


@pytest.mark.parametrize("year", [1970, 2038])
def test_no_scan_is_dropped_for_its_clock(year: int):
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    when = clock.real_now().replace(year=year, month=1, day=1)

    answer = door.scan(doors.code_of(doors.a_delegate(conference)), offline=True, scanned_at=when)

    assert answer.verdict is Verdict.ADMITTED
    assert stored()[0].scanned_at == when


def test_a_verdict_needs_three_statements(monkeypatch: pytest.MonkeyPatch):
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    sent = door.sent(doors.code_of(doors.a_delegate(conference)))
    asked: list[object] = []
    run = prepared.Writing.run

    def note(self: prepared.Writing, statement: prepared.Prepared, facts: dict[str, object]) -> object:
        asked.append(statement)
        return run(self, statement, facts)

    monkeypatch.setattr(prepared.Writing, "run", note)
    with doors.statements() as others:
        scans.record(token=door.token, sent=sent)

    assert asked == [statements.LOOK, statements.ENTER, statements.SCAN]
    assert others == []


def test_an_erased_name_is_not_kept_in_a_scan():
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    door.scan(doors.code_of(doors.a_delegate(conference, "Ada Nilsson")))

    kept = db.session.execute(sa.text("SELECT * FROM scans")).one()

    assert "Ada" not in str(tuple(kept))

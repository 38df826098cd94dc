"""Importing twice changes nothing, what changed is found, and all of it can be taken back."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from expo import demo
from expo.core import jobs
from expo.core.db import db
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import OccurrenceDraft
from expo.programme.models import Occurrence, Session
from expo.programme.teams import Rights
from expo.programme.values import draft_of_occurrence
from expo.programme.words import Placement, Role, SessionState
from expo.scheduling import clashes
from expo.scheduling.words import Level
from expo.transfer import files
from expo.transfer.models import ExternalKey, FileState
from expo.transfer.planning import Outcome
from tests import factories as a
from tests.transfer.bringing import ALL, brought, choices_for, kept, looked

pytestmark = pytest.mark.feature("P9")

SHEET = """Code;Titel;Typ;Datum;Start;Slut;Rum;Talare;Platser
T-1;Vattnet;Panel;2026-05-31;10:00;11:00;Hall;Ada Ek (moderator), Bo Å;40
T-2;Natten;Concert;2026-05-31;23:30;00:30;Hall;;
T-3;Någon gång;Workshop;;;;;;
""".replace("Ek (moderator), Bo", "Ek (moderator) | Bo")


def a_place():
    conference = a.a_conference()
    a.a_room(conference.expo, "Hall")
    return conference


def test_a_sheet_is_read_by_its_heads_in_swedish_too(app):
    conference = a_place()

    file = brought(conference, SHEET)

    assert (file.done, file.refused) == (3, [])
    first, night, later = [programme.occurrence(conference.expo_id, code) for code in ("T-1", "T-2", "T-3")]
    assert first is not None
    assert (first.session.title, first.session.state, first.seats) == ("Vattnet", SessionState.DRAFT, 40)
    assert [(one.speaker.name, one.role.name) for one in programme.appearances(first.session_id)] == [
        ("Ada Ek", "Moderator"),
        ("Bo Å", "Speaker"),
    ]
    assert night is not None
    assert night.starts_at
    assert night.ends_at
    assert (night.ends_at - night.starts_at).total_seconds() == 3600
    assert later is not None
    assert later.placement is Placement.UNPLACED


def test_the_same_sheet_again_changes_nothing_and_another_changes_what_differs(app):
    conference = a_place()
    brought(conference, SHEET)

    assert {line.outcome for line in looked(conference, SHEET).lines} == {Outcome.SAME}

    found = looked(conference, SHEET.replace("11:00;Hall", "11:30;Hall").replace("Vattnet", "Vatten"))
    changed = [line for line in found.lines if line.outcome is Outcome.CHANGED]
    assert [(one.field, one.after) for line in changed for one in line.differences] == [
        ("title", "Vatten"),
        ("ends", "2026-05-31 11:30"),
    ]


def test_what_a_column_does_not_say_stays(app):
    conference = a_place()
    brought(conference, SHEET)

    brought(conference, "Code,Title\nT-1,Vatten\n")

    first = programme.occurrence(conference.expo_id, "T-1")
    assert first is not None
    assert first.room is not None
    assert (first.session.title, first.seats, first.room.name) == ("Vatten", 40, "Hall")
    assert len(programme.appearances(first.session_id)) == 2


def test_a_known_source_remembers_what_its_columns_mean(app):
    conference = a_place()
    strange = "ref;what;when;until\nR1;Tal;2026-05-31 10:00;2026-05-31 11:00\n"
    columns = {"key": "ref", "title": "what", "starts": "when", "ends": "until"}
    brought(conference, strange, source="Office", columns=columns)

    again = kept(conference, strange, source="Office")

    assert files.guess(again).columns == columns
    assert [line.outcome for line in files.look(again, files.guess(again), ALL).lines] == [Outcome.SAME]


def test_what_runs_at_the_same_time_is_kept_and_said(app):
    conference = a_place()
    two = SHEET + "T-4;Mitt i;Panel;2026-05-31;10:30;10:45;Hall;Ada Ek;\n"

    notes = [note for line in looked(conference, two).lines for note in line.notes]
    brought(conference, two, confirm=True)

    assert sorted(notes) == [
        "Ada Ek: at the same time as “Mitt i”",
        "Ada Ek: at the same time as “Vattnet”",
        "Hall: at the same time as “Mitt i”",
        "Hall: at the same time as “Vattnet”",
    ]
    every = clashes.of_conferences(conference.expo_id, [conference.id])
    found = [clash for clash in every if clash.level is Level.BLOCK]
    assert found
    assert all(clash.reason for clash in found)


def test_an_import_can_be_taken_back_and_leaves_what_others_changed_since(app):
    conference = a_place()
    before = a.a_session(conference, code="OLD", title="Before", published=False)
    session = before.session
    file = brought(conference, SHEET + "OLD;After;Panel;;;;;;\n")
    assert db.session.get_one(Session, session.id).title == "After"
    second = programme.occurrence(conference.expo_id, "T-2")
    assert second is not None
    actions.edit_occurrence(
        occurrence=second, draft=OccurrenceDraft(None, None, None, placement=Placement.UNPLACED)
    )

    files.begin_undo(file=file)

    assert db.session.get_one(Session, session.id).title == "Before"
    assert programme.occurrence(conference.expo_id, "T-1") is None
    assert programme.occurrence(conference.expo_id, "OLD") is not None
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(ExternalKey).where(ExternalKey.occurrence_id.is_not(None))
        )
        == 0
    )
    number = file.id
    files.begin_undo(file=file)  # twice is once
    again = files.by_id(conference.expo_id, number)
    assert again is not None
    assert again.undone_at is not None


def test_what_was_published_stays_when_its_import_is_taken_back(app):
    conference = a_place()
    file = brought(conference, SHEET, confirm=True)
    a.publish(conference.expo)

    files.begin_undo(file=file)

    assert programme.occurrence(conference.expo_id, "T-1") is not None
    found = files.by_id(conference.expo_id, file.id)
    assert found is not None
    assert found.refused


def test_a_long_file_is_a_job_that_shows_how_far_it_is(app, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 2)
    monkeypatch.setattr(files, "NOTED_EVERY", 1)
    conference = a_place()
    file = kept(conference, SHEET)
    files.choose(file=file, choices=choices_for(file))

    assert not files.begin(file=file, choices=choices_for(file), rights=ALL)
    assert not files.begin(file=file, choices=choices_for(file), rights=ALL)  # pressed twice
    assert (file.state, file.total, file.done) == (FileState.RUNNING, 3, 0)
    jobs.run_due()

    assert (file.state, file.total, file.done) == (FileState.DONE, 3, 3)


def test_repeated_events_of_a_calendar_are_times_of_one_session(app):
    conference = a_place()
    calendar = "\r\n".join([
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:tour@city", "SUMMARY:Tour", "DTSTART;TZID=Europe/Stockholm:20260327T100000",
        "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Stockholm:20260328T100000", "LOCATION:Hall",
        "END:VEVENT", "BEGIN:VEVENT", "UID:tour@city", "SUMMARY:Tour", "RECURRENCE-ID;TZID=Europe/Stockholm:20260329T100000",
        "DTSTART;TZID=Europe/Stockholm:20260329T120000", "DURATION:PT1H", "LOCATION:Hall", "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip

    brought(conference, calendar)

    times = db.session.scalars(sa.select(Occurrence.starts_at).order_by(Occurrence.starts_at)).all()
    assert [f"{time.astimezone(conference.zone):%d %H:%M}" for time in times if time] == [
        "27 10:00", "29 12:00", "30 10:00", "31 10:00",
    ]  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 1
    assert {line.outcome for line in looked(conference, calendar).lines} == {Outcome.SAME}


def test_rows_of_another_team_are_faults(app):
    conference = a_place()
    a.a_conference(conference.expo, slug="theirs")
    sheet = "title,conference\nTalk,theirs\n"
    file = kept(conference, sheet)
    mine = Rights(at={conference.id: frozenset({Role.SCHEDULER})})

    faults = files.look(file, choices_for(file), mine).faults

    assert [(fault.line, fault.column) for fault in faults] == [(2, "conference")]


def test_seats_moved_by_hand_meanwhile_are_seen_as_changed(app):
    conference = a_place()
    brought(conference, SHEET)
    first = programme.occurrence(conference.expo_id, "T-1")
    assert first is not None
    actions.edit_occurrence(occurrence=first, draft=replace(draft_of_occurrence(first), seats=12))

    changed = [line for line in looked(conference, SHEET).lines if line.outcome is Outcome.CHANGED]
    assert [(one.field, one.before, one.after) for line in changed for one in line.differences] == [
        ("seats", "12", "40")
    ]


H22 = Path(demo.__file__).parent / "h22"


def test_the_tables_of_h22_are_imported_by_their_columns(app):
    expo = a.an_expo(starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    with (H22 / "conferences.csv").open(encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            days = {name: date.fromisoformat(row[name]) for name in ("starts_on", "ends_on")}
            a.a_conference(expo, slug=row["slug"], title=row["title"], time_zone=row["time_zone"], **days)
    conference = programme.conference(expo.id, "h22-city-expo")
    assert conference is not None
    rooms = brought(conference, (H22 / "rooms.csv").read_bytes())

    found = looked(conference, (H22 / "sessions.csv").read_bytes())

    assert (rooms.done, rooms.refused) == (70, [])
    assert (found.counts[Outcome.NEW], found.faults) == (468, [])

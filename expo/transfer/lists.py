"""Sheets beside the sessions: speakers, rooms, and who appears where. Each row is looked at, then written by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import db, transaction
from expo.core.refusals import Refusal
from expo.core.text import folded, one_line
from expo.imports import cells
from expo.imports.attendee_files import Listed
from expo.imports.sheets import Fault, Row
from expo.programme import actions, places, teams
from expo.programme import queries as programme
from expo.programme.drafts import Billing, RoomDraft, VenueDraft
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.models import Session
from expo.programme.teams import Rights
from expo.programme.words import Deed
from expo.speakers import actions as speakers
from expo.speakers import queries as speaker_queries
from expo.speakers.actions import LONGEST_BIO, Profile
from expo.speakers.models import Speaker

from .columns import Choices, Kind
from .known import Known
from .models import ExternalKey, ProgrammeFile
from .planning import Difference, Line, Outcome, shown
from .records import Entry, Who
from .sheet import Cells, longest
from .writing import ROLE, Written


@dataclass(frozen=True, slots=True)
class Look:
    """What rows are held against."""

    file: ProgrammeFile
    known: Known
    rights: Rights


def look(listed: Listed, choices: Choices, of: Look) -> tuple[list[Line], list[Fault]]:
    """What writing the rows would do."""
    read = {Kind.SPEAKERS: _speakers, Kind.ROOMS: _rooms, Kind.APPEARANCES: _appearances}[choices.kind]
    lines, faults = [], list(listed.faults)
    rows = [Cells(Row(row.file, row.line, row.cells, []), choices.columns) for row in listed.rows]
    for line, row in read(rows, of):
        line.faults += row.row.faults
        faults += line.faults
        line.outcome = Outcome.FAULT if line.faults else line.outcome
        lines.append(line)
    return lines, sorted(faults)


def write(lines: Iterable[Line], file: str) -> Iterator[Written]:
    """Each by itself."""
    for line in lines:
        if line.make is None:
            continue
        try:
            with transaction(), audit.collecting() as deeds:
                line.make()
                db.session.flush()
                numbers = [deed.id for deed in deeds]
            yield Written(numbers)
        except Refusal as no:
            yield Written(refused=[Fault(file, line.entry.line, "", no.message)])


def _line(
    row: Cells, name: str, before: dict[str, Any] | None, after: dict[str, Any], make: Callable[[], None]
) -> Line:
    """New where there is nothing before, changed where a value differs."""
    line = Line(Entry(row.row.line, name, title=name), make=make)
    if before is None:
        line.outcome = Outcome.NEW
        return line
    for key, value in after.items():
        if before[key] != value:
            line.differences.append(Difference(key, shown(before[key]), shown(value)))
    line.outcome = Outcome.CHANGED if line.differences else Outcome.SAME
    return line


def _speakers(rows: list[Cells], of: Look) -> Iterator[tuple[Line, Cells]]:
    expo = of.file.conference.expo
    every = {one.id: one for one in speaker_queries.every(expo.id)}
    for row in rows:
        name = one_line(row.text("name"))
        key = row.text("key")[:250]
        found = of.known.speaker_of(Who(name, key))
        before = every.get(found) if found else None
        profile = speakers.profile_of(before) if before else Profile(name)
        read = {
            "name": longest(200, needed=True), "title": longest(200), "organisation": longest(200),
            "city": longest(120), "country": cells.country, "bio": longest(LONGEST_BIO),
        }  # fmt: skip
        said = {field: row.read(field, parse) for field, parse in read.items() if row.has(field)}
        known: dict[str, Any] = {field: value for field, value in said.items() if value is not None}
        after = replace(profile, **known)
        if before and profile != after and not teams.may_edit_speaker(of.rights, before.id):
            row.wrong("name", _("this speaker appears in other teams' conferences only"))
        number = before.id if before else None
        make = _speaker_maker(of.file.source_id, expo.id, number, key, after)
        yield _line(row, name, asdict(profile) if before else None, asdict(after), make), row


def _speaker_maker(
    source_id: int, expo_id: int, number: int | None, key: str, profile: Profile
) -> Callable[[], None]:
    def make() -> None:
        if number is not None:
            speakers.edit_speaker(speaker=db.session.get_one(Speaker, number), profile=profile)
            return
        expo = programme.expo_of(expo_id)
        made = speakers.create_speaker(expo=expo, profile=profile, slug=key if _is_slug(key) else None)
        if key and made.slug != key:
            db.session.add(ExternalKey(expo_id=expo_id, source_id=source_id, key=key, speaker_id=made.id))

    return make


def _is_slug(key: str) -> bool:
    return 0 < len(key) <= 80 and all(
        sign.isascii() and (sign.islower() or sign.isdigit() or sign == "-") for sign in key
    )


def _rooms(rows: list[Cells], of: Look) -> Iterator[tuple[Line, Cells]]:
    expo_id = of.file.expo_id
    known = {(folded(room.venue.name), folded(room.name)): room for room in programme.rooms(expo_id)}
    for row in rows:
        venue = row.read("venue", longest(120, needed=True)) or ""
        name = row.read("name", longest(120, needed=True)) or ""
        capacity = row.read("seats", cells.whole(most=1_000_000)) or 0
        text = row.read("text", longest(LONGEST_TEXT))
        if not of.rights.may(Deed.SCHEDULE):
            row.wrong("name", _("rooms belong to the whole expo: ask one of its schedulers"))
        room = known.get((folded(one_line(venue)), folded(one_line(name))))
        before = places.draft_of_room(room) if room else RoomDraft(one_line(name), 0)
        after = replace(
            before, capacity=capacity, accessibility_text=before.accessibility_text if text is None else text
        )
        make = _room_maker(expo_id, one_line(venue), room.id if room else None, after)
        values = {"capacity": after.capacity, "accessibility": after.accessibility_text}
        was = {"capacity": before.capacity, "accessibility": before.accessibility_text} if room else None
        yield _line(row, f"{name}, {venue}", was, values, make), row


def _room_maker(expo_id: int, venue: str, room_id: int | None, draft: RoomDraft) -> Callable[[], None]:
    def make() -> None:
        room = next((one for one in programme.rooms(expo_id) if one.id == room_id), None)
        known = next((one for one in programme.venues(expo_id) if folded(one.name) == folded(venue)), None)
        if known is None:
            expo = programme.expo_of(expo_id)
            known, _new = places.save_venue(expo=expo, draft=VenueDraft(venue, city=expo.city))
        places.save_room(venue=known, draft=draft, room=room)

    return make


def _appearances(rows: list[Cells], of: Look) -> Iterator[tuple[Line, Cells]]:
    """Adds people to sessions; who is there already stays."""
    for row in rows:
        code, said = row.text("session"), one_line(row.text("speaker"))
        role = row.read("role", longest(40)) or ROLE
        who = Who(said, said)
        entry = Entry(row.row.line, code, code=code)
        time = of.known.time_of(entry)
        session = of.known.sessions.get(time.session_id) if time else of.known.session_of(code)
        speaker = of.known.speaker_of(who)
        if session is None:
            row.wrong("session", _("there is no session “%(code)s”", code=code[:60]))
        if speaker is None:
            row.wrong("speaker", _("there is no %(what)s “%(text)s”", what=_("speaker"), text=said[:60]))
        if session is None or speaker is None:
            yield _line(row, f"{code} {said}", None, {}, lambda: None), row
            continue
        there = of.known.billed_at(session.id, time.id if time else None)
        known = any(one == speaker and folded(called) == folded(role) for one, called in there)
        make = _appearance_maker(session.id, speaker, role)
        yield _line(row, f"{code} {of.known.names[speaker]}", {} if known else None, {}, make), row


def _appearance_maker(session_id: int, speaker_id: int, role: str) -> Callable[[], None]:
    def make() -> None:
        session = db.session.get_one(Session, session_id)
        now = [
            Billing(one.speaker_id, one.role.name, one.state.value == "confirmed")
            for one in programme.appearances(session_id)
            if one.occurrence_id is None
        ]
        actions.bill(session=session, billings=[*now, Billing(speaker_id, role)])

    return make

"""Bringing planned lines in: each is a transaction of its own, so nobody waits for a whole file, and a refused line
stops no other. The same file again makes nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import db, transaction
from expo.core.refusals import Refusal
from expo.core.text import folded
from expo.imports.sheets import Fault
from expo.programme import actions, places
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft, RoomDraft
from expo.programme.models import Conference, Occurrence, Session
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile

from .columns import Choices
from .known import Known, Place
from .models import ExternalKey
from .planning import Line
from .records import Who

ROLE = "speaker"  # where a file says none
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")


@dataclass(slots=True)
class Written:
    """What came of lines: the numbers of what was written down, and why others were refused."""

    deeds: list[int] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)


class Writer:
    """Writes planned lines into the programme."""

    def __init__(self, known: Known, choices: Choices, file: str) -> None:
        self.expo_id, self.source_id = known.conference.expo_id, known.source.id
        self.keep = _("As it stands in the import from %(source)s", source=known.source.name)
        self.known, self.choices, self.file = known, choices, file
        self.made: dict[str, int] = {}  # sessions made from this file, by the file's id of them

    def write(self, lines: Iterable[Line]) -> Iterator[Written]:
        """One after the other; yields what came of each."""
        # What is part of something else comes after it.
        for line in sorted(lines, key=lambda line: bool(line.entry.parent)):
            if not line.anything:
                continue
            try:
                with transaction(), audit.collecting() as deeds:
                    self._write(line)
                    db.session.flush()
                    numbers = [deed.id for deed in deeds]
                yield Written(numbers)
            except Refusal as no:
                yield Written(refused=[Fault(self.file, line.entry.line, "", no.message)])

    def _write(self, line: Line) -> None:
        entry = line.entry
        session = self._session(line)
        if line.new_room and line.occurrence:
            line.occurrence = replace(line.occurrence, room_id=self._room(line.new_room))
        time = db.session.get(Occurrence, line.occurrence_id) if line.occurrence_id else None
        if time is not None:
            if line.occurrence:
                actions.edit_occurrence(occurrence=time, draft=line.occurrence, keep=self.keep)
        elif line.occurrence_id is None:
            draft = line.occurrence or OccurrenceDraft(None, None, None)
            code = entry.code if entry.code and self._free(Occurrence, entry.code) else None
            time = actions.create_occurrence(session=session, draft=draft, code=code, keep=self.keep)
        if time is None:
            return  # somebody took it away meanwhile
        if line.cancel:
            actions.cancel_occurrence(occurrence=time, why=self.keep)
        if line.people is not None:
            self._bill(line, session, time)
        self._note_key(entry.key, time)

    def _session(self, line: Line) -> Session:
        entry = line.entry
        known = line.session_id or self.made.get(entry.session)
        if known is not None:
            session = db.session.get_one(Session, known)
            if line.session and line.session_id is not None:
                actions.edit_session(
                    session=session, draft=line.session, parent=self._parent(line, session), keep=self.keep
                )
            return session
        assert line.session is not None
        conference = db.session.get_one(Conference, line.conference_id)
        wanted = (entry.session or entry.code).upper()
        code = wanted if _CODE.fullmatch(wanted) and self._free(Session, wanted) else None
        session = actions.create_session(
            conference=conference, draft=line.session, code=code, parent=self._parent(line, None)
        )
        if entry.session:
            self.made[entry.session] = session.id
        return session

    def _parent(self, line: Line, session: Session | None) -> Session | None:
        if line.entry.parent is None:
            return session.parent if session else None
        return programme.session(self.expo_id, line.entry.parent) if line.entry.parent else None

    def _free(self, kind: type[Session | Occurrence], code: str) -> bool:
        return (
            db.session.scalar(sa.select(kind.id).where(kind.expo_id == self.expo_id, kind.code == code))
            is None
        )

    def _room(self, name: str) -> int:
        place = self.known.room_of(name)
        if place is None:
            venue = programme.venue(self.expo_id, self.choices.venue)
            assert venue is not None
            own = name.removesuffix(f", {venue.name}")  # our own files say both
            room, _new = places.save_room(venue=venue, draft=RoomDraft(own, self.choices.capacity))
            place = Place(room.id, room.name, venue.name, room.capacity)
            self.known.rooms[folded(name)] = place
        return place.id

    def _bill(self, line: Line, session: Session, time: Occurrence) -> None:
        roles = dict(self.known.billed_at(session.id, time.id))
        billings = []
        for speaker_id, who in line.people or ():
            found = speaker_id or self.known.speaker_of(who) or self._speaker(session, who)
            billings.append(Billing(found, who.role or roles.get(found, ROLE)))
        own = time if line.at_time_only else None
        actions.bill(session=session, billings=list(dict.fromkeys(billings)), occurrence=own, keep=self.keep)

    def _speaker(self, session: Session, who: Who) -> int:
        made = speakers.create_speaker(expo=session.conference.expo, profile=Profile(who.name), slug=None)
        self.known.learn(who, made.id)
        if who.key:
            self._note(who.key, speaker_id=made.id)
        return made.id

    def _note_key(self, key: str, time: Occurrence) -> None:
        if key and key not in (time.uid, time.code):
            self._note(key, occurrence_id=time.id)

    def _note(self, key: str, **of: int) -> None:
        known = sa.select(ExternalKey.id).filter_by(source_id=self.source_id, key=key, **of)
        if db.session.scalar(known) is None:
            db.session.add(ExternalKey(expo_id=self.expo_id, source_id=self.source_id, key=key, **of))

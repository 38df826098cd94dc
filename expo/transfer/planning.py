"""What importing would do, entry by entry: new, changed, the same, or why it cannot be. Reads only."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _

from expo.core.text import one_line
from expo.imports.sheets import Fault
from expo.programme import naming
from expo.programme.drafts import OccurrenceDraft, SessionDraft
from expo.programme.models import Conference, Occurrence, Session
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.programme.words import Placement, SessionState

from .columns import Choices
from .known import Known, Place
from .models import Form
from .records import Entry, Who

TYPE = "Session"  # where a file says none


class Outcome(enum.StrEnum):
    """What an entry is beside what is there."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that becomes another; both as people read them."""

    field: str
    before: str
    after: str


@dataclass(slots=True)
class Line:
    """One entry and what would come of it. Ids stand for rows, which other transactions may change meanwhile."""

    entry: Entry
    outcome: Outcome = Outcome.SAME
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    conference_id: int = 0
    session_id: int | None = None
    occurrence_id: int | None = None
    session: SessionDraft | None = None  # to be written; None: as it is
    occurrence: OccurrenceDraft | None = None
    new_room: str = ""
    people: tuple[tuple[int | None, Who], ...] | None = None
    at_time_only: bool = False  # the people are those of this time, not of the session
    cancel: bool = False
    make: Callable[[], None] | None = None  # how it is written, where it is no session

    @property
    def anything(self) -> bool:
        return self.outcome in (Outcome.NEW, Outcome.CHANGED)


class Planner:
    """Holds entries against what is known."""

    def __init__(self, known: Known, choices: Choices, form: Form, file: str) -> None:
        self.known, self.choices, self.form, self.file = known, choices, form, file
        self.codes: set[str] = set()  # of sessions that the file makes
        self.groups: dict[str, int] = {}  # sessions that entries before this one belong to, by the file's id

    def plan(self, entries: Iterable[Entry]) -> list[Line]:
        """All of them, in their order."""
        entries = list(entries)
        self.codes = {code for entry in entries for code in (entry.code, entry.session.upper()) if code}
        for entry in entries:
            time = self.known.time_of(entry)
            if entry.session and time is not None:
                self.groups.setdefault(entry.session, time.session_id)
        return [self._line(entry) for entry in entries]

    def _line(self, entry: Entry) -> Line:
        line = Line(entry)
        time = self.known.time_of(entry)
        session = self._session(entry, time)
        conference = self._conference(line, session)
        if conference is None:
            return self._settled(line)
        line.conference_id = conference.id
        line.session_id = session.id if session else None
        line.occurrence_id = time.id if time else None
        several = session is not None and (len(self.known.times[session.id]) > 1 or time is None)
        self._plan_session(line, session, several)
        self._plan_time(line, session, time, several)
        self._plan_people(line, session, time, several)
        return self._settled(line)

    def _settled(self, line: Line) -> Line:
        if line.faults:
            line.outcome = Outcome.FAULT
        elif line.occurrence_id is None:
            line.outcome = Outcome.NEW
        elif line.differences:
            line.outcome = Outcome.CHANGED
        return line

    def _session(self, entry: Entry, time: Occurrence | None) -> Session | None:
        if time is not None:
            return self.known.sessions[time.session_id]
        if not entry.session:
            return None
        known = self.groups.get(entry.session)
        return self.known.sessions[known] if known else self.known.session_of(entry.session)

    def _conference(self, line: Line, session: Session | None) -> Conference | None:
        name = line.entry.conference
        wanted = self.known.conferences.get(name) if name else None
        if name and wanted is None:
            line.faults.append(self._fault(line, "conference", _("there is no conference “%(slug)s” in which you may schedule", slug=name[:60])))  # fmt: skip
            return None
        if session is None:
            return wanted or self.known.conference
        if wanted is not None and wanted.id != session.conference_id:
            line.faults.append(self._fault(line, "conference", _("in the expo it belongs to “%(slug)s”", slug=session.conference.slug)))  # fmt: skip
            return None
        return session.conference

    def _fault(self, line: Line, column: str, reason: str) -> Fault:
        return Fault(self.file, line.entry.line, self.choices.columns.get(column, column), reason)

    def _plan_session(self, line: Line, session: Session | None, several: bool) -> None:
        entry = line.entry
        before = draft_of_session(session) if session else SessionDraft(entry.title or "", entry.type or TYPE)
        after = replace(before, title=one_line(entry.title) if entry.title else before.title)
        after = replace(after, type=_name(entry.type, session.type if session else None, before.type))
        if entry.track is not None:
            track = session.track if session else None
            after = replace(after, track=_name(entry.track, track, before.track) if entry.track else "")
        after = replace(
            after,
            sdgs=after.sdgs if entry.sdgs is None else tuple(sorted(set(entry.sdgs))),
            tags=after.tags if entry.tags is None else entry.tags,
            visibility=entry.visibility or after.visibility,
            admission=entry.admission or after.admission,
        )
        if not several:
            after = replace(
                after,
                abstract=before.abstract if entry.abstract is None else entry.abstract.strip(),
                languages=_languages(entry, before.languages),
            )
        after = replace(after, state=self._state(line, session, before.state, several))
        if entry.parent and not self._parent(line, session):
            line.faults.append(
                self._fault(line, "parent", _("there is no session “%(code)s”", code=entry.parent[:60]))
            )
        if session is None:
            line.session = after
            return
        for name in (
            "title",
            "type",
            "track",
            "abstract",
            "languages",
            "sdgs",
            "tags",
            "visibility",
            "admission",
            "state",
        ):
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                line.differences.append(Difference(name, shown(was), shown(now)))
        line.session = after if before != after else None

    def _parent(self, line: Line, session: Session | None) -> bool:
        code = line.entry.parent or ""
        parent = self.known.session_of(code)
        if parent is None:
            return code in self.codes and code not in (line.entry.code, line.entry.session.upper())
        return parent.conference_id == line.conference_id and parent is not session

    def _state(
        self, line: Line, session: Session | None, before: SessionState, several: bool
    ) -> SessionState:
        said = line.entry.state
        if session is None:
            if said is None:
                return SessionState.CONFIRMED if self.choices.confirm else SessionState.DRAFT
            return SessionState.DRAFT if said is SessionState.CONFIRMED and not self.choices.confirm else said
        if said is None or said is before:
            return before
        if self.form is Form.SHEET:
            return said
        if said is SessionState.CANCELLED and several:
            line.cancel = line.occurrence_id is not None
            return before
        # What we cancelled stays so, and another system's draft is no reason to take ours back.
        if before is SessionState.CANCELLED or said is SessionState.DRAFT:
            return before
        return said if said is SessionState.CANCELLED or self.choices.confirm else before

    def _plan_time(self, line: Line, session: Session | None, time: Occurrence | None, several: bool) -> None:
        entry = line.entry
        before = (
            draft_of_occurrence(time)
            if time
            else OccurrenceDraft(None, None, None, placement=Placement.UNPLACED)
        )
        room, place = before.room_id, None
        if entry.room:
            place = self._place(line)
            room = place.id if place else None
        elif entry.room is not None:
            room = None
        starts, ends = (
            (entry.starts_at, entry.ends_at) if entry.placed else (before.starts_at, before.ends_at)
        )
        after = replace(before, starts_at=starts, ends_at=ends, room_id=room)
        if entry.says_seats:
            after = replace(after, seats=entry.seats)
        if place and after.seats is not None and after.seats > place.capacity:
            said = _("%(room)s holds %(capacity)s people", room=place.name, capacity=place.capacity)
            line.faults.append(self._fault(line, "seats", said))
        if not (starts and ends and (room or line.new_room)):
            placement = Placement.UNPLACED
        elif before.placement is Placement.UNPLACED or entry.tentative:
            placement = Placement.TENTATIVE if entry.tentative else Placement.FIRM
        else:
            placement = before.placement
        after = replace(after, placement=placement)
        if several and session is not None:
            after = self._own_words(entry, session, after)
        line.occurrence = after if time is None or after != before or line.new_room else None
        if time is None:
            return
        if line.cancel and time.cancelled_at is None:
            line.differences.append(Difference("state", "confirmed", "cancelled"))
        self._compare_times(line, before, after, time)

    def _compare_times(
        self, line: Line, before: OccurrenceDraft, after: OccurrenceDraft, time: Occurrence
    ) -> None:
        zone = time.session.conference.zone

        def local(moment: datetime | None) -> str:
            return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "–"

        for name, was, now in (
            ("starts", before.starts_at, after.starts_at),
            ("ends", before.ends_at, after.ends_at),
        ):
            if was != now:
                line.differences.append(Difference(name, local(was), local(now)))
        if before.room_id != after.room_id or line.new_room:
            was_called = time.room.name if time.room else "–"
            line.differences.append(Difference("room", was_called, line.new_room or line.entry.room or "–"))
        for name in ("seats", "languages", "abstract"):
            was_said, said = getattr(before, name), getattr(after, name)
            if was_said != said:
                line.differences.append(Difference(name, shown(was_said), shown(said)))

    def _own_words(self, entry: Entry, session: Session, after: OccurrenceDraft) -> OccurrenceDraft:
        """What one of several times says otherwise than its session."""
        if entry.abstract is not None:
            said = entry.abstract.strip()
            after = replace(after, abstract=None if said in ("", session.abstract) else said)
        now = after.languages if after.languages is not None else tuple(session.languages)
        languages = _languages(entry, now)
        return replace(after, languages=None if languages == tuple(session.languages) else languages)

    def _place(self, line: Line) -> Place | None:
        name = line.entry.room or ""
        place = self.known.room_of(name)
        if place is None and self.choices.venue:
            line.new_room = one_line(name)[:120]
        elif place is None:
            line.faults.append(self._fault(line, "room", _("there is no %(what)s “%(text)s”", what=_("room"), text=name[:60])))  # fmt: skip
        return place

    def _plan_people(
        self, line: Line, session: Session | None, time: Occurrence | None, several: bool
    ) -> None:
        said = line.entry.people
        if said is None:
            return
        after = tuple((self.known.speaker_of(who), who) for who in dict.fromkeys(said))
        if session is None:
            line.people = after or None
            return
        own = self.known.billed.get((session.id, time.id), ()) if time is not None else ()
        before = self.known.billed_at(session.id, None if time is None else time.id)
        if len(before) == len(after) and all(
            speaker == was[0] and (not who.role or _same(who.role, was[1]))
            for (speaker, who), was in zip(after, before, strict=True)
        ):
            return
        line.people = after
        line.at_time_only = several and bool(own or not self.known.billed.get((session.id, None)))
        if time is not None:
            names = "; ".join(self.known.names.get(one, "?") for one, _role in before)
            line.differences.append(Difference("people", names, "; ".join(who.name for who in said)))


def _languages(entry: Entry, before: tuple[str, ...]) -> tuple[str, ...]:
    said = entry.languages
    if said is None or (entry.first_language_only and (not said or said == before[:1])):
        return before
    return said


def _name(said: str | None, known: naming.Named | None, before: str) -> str:
    """The name as it stands where the same is meant."""
    if not said:
        return before
    return known.name if known is not None and naming.meant([known], said) else said


def _same(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()


def shown(value: object) -> str:
    """A value as it stands in a list of changes: short, on one line."""
    if value is None or value == "":
        return "–"
    text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = one_line(text)
    return text if len(text) <= 80 else text[:79] + "…"

"""Uploaded programmes: kept for a day, looked at, brought in with their progress shown, and taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, jobs
from expo.core.audit import AuditEntry
from expo.core.db import db, transaction
from expo.core.refusals import BadInput, Refusal
from expo.core.text import one_line
from expo.imports import attendee_files
from expo.imports.attendee_files import Listed
from expo.imports.sheets import Fault
from expo.programme import teams, undoing
from expo.programme.models import Conference
from expo.programme.teams import Rights
from expo.programme.words import Deed, Role

from . import columns, forms, known, lists, overlaps
from .columns import Choices, Kind
from .known import Known
from .lists import Look
from .models import FileState, Form, ProgrammeFile, Source
from .planning import Line, Outcome, Planner
from .writing import Writer, Written

LASTS = timedelta(hours=24)
AT_ONCE = 60  # lines that a page waits for; more are a job, whose progress the page shows
NOTED_EVERY = 20  # lines
_FORGET, _IMPORT, _UNDO = "forget_programme_file", "import_programme_file", "undo_programme_file"


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as it would be imported."""

    lines: list[Line]
    faults: list[Fault]
    known: Known

    @property
    def counts(self) -> Counter[Outcome]:
        found = Counter(line.outcome for line in self.lines if not line.faults)
        found[Outcome.FAULT] = len({fault.line for fault in self.faults})
        return found

    @property
    def writable(self) -> list[Line]:
        return [line for line in self.lines if line.anything and not line.faults]


def keep(
    *, conference: Conference, account_id: int | None, source: str, name: str, content: bytes
) -> ProgrammeFile:
    """Keep an upload until it is imported. Raises BadInput where it is no programme."""
    name, called = one_line(name)[-120:] or _("file"), one_line(source)
    form = forms.form_of(content)
    if len(called) > 80:
        raise BadInput(_("At most %(most)s letters, please.", most=80), field="source")
    if form is Form.SHEET:
        attendee_files.read(name, content)
    else:
        forms.read(name, content, conference.zone, Choices())
    expires_at = clock.now() + LASTS
    with transaction():
        of = _source(conference, called or DEFAULT_NAMES[form])
        kept = ProgrammeFile(
            expo_id=conference.expo_id, conference_id=conference.id, source_id=of.id, account_id=account_id,
            name=name, form=form, content=content, state=FileState.READ, done=0, total=0, refused=[], deeds=[],
            kept_at=clock.now(), expires_at=expires_at,
        )  # fmt: skip
        db.session.add(kept)
        db.session.flush()
        jobs.add(_FORGET, {"file": kept.id}, at=expires_at)
        audit.record("programme_file_kept", "programme_file", kept.id, expo_id=conference.expo_id)
    return kept


DEFAULT_NAMES = {Form.SHEET: "Spreadsheet", Form.FRAB: "frab", Form.PRETALX: "pretalx", Form.ICAL: "iCal"}


def _source(conference: Conference, name: str) -> Source:
    named = sa.select(Source).where(Source.conference_id == conference.id, Source.name == name)
    found = db.session.scalar(named)
    if found is None:
        found = Source(expo_id=conference.expo_id, conference_id=conference.id, name=name, choices={})
        db.session.add(found)
        db.session.flush()
    return found


def by_id(expo_id: int, file_id: int) -> ProgrammeFile | None:
    return db.session.scalar(
        sa.select(ProgrammeFile)
        .where(ProgrammeFile.expo_id == expo_id, ProgrammeFile.id == file_id)
        .options(joinedload(ProgrammeFile.source), joinedload(ProgrammeFile.conference))
    )


def latest(conference_ids: Iterable[int], most: int = 12) -> list[ProgrammeFile]:
    """The newest imports of these conferences."""
    return list(
        db.session.scalars(
            sa.select(ProgrammeFile)
            .where(ProgrammeFile.conference_id.in_(list(conference_ids)))
            .options(joinedload(ProgrammeFile.source), joinedload(ProgrammeFile.conference))
            .order_by(ProgrammeFile.id.desc())
            .limit(most)
        )
    )


def source_names(conference_ids: Iterable[int]) -> list[str]:
    """What sources are called already."""
    found = sa.select(Source.name).where(Source.conference_id.in_(list(conference_ids))).distinct()
    return sorted(db.session.scalars(found))


def listed(file: ProgrammeFile) -> Listed:
    """The rows of a sheet."""
    return attendee_files.read(file.name, file.content or b"")


def choices_of(file: ProgrammeFile) -> Choices | None:
    """What was chosen for this file's source; a guess for what nobody chose yet. None where a sheet needs an answer."""
    kept = file.source.choices or {}
    if file.form is not Form.SHEET:
        return Choices.of(kept.get(file.form.value))
    last = kept.get(Form.SHEET.value)
    return Choices.of(kept.get(last)) if last else None


def guess(file: ProgrammeFile, kind: Kind | None = None) -> Choices:
    """What the columns most likely are: as last time of this source, else by their heads."""
    heads = listed(file).heads
    kind = kind or columns.guessed_kind(heads)
    kept = Choices.of((file.source.choices or {}).get(kind.value))
    same = {name: head for name, head in kept.columns.items() if head in heads}
    rest = {
        name: head
        for name, head in columns.guessed(kind, heads).items()
        if name not in same and head not in same.values()
    }
    return Choices(kind, {**rest, **same}, kept.venue, kept.capacity, kept.confirm)


def choose(*, file: ProgrammeFile, choices: Choices) -> None:
    """Keep what the columns are, for this file and the next of its source."""
    key = choices.kind.value if file.form is Form.SHEET else file.form.value
    with transaction():
        now = {**(file.source.choices or {}), key: choices.kept()}
        file.source.choices = {**now, Form.SHEET.value: key} if file.form is Form.SHEET else now


def look(file: ProgrammeFile, choices: Choices, rights: Rights) -> Looked:
    """What importing would do. Reads only."""
    assert file.content is not None
    there = known.look(
        file.source, file.conference, teams.conferences_with(rights, file.expo_id, Deed.SCHEDULE)
    )
    if choices.kind is not Kind.SESSIONS:
        return Looked(*lists.look(listed(file), choices, Look(file, there, rights)), there)
    found = forms.read(file.name, file.content, file.conference.zone, choices)
    lines = Planner(there, choices, file.form, file.name).plan(found.entries)
    overlaps.note(there, lines)
    return Looked(lines, sorted(found.faults + [fault for line in lines for fault in line.faults]), there)


def begin(*, file: ProgrammeFile, choices: Choices, rights: Rights) -> bool:
    """Bring a file in: at once, or as a job where it is long. Returns whether it is done. Twice is once."""
    looked = look(file, choices, rights)
    writable, number = len(looked.writable), file.id
    with transaction():
        if file.state is FileState.RUNNING:
            return False
        file.state, file.done, file.total, file.refused = FileState.RUNNING, 0, writable, []
        if writable > AT_ONCE:
            jobs.add(
                _IMPORT, {"file": number, "actor": audit.actor(), **_kept(rights)}, key=f"{_IMPORT}:{number}"
            )
            return False
    bring_in(number, choices, rights)
    return True


def _kept(rights: Rights) -> dict[str, Any]:
    return {
        "everywhere": sorted(rights.everywhere),
        "at": {str(key): sorted(held) for key, held in rights.at.items()},
    }


@jobs.handler(_IMPORT, lease=timedelta(hours=1))
def _import_later(payload: dict[str, Any]) -> None:
    file = db.session.get(ProgrammeFile, payload["file"])
    if file is None or file.content is None or file.state is not FileState.RUNNING:
        return
    held = {int(key): frozenset(map(Role, roles)) for key, roles in payload["at"].items()}
    rights = Rights(frozenset(map(Role, payload["everywhere"])), held)
    with audit.acting(payload["actor"]):
        bring_in(file.id, choices_of(file) or Choices(), rights)


def bring_in(
    file_id: int, choices: Choices, rights: Rights, say: Callable[[int, int], None] = lambda done, total: None
) -> Written:
    """Write all that is new or changed. What a kill interrupts is gone on with: what is there already is the same."""
    file = db.session.get_one(ProgrammeFile, file_id, options=[joinedload(ProgrammeFile.source)])
    looked = look(file, choices, rights)
    whole, total = Written(list(file.deeds)), len(looked.writable)
    if choices.kind is Kind.SESSIONS:
        written = Writer(looked.known, choices, file.name).write(looked.writable)
    else:
        written = lists.write(looked.writable, file.name)
    done = 0
    for done, one in enumerate(written, start=1):
        whole.deeds += one.deeds
        whole.refused += one.refused
        if done % NOTED_EVERY == 0:
            _note(file_id, done, total, whole)
            say(done, total)
    _note(file_id, done, total, whole, over=True)
    say(done, total)
    return whole


def _note(file_id: int, done: int, total: int, whole: Written, *, over: bool = False) -> None:
    with transaction():
        file = db.session.get_one(ProgrammeFile, file_id)
        file.done, file.total, file.deeds = done, total, list(whole.deeds)
        file.refused = [[fault.line, fault.column, fault.reason] for fault in whole.refused]
        if over:
            file.state = FileState.DONE
            audit.record(
                "programme_imported", "programme_file", file.id, expo_id=file.expo_id,
                after={"lines": done, "refused": len(whole.refused)},
            )  # fmt: skip


def begin_undo(*, file: ProgrammeFile) -> bool:
    """Take an import back: at once, or as a job where it was long. Returns whether it is done. Twice is once."""
    number = file.id
    with transaction():
        if file.state is FileState.RUNNING or file.undone_at is not None:
            return file.state is not FileState.RUNNING
        file.state, file.done, file.total, file.refused = FileState.RUNNING, 0, len(file.deeds), []
        if len(file.deeds) > AT_ONCE * 3:
            jobs.add(_UNDO, {"file": number, "actor": audit.actor()}, key=f"{_UNDO}:{number}")
            return False
    take_back(number)
    return True


@jobs.handler(_UNDO, lease=timedelta(hours=1))
def _undo_later(payload: dict[str, Any]) -> None:
    with audit.acting(payload["actor"]):
        take_back(payload["file"])


def take_back(file_id: int) -> None:
    """Undo what an import changed, the last first. What somebody has changed since, or published, stays and is said.
    Speakers and rooms that it made stay too."""
    file = db.session.get_one(ProgrammeFile, file_id)
    if file.undone_at is not None:
        return
    whole, done, total = Written([]), 0, len(file.deeds)
    for done, number in enumerate(reversed(list(file.deeds)), start=1):
        entry = db.session.get(AuditEntry, number)
        if entry is not None and undoing.possible(entry):
            try:
                undoing.undo(entry)
            except Refusal as no:
                db.session.rollback()
                whole.refused.append(Fault("", 0, f"{entry.subject} {entry.subject_id}", no.message))
        if done % NOTED_EVERY == 0:
            _note_undo(file_id, done, total, whole, over=False)
    _note_undo(file_id, done, total, whole, over=True)


def _note_undo(file_id: int, done: int, total: int, whole: Written, *, over: bool) -> None:
    with transaction():
        file = db.session.get_one(ProgrammeFile, file_id)
        file.done, file.total = done, total
        file.refused = [[fault.line, fault.column, fault.reason] for fault in whole.refused]
        if over:
            file.state, file.undone_at = FileState.DONE, clock.now()
            audit.record(
                "programme_import_undone", "programme_file", file.id, expo_id=file.expo_id,
                after={"refused": len(whole.refused)},
            )  # fmt: skip


def forget(*, file_id: int) -> None:
    """Throw the content away. Twice is once."""
    with transaction():
        file = db.session.get(ProgrammeFile, file_id)
        if file is not None:
            file.content = None


@jobs.handler(_FORGET)
def _forget_later(payload: dict[str, Any]) -> None:
    forget(file_id=payload["file"])

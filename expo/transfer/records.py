"""One time of a session as any file says it: the neutral form between all the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.imports.sheets import Fault
from expo.programme.words import Admission, SessionState, Visibility

MOST = 5_000  # entries of one file
LARGEST = 12 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who appears. `key` is the id in the file, "" where it has none; `role` "" where it says none."""

    name: str
    key: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says. None means that it says nothing of it, and what is there stays.

    `key` is the file's id of this time, `session` what the times of one session share. `room` is as it is written.
    """

    line: int
    key: str
    title: str | None = None
    session: str = ""
    code: str = ""
    conference: str = ""
    parent: str | None = None
    abstract: str | None = None
    type: str | None = None
    track: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    placed: bool = True  # whether the file says when and where at all
    room: str | None = None
    people: tuple[Who, ...] | None = None
    languages: tuple[str, ...] | None = None
    first_language_only: bool = False
    sdgs: tuple[int, ...] | None = None
    tags: tuple[str, ...] | None = None
    seats: int | None = None
    says_seats: bool = False
    visibility: Visibility | None = None
    admission: Admission | None = None
    state: SessionState | None = None
    tentative: bool = False
    url: str = ""


@dataclass(slots=True)
class Found:
    """What was read: entries in their order, and what is wrong with others."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, entry: Entry, faults: list[Fault]) -> None:
        """Keep the entry, or why it cannot be meant."""
        if len(self.entries) + len(self.faults) >= MOST:
            raise BadInput(_("At most %(most)s sessions at once. Split the file.", most=MOST), field="file")
        if not faults:
            self.entries.append(entry)
        self.faults += faults


def each_once(found: Found, file: str) -> Found:
    """The same id twice is a fault of the later one, unless that is another time of one session."""
    seen: dict[str, int] = {}
    kept = []
    for entry in found.entries:
        if entry.key in seen:
            said = _("the same id as in line %(line)s", line=seen[entry.key])
            found.faults.append(Fault(file, entry.line, _("id"), said))
            continue
        seen[entry.key] = entry.line
        kept.append(entry)
    return replace(found, entries=kept)

"""Faults that show only when rows and files are held against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from flask_babel import gettext as _

from . import folding, h22
from .cells import shown
from .h22 import ConferenceRow, DataSet, SessionRow
from .sheets import Fault, Row


class HasRow(Protocol):
    """Anything that was read from one row of a file."""

    @property
    def row(self) -> Row: ...


Read = TypeVar("Read", bound=HasRow)


def check(found: DataSet) -> None:
    """Add what does not fit together to the faults of the files."""
    _once(found.sources, "key", lambda each: (each.key,))
    _once(found.conferences, "slug", lambda each: (each.slug,))
    _once(found.rooms, "room", lambda each: (each.draft.name,))
    _once(found.speakers, "slug", lambda each: (each.slug,))
    _once(found.sessions, "code", lambda each: (each.code,))
    _once(found.appearances, "speaker_slug", lambda each: (each.session, each.speaker, each.role))
    _once(found.tickets, "name", lambda each: (each.conference, each.draft.name))
    conferences = {each.slug: each for each in found.conferences}
    if conferences and h22.EXPO not in conferences:
        found.faults.append(
            Fault("conferences.csv", 0, "slug", _("there is no row “%(slug)s”", slug=h22.EXPO))
        )
    for each in found.conferences:
        _check_conference(each, conferences)
    _check_sessions(found, conferences)
    _check_folds(found)
    _check_places(found)


def _once(rows: Iterable[Read], column: str, key: Callable[[Read], tuple[str, ...]]) -> None:
    first: dict[tuple[str, ...], int] = {}
    for each in rows:
        name = key(each)
        if not all(name):
            continue  # it could not be read, and says so
        if name in first:
            each.row.wrong(column, _("the same as on line %(line)s", line=first[name]))
        first.setdefault(name, each.row.line)


def _was_read(found: DataSet, row: Row, column: str) -> bool:
    """Whether a cell has no fault of its own, so that what is held against it is worth saying."""
    return not any(
        (row.file, row.line, column) == (fault.file, fault.line, fault.column) for fault in found.faults
    )


def _check_conference(each: ConferenceRow, conferences: dict[str, ConferenceRow]) -> None:
    draft = each.draft
    if draft.ends_on < draft.starts_on:
        each.row.wrong("ends_on", _("it ends before it starts"))
    for day in draft.closed_dates:
        if not draft.starts_on <= day <= draft.ends_on:
            each.row.wrong("closed_dates", _("%(day)s lies outside the conference", day=day))
    if not each.parent:
        return
    parent = conferences.get(each.parent)
    if parent is None:
        each.row.wrong("parent", _("there is no conference “%(slug)s”", slug=shown(each.parent)))
    elif _loops(each.slug, lambda slug: conferences[slug].parent if slug in conferences else ""):
        each.row.wrong("parent", _("it would be inside itself"))
    elif draft.starts_on < parent.draft.starts_on or draft.ends_on > parent.draft.ends_on:
        each.row.wrong("starts_on", _("it does not lie within “%(slug)s”", slug=parent.slug))


def _loops(start: str, above: Callable[[str], str]) -> bool:
    seen = {start}
    here = above(start)
    while here:
        if here in seen:
            return True
        seen.add(here)
        here = above(here)
    return False


def _check_sessions(found: DataSet, conferences: dict[str, ConferenceRow]) -> None:
    capacities = {
        each.draft.name: each.draft.capacity for each in found.rooms if _was_read(found, each.row, "capacity")
    }
    sessions = {each.code: each for each in found.sessions}
    for each in found.sessions:
        conference = conferences.get(each.conference)
        if each.starts and each.ends and each.ends <= each.starts:
            each.row.wrong("ends_at", _("it ends before it starts"))
        if conference and each.starts:
            draft, day = conference.draft, each.starts.date()
            if not draft.starts_on <= day <= draft.ends_on:
                each.row.wrong("starts_at", _("outside the dates of “%(slug)s”", slug=conference.slug))
            elif day in draft.closed_dates:
                each.row.wrong("starts_at", _("“%(slug)s” is closed on that day", slug=conference.slug))
        capacity = capacities.get(each.room)
        if capacity is not None and each.capacity > capacity:
            each.row.wrong(
                "capacity", _("%(room)s holds %(capacity)s people", room=each.room, capacity=capacity)
            )
        _check_parent(each, sessions)


def _check_parent(each: SessionRow, sessions: dict[str, SessionRow]) -> None:
    if not each.parent:
        return
    parent = sessions.get(each.parent)
    if parent is None:
        each.row.wrong("parent_code", _("there is no session “%(code)s”", code=shown(each.parent)))
    elif parent.conference != each.conference:
        each.row.wrong("parent_code", _("“%(code)s” belongs to another conference", code=parent.code))
    elif _loops(each.code, lambda code: sessions[code].parent if code in sessions else ""):
        each.row.wrong("parent_code", _("it would be its own parent"))


def _check_folds(found: DataSet) -> None:
    """Rows that are one session share what only a session can say."""
    for rows in folding.groups(found.sessions):
        first = rows[0]
        for each in rows[1:]:
            for column, mine, its in (
                ("sdgs", set(each.sdgs), set(first.sdgs)),
                ("track", each.track, first.track),
                ("visibility", each.visibility, first.visibility),
                ("booking", each.admission, first.admission),
            ):
                if mine != its and _was_read(found, first.row, column):
                    said = _("%(code)s is the same session and says otherwise", code=first.code)
                    each.row.wrong(column, said)


def _check_places(found: DataSet) -> None:
    """No room holds two things at a time, and nobody is in two places."""
    sessions = {each.code: each for each in found.sessions}
    in_rooms: dict[str, list[SessionRow]] = defaultdict(list)
    for each in found.sessions:
        in_rooms[each.room].append(each)
    for room, held in in_rooms.items():
        for earlier, later in _overlaps(held) if room else ():
            said = _("%(room)s holds %(code)s at that time", room=room, code=earlier.code)
            later.row.wrong("room", said)
    of_people: dict[str, dict[str, Row]] = defaultdict(dict)
    for appearance in found.appearances:
        if appearance.session in sessions:
            of_people[appearance.speaker].setdefault(appearance.session, appearance.row)
    for speaker, rows in of_people.items():
        for earlier, later in _overlaps([sessions[code] for code in rows]) if speaker else ():
            said = _("%(slug)s is in %(code)s at that time", slug=speaker, code=earlier.code)
            rows[later.code].wrong("speaker_slug", said)


def _overlaps(sessions: list[SessionRow]) -> Iterator[tuple[SessionRow, SessionRow]]:
    """Each one that begins while an earlier one runs, with that one."""
    timed: list[tuple[datetime, datetime, SessionRow]] = [
        (each.starts, each.ends, each)
        for each in sessions
        if each.starts and each.ends and each.starts < each.ends
    ]
    latest: tuple[datetime, datetime, SessionRow] | None = None
    for here in sorted(timed, key=lambda one: (one[0], one[2].row.line)):
        if latest and here[0] < latest[1]:
            yield latest[2], here[2]
        if latest is None or here[1] > latest[1]:
            latest = here

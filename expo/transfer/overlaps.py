"""What of a file would be two things at once. Kept all the same, and said: another system's schedule is as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from datetime import datetime

from flask_babel import gettext as _

from expo.programme.words import SessionState
from expo.scheduling import boards

from .known import Known
from .planning import Line

Span = tuple[
    datetime, datetime, str, Line | None
]  # from, to, what it is called; None where it stands there already


def note(known: Known, lines: list[Line]) -> None:
    """Add a note to each line that would share its room, or one of its people, with something else."""
    planned = [line for line in lines if line.occurrence and _stands(line)]
    if not planned:
        return
    spans: dict[Hashable, list[Span]] = defaultdict(list)
    called: dict[Hashable, str] = {}
    for line in planned:
        assert line.occurrence is not None
        starts, ends = line.occurrence.starts_at, line.occurrence.ends_at
        assert starts is not None
        assert ends is not None
        room: Hashable = line.occurrence.room_id or line.new_room
        called[room] = line.entry.room or line.new_room
        title = _title(line)
        spans[room].append((starts, ends, title, line))
        for speaker, who in line.people or ():
            person: Hashable = ("person", speaker or who.key or who.name)
            called[person] = who.name
            spans[person].append((starts, ends, title, line))
    _add_standing(known, planned, spans)
    for subject, some in spans.items():
        _note(called.get(subject, ""), some)


def _stands(line: Line) -> bool:
    assert line.occurrence is not None
    cancelled = line.session is not None and line.session.state is SessionState.CANCELLED
    placed = (
        line.occurrence.starts_at and line.occurrence.ends_at and (line.occurrence.room_id or line.new_room)
    )
    return bool(placed) and not cancelled and not line.faults


def _title(line: Line) -> str:
    return line.entry.title or line.entry.key


def _add_standing(known: Known, planned: list[Line], spans: dict[Hashable, list[Span]]) -> None:
    starts = min(
        line.occurrence.starts_at for line in planned if line.occurrence and line.occurrence.starts_at
    )
    ends = max(line.occurrence.ends_at for line in planned if line.occurrence and line.occurrence.ends_at)
    own = {line.occurrence_id for line in planned}
    board = boards.of(known.conference.expo_id)
    for row in board.in_order:
        near = row.starts_at < ends and row.ends_at > starts
        if near and row.id not in own and row.room_id in spans and board.places[row.room_id].limit == 1:
            spans[row.room_id].append((row.starts_at, row.ends_at, row.code, None))


def _note(subject: str, spans: list[Span]) -> None:
    latest: Span | None = None
    for span in sorted(spans, key=lambda one: (one[0], one[1], one[2])):
        if latest is not None and span[0] < latest[1]:
            for line, other in ((span[3], latest[2]), (latest[3], span[2])):
                said = _("%(subject)s: at the same time as “%(other)s”", subject=subject, other=other)
                if line is not None and said not in line.notes:
                    line.notes.append(said)
        if latest is None or span[1] > latest[1]:
            latest = span

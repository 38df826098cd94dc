"""The same tour on sixty days is one session with sixty occurrences: rows that are alike fold together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .h22 import AppearanceRow, SessionRow

Bill = tuple[tuple[str, str], ...]  # (speaker's slug, role), in order


@dataclass(frozen=True, slots=True)
class OccurrenceFold:
    """One row as an occurrence. None means: as the session says."""

    row: SessionRow
    languages: tuple[str, ...] | None
    abstract: str | None
    bill: Bill


@dataclass(frozen=True, slots=True)
class SessionFold:
    """A session: its first row speaks for it, except where occurrences say otherwise."""

    first: SessionRow
    bill: Bill
    occurrences: list[OccurrenceFold]


def groups(rows: Iterable[SessionRow]) -> list[list[SessionRow]]:
    """Rows that are equal in conference, title, type, room and parent, in the order of the file."""
    found: dict[tuple[str, ...], list[SessionRow]] = defaultdict(list)
    for each in rows:
        found[each.conference, each.title, each.type, each.room, each.parent].append(each)
    return list(found.values())


def fold(rows: Iterable[SessionRow], appearances: Iterable[AppearanceRow]) -> list[SessionFold]:
    """All sessions, parents before their children."""
    bills: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for appearance in appearances:
        bills[appearance.session].append((appearance.speaker, appearance.role))
    folded = [_fold(group, {each.code: tuple(bills[each.code]) for each in group}) for group in groups(rows)]
    return _parents_first(folded)


def _fold(group: list[SessionRow], bills: dict[str, Bill]) -> SessionFold:
    first = group[0]
    # The same people every time are the session's people, else each occurrence has its own.
    shared = len(set(bills.values())) == 1
    return SessionFold(
        first,
        bills[first.code] if shared else (),
        [
            OccurrenceFold(
                each,
                None if each.languages == first.languages else each.languages,
                None if each.abstract == first.abstract else each.abstract,
                () if shared else bills[each.code],
            )
            for each in group
        ],
    )


def _parents_first(folded: list[SessionFold]) -> list[SessionFold]:
    of_code = {each.row.code: session for session in folded for each in session.occurrences}
    ordered: dict[str, SessionFold] = {}

    def place(session: SessionFold) -> None:
        if session.first.code in ordered:
            return
        if session.first.parent:
            place(of_code[session.first.parent])
        ordered[session.first.code] = session

    for session in folded:
        place(session)
    return list(ordered.values())

"""Who or what holds all the words that somebody typed, the best first. Never finds what it may not show.

Rank is told by where the words stand: as whole words in the title, in the title, there or among the people, there
or among the places and sorts, or also in the abstract. How often a word stands in what the viewer may not see
weighs nothing. Both databases answer alike.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from expo.core.db import ChoiceType, MomentType, db, is_sqlite

from .models import OccurrenceVersion, SearchKind
from .search_words import Asked

# In which columns all the words stand, from the best on: as SQLite names them, and by PostgreSQL's weights.
_RANKS = (
    ("title", "A"),
    ("title", "A"),
    ("title people", "AB"),
    ("title people places", "ABC"),
    ("title people places abstract", ""),
)
_RANKED = range(len(_RANKS))
_SEEN = "entry.expo_id = :expo AND (entry.conference_id IS NULL OR entry.conference_id IN :tickets)"
_HITS = " UNION ALL ".join(
    f"SELECT rowid AS id, {rank} AS rank FROM search_index WHERE search_index MATCH :rank{rank}"  # noqa: S608
    for rank in _RANKED
)
_CASES = " ".join(
    f"WHEN entry.search_index @@ CAST(:rank{rank} AS tsquery) THEN {rank}" for rank in _RANKED[:-1]
)
# CROSS, so that SQLite looks up the entries of the hits, and not the hits of all entries.
_ON_SQLITE = f"""
    SELECT entry.kind, entry.subject_id, min(hit.rank) AS rank
    FROM (SELECT id, min(rank) AS rank FROM ({_HITS}) GROUP BY id) AS hit
    CROSS JOIN search_entries AS entry ON entry.id = hit.id
    WHERE {_SEEN} GROUP BY entry.kind, entry.subject_id
"""  # noqa: S608
_ON_POSTGRESQL = f"""
    SELECT entry.kind, entry.subject_id, min(CASE {_CASES} ELSE {_RANKED[-1]} END) AS rank
    FROM search_entries AS entry WHERE entry.search_index @@ CAST(:rank{_RANKED[-1]} AS tsquery) AND {_SEEN}
    GROUP BY entry.kind, entry.subject_id
"""  # noqa: S608


def _holding(statement: str) -> sa.CTE:
    """What holds every word, each once, with its best rank."""
    return (
        sa.text(statement)
        .bindparams(sa.bindparam("tickets", expanding=True))
        .columns(kind=ChoiceType(SearchKind), subject_id=sa.Integer, rank=sa.Integer)
        .cte("holding")
    )


def _with_next_time(holding: sa.CTE) -> sa.Select[Any]:
    """What holds every word; sessions with when they are next."""
    next_time = (
        sa.select(sa.func.min(OccurrenceVersion.starts_at, type_=sa.String))  # compared, never read
        .where(
            holding.c.kind == SearchKind.SESSION,
            OccurrenceVersion.session_id == holding.c.subject_id,
            OccurrenceVersion.until_release_id.is_(None),
            OccurrenceVersion.ends_at > sa.bindparam("now", type_=MomentType()),
            sa.not_(OccurrenceVersion.cancelled),
        )
        .scalar_subquery()
    )
    return sa.select(holding.c.kind, holding.c.subject_id, holding.c.rank, next_time)


_HOLDING = {True: _holding(_ON_SQLITE), False: _holding(_ON_POSTGRESQL)}
_BEST = {sqlite: _with_next_time(holding) for sqlite, holding in _HOLDING.items()}
_SESSIONS = {
    sqlite: sa.select(holding.c.subject_id)
    .where(holding.c.kind == SearchKind.SESSION)
    .order_by(holding.c.rank, holding.c.subject_id)
    for sqlite, holding in _HOLDING.items()
}

_COUNTS = {sqlite: sa.select(sa.func.count()).select_from(holding) for sqlite, holding in _HOLDING.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """Things of one kind that hold the words: how many, the ids of the first, the best first, and the rank of the
    very best, 0 for a title with all the words."""

    of: int
    ids: list[int]
    rank: int


def look(
    expo_id: int, asked: Asked, tickets: Collection[int], now: datetime, most: int
) -> dict[SearchKind, Found]:
    """What holds every word, as somebody with tickets of these conferences may find it: up to `most` of each kind,
    the best first; of sessions of equal rank what comes next, and what is over last. One query."""
    rows: defaultdict[SearchKind, list[tuple[Any, ...]]] = defaultdict(list)
    for row in _run(_BEST, expo_id, asked, tickets, now=now):
        kind, subject_id, rank, next_time = tuple(row)
        rows[kind].append((rank, next_time is None, next_time, subject_id))
    best = {kind: heapq.nsmallest(most, of_kind) for kind, of_kind in rows.items()}
    return {
        kind: Found(len(rows[kind]), [row[-1] for row in first], first[0][0]) for kind, first in best.items()
    }


def sessions(expo_id: int, asked: str, tickets: Collection[int] = ()) -> list[int]:
    """Ids of all sessions that hold every word, the best first."""
    return [row.subject_id for row in _run(_SESSIONS, expo_id, Asked.of(asked), tickets)]


def count(expo_id: int, word: str, tickets: Collection[int]) -> int:
    """How many things hold this one word."""
    rows = _run(_COUNTS, expo_id, Asked.of(word), tickets)
    return int(rows[0][0]) if rows else 0


def _run(
    statements: dict[bool, sa.Select[Any]],
    expo_id: int,
    asked: Asked,
    tickets: Collection[int],
    **more: object,
) -> list[sa.Row[Any]]:
    if not asked.words:
        return []
    sqlite = is_sqlite()
    phrase = _for_sqlite if sqlite else _for_postgresql
    columns = [on_sqlite if sqlite else weights for on_sqlite, weights in _RANKS]
    ranks = {f"rank{rank}": phrase(asked, columns[rank], whole=rank == 0) for rank in _RANKED}
    values = {"expo": expo_id, "tickets": sorted(tickets), **ranks, **more}
    return list(db.session.execute(statements[sqlite], values))


def _for_sqlite(asked: Asked, columns: str, *, whole: bool) -> str:
    phrases = (f'"{word}"{"*" if begins and not whole else ""}' for word, begins in asked.beginnings())
    return f"{{{columns}}} : ({' AND '.join(phrases)})"


def _for_postgresql(asked: Asked, weights: str, *, whole: bool) -> str:
    def phrase(word: str, begins: bool) -> str:
        marks = f"{'*' if begins and not whole else ''}{weights}"
        return f"'{word}'{':' if marks else ''}{marks}"

    return " & ".join(phrase(word, begins) for word, begins in asked.beginnings())

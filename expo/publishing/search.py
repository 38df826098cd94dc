"""Who or what holds all the words that somebody typed, the best first. Never finds what it may not show.

Rank is told by where the words stand: as whole words in the title, in the title, there or among the people, there
or among the places and sorts, or also in the abstract. How often a word stands in what the viewer may not see
weighs nothing. Both databases answer alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from expo.core.db import db, is_sqlite

from . import queries
from .items import Item
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


@dataclass(frozen=True, slots=True)
class Found:
    """Something that holds the words. `rank` is 0 for the best."""

    kind: SearchKind
    subject_id: int
    rank: int


_SEEN = """
    entry.expo_id = :expo AND entry.kind IN :kinds
    AND (entry.conference_id IS NULL OR entry.conference_id IN :tickets)
    GROUP BY entry.kind, entry.subject_id ORDER BY 3, 1, 2
"""
_HITS = " UNION ALL ".join(
    f"SELECT rowid AS id, {rank} AS rank FROM search_index WHERE search_index MATCH :rank{rank}"  # noqa: S608
    for rank in _RANKED
)
_ON_SQLITE = f"""
    SELECT entry.kind, entry.subject_id, min(hit.rank)
    FROM ({_HITS}) AS hit JOIN search_entries AS entry ON entry.id = hit.id WHERE {_SEEN}
"""  # noqa: S608
_CASES = " ".join(
    f"WHEN entry.search_index @@ CAST(:rank{rank} AS tsquery) THEN {rank}" for rank in _RANKED[:-1]
)
_ON_POSTGRESQL = f"""
    SELECT entry.kind, entry.subject_id, min(CASE {_CASES} ELSE {_RANKED[-1]} END)
    FROM search_entries AS entry WHERE entry.search_index @@ CAST(:rank{_RANKED[-1]} AS tsquery) AND {_SEEN}
"""  # noqa: S608
_LOOK = {
    sqlite: sa.text(statement).bindparams(
        sa.bindparam("kinds", expanding=True), sa.bindparam("tickets", expanding=True)
    )
    for sqlite, statement in ((True, _ON_SQLITE), (False, _ON_POSTGRESQL))
}


def look(
    expo_id: int, asked: Asked, tickets: Collection[int] = (), kinds: Iterable[SearchKind] = SearchKind
) -> list[Found]:
    """What holds every word, as somebody with tickets of these conferences may find it. One query."""
    if not asked.words:
        return []
    sqlite = is_sqlite()
    phrase = _for_sqlite if sqlite else _for_postgresql
    values = {f"rank{rank}": phrase(asked, _RANKS[rank][not sqlite], whole=rank == 0) for rank in _RANKED}
    lists = {"kinds": [kind.value for kind in kinds], "tickets": sorted(tickets)}
    rows = db.session.execute(_LOOK[sqlite], {"expo": expo_id, **lists, **values})
    return [Found(SearchKind(kind), subject_id, rank) for kind, subject_id, rank in rows]


def _for_sqlite(asked: Asked, columns: str, *, whole: bool) -> str:
    phrases = (f'"{word}"{"*" if begins and not whole else ""}' for word, begins in asked.beginnings())
    return f"{{{columns}}} : ({' AND '.join(phrases)})"


def _for_postgresql(asked: Asked, weights: str, *, whole: bool) -> str:
    def phrase(word: str, begins: bool) -> str:
        marks = f"{'*' if begins and not whole else ''}{weights}"
        return f"'{word}'{':' if marks else ''}{marks}"

    return " & ".join(phrase(word, begins) for word, begins in asked.beginnings())


def sessions(expo_id: int, asked: str, tickets: Collection[int] = ()) -> list[int]:
    """Ids of the sessions that hold every word, the best first."""
    found = look(expo_id, Asked.of(asked), tickets, [SearchKind.SESSION])
    return [each.subject_id for each in found]


@dataclass(frozen=True, slots=True)
class SessionFound:
    """A session at its next time (at its last, when all are over), as the viewer may see it. `more`: how many times
    it has after that, the last of them on `until`."""

    item: Item
    more: int
    until: date


_STANDING = sa.and_(
    OccurrenceVersion.ends_at > sa.bindparam("now", type_=OccurrenceVersion.ends_at.type),
    sa.not_(OccurrenceVersion.cancelled),
)
_TIMES = (
    sa.select(
        OccurrenceVersion.session_id,
        sa.func.min(sa.case((_STANDING, OccurrenceVersion.starts_at))),
        sa.func.max(OccurrenceVersion.starts_at),
        sa.func.sum(sa.case((_STANDING, 1), else_=0)),
        sa.func.max(OccurrenceVersion.day),
    )
    .where(
        OccurrenceVersion.until_release_id.is_(None),
        OccurrenceVersion.session_id.in_(sa.bindparam("sessions", expanding=True)),
    )
    .group_by(OccurrenceVersion.session_id)
)


def at_next_times(
    expo_id: int, found: list[Found], tickets: Collection[int], now: datetime, most: int
) -> list[SessionFound]:
    """The best of these sessions, of equal rank the next first; what is over stands last among them. Two queries."""
    ranks = {each.subject_id: each.rank for each in found}
    rows = db.session.execute(_TIMES, {"sessions": list(ranks), "now": now}) if ranks else ()
    times = {session_id: rest for session_id, *rest in rows}

    def order(session_id: int) -> tuple[int, bool, float, int]:
        ahead, last, *_rest = times[session_id]
        return ranks[session_id], not ahead, ahead.timestamp() if ahead else -last.timestamp(), session_id

    best = sorted(times, key=order)[:most]
    moments = {session_id: times[session_id][0] or times[session_id][1] for session_id in best}
    items: dict[int, Item] = {}
    for item in queries.items(
        expo_id,
        OccurrenceVersion.session_id.in_(best),
        OccurrenceVersion.starts_at.in_(set(moments.values())),
    ):
        if moments[item.session_id] == item.starts_at and (
            item.session_id not in items or items[item.session_id].cancelled
        ):
            items[item.session_id] = item.seen_with(tickets)
    return [
        SessionFound(items[session_id], max(0, times[session_id][2] - 1), times[session_id][3])
        for session_id in best
        if session_id in items
    ]

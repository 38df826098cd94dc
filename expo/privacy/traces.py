"""Free text that names a person: a reason, a note on a payment, an answer kept for an API client. Found by searching
every text of the database before the erasure (a search reads, and keeps nobody waiting), taken out with it.

What the public programme says is not searched: a speaker of the same name stays named. Scans are never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.schema import Column, Table

from expo.core.db import Base, db
from expo.core.personal import ERASED, Subject

_PUBLIC = frozenset({"expos", "organisations", "outcomes", "programme", "publishing", "speakers"})
# Issued invoices are never edited; invoicing/personal.py says what becomes of the rest.
_SEALED = frozenset({"invoicing"})
_KEPT = frozenset({"erasures", "persons", "accounts", "scans", "presences", "ledger_rows"})


@dataclass(frozen=True, slots=True)
class Trace:
    """One value that names the person: its table, its row by primary key, its column."""

    table: Table
    key: tuple[Any, ...]
    column: Column[Any]


def needles(subject: Subject, *, name_is_theirs: bool) -> list[str]:
    """What to search for. A name of one word would be found inside others; one that two have is not theirs alone."""
    wanted = [subject.email] if subject.email else []
    if name_is_theirs and " " in subject.name.strip():
        wanted.append(subject.name)
    return wanted


def find(wanted: list[str]) -> list[Trace]:
    """Where these words stand. Reads each table once."""
    return list(_find(wanted)) if wanted else []


def _find(wanted: list[str]) -> Iterator[Trace]:
    for table in _tables():
        columns = [column for column in table.c if _is_text(column)]
        if not columns:
            continue
        hits = [sa.or_(*(_holds(column, word) for word in wanted)) for column in columns]
        keys = list(table.primary_key.columns)
        rows = db.session.execute(
            sa.select(*keys, *(hit.label(f"h{n}") for n, hit in enumerate(hits))).where(sa.or_(*hits))
        )
        for row in rows:
            for column, hit in zip(columns, row[len(keys) :], strict=True):
                if hit:
                    yield Trace(table, tuple(row[: len(keys)]), column)


def _tables() -> list[Table]:
    rooms = {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
    }
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in _KEPT and rooms.get(table.name) not in _PUBLIC | _SEALED
    ]


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, sa.String | sa.JSON) and not column.primary_key


def _holds(column: Column[Any], word: str) -> sa.ColumnElement[bool]:
    text = sa.cast(column, sa.Text)
    written = _in_json(word) if isinstance(column.type, sa.JSON) else word
    # As it is and in capitals too, because some databases lower the letters of English only.
    capitals = _in_json(word.upper()) if isinstance(column.type, sa.JSON) else word.upper()
    hit = sa.or_(
        text.contains(written, autoescape=True),
        text.contains(capitals, autoescape=True),
        sa.func.lower(text).contains(written.lower(), autoescape=True),
    )
    return sa.func.coalesce(hit, sa.false())


def _in_json(word: str) -> str:
    """The word as it stands inside JSON that was written with ASCII only."""
    return json.dumps(word)[1:-1]


def take_out(found: list[Trace], wanted: list[str], *, instead: str = ERASED) -> None:
    """Put "[erased]" or an alias in their place, inside the transaction; rows that went with it are gone already."""
    for trace in found:
        row = sa.and_(
            *(
                column == value
                for column, value in zip(trace.table.primary_key.columns, trace.key, strict=True)
            )
        )
        value = db.session.scalar(sa.select(trace.column).where(row))
        if value is not None:
            db.session.execute(
                sa.update(trace.table)
                .where(row)
                .values({trace.column: cleaned(value, wanted, instead=instead)})
            )


def cleaned(value: Any, wanted: list[str], *, instead: str = ERASED) -> Any:
    """The value without these words, whatever their case; lists and objects keep their shape."""
    if isinstance(value, dict):
        return {key: cleaned(one, wanted, instead=instead) for key, one in value.items()}
    if isinstance(value, list):
        return [cleaned(one, wanted, instead=instead) for one in value]
    if not isinstance(value, str):
        return value
    for word in wanted:
        place = value.casefold().find(word.casefold())
        while place >= 0:
            value = value[:place] + instead + value[place + len(word) :]
            place = value.casefold().find(word.casefold(), place + len(instead))
    return value

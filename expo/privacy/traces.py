"""Free text that names a person: a reason, a note on a payment, an answer kept for an API client. Found by searching
every text of the database before the erasure (a search reads, and keeps nobody waiting), taken out with it.

What the public programme says is not searched: a speaker of the same name stays named. Scans are never changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
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


# What has a person of its own, and by what other rows belong to it; and the fields by which a row is an address's.
_OWNED = ("orders", "registrations", "badges")
_ADDRESSES = ("email", "recipient", "focal_email")
_FREE_FROM = 100  # characters: below are codes, languages, states


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


def find_own(subject: Subject, same: Collection[int], *, alone: bool = False) -> list[Trace]:
    """Where the name stands in rows that are surely theirs: because they point at the person, at an order, a
    registration or a badge of theirs, or carry the address that is theirs alone. There a name of one word is found,
    and one that others have, as words of their own; `alone`, only where nothing else is said."""
    found, word = [], _whole(subject.name)
    for table in [*_tables(), Base.metadata.tables["billing_details"]]:
        columns = [column for column in table.c if _is_free(column)]
        theirs = _theirs(table, subject, same)
        if not columns or not theirs:
            continue
        keys = list(table.primary_key.columns)
        for row in db.session.execute(sa.select(*keys, *columns).where(sa.or_(*theirs))):
            for column, value in zip(columns, row[len(keys) :], strict=True):
                if value == subject.name if alone else value is not None and word.search(_text(value)):
                    found.append(Trace(table, tuple(row[: len(keys)]), column))
    return found


def _theirs(table: Table, subject: Subject, same: Collection[int]) -> list[sa.ColumnElement[bool]]:
    """What makes a row of this table theirs; empty for a table that nobody owns."""
    told: list[sa.ColumnElement[bool]] = []
    for key in table.foreign_keys:
        there, column = key.column.table, key.parent
        if column.name == "person_id":
            told.append(column.in_(same))
        elif there.name in _OWNED and column.name == f"{there.name[:-1]}_id":
            told.append(column.in_(sa.select(there.c.id).where(there.c.person_id.in_(same))))
    if subject.email is not None:
        told += [table.c[name] == subject.email for name in _ADDRESSES if name in table.c]
        if "expo_id" in table.c:
            told = [sa.and_(sa.or_(*told), table.c.expo_id == subject.expo_id)] if told else []
    return told


def _is_free(column: Column[Any]) -> bool:
    """A field that a human filled: no code, key or number of another program."""
    if not _is_text(column) or column.foreign_keys:
        return False
    length = getattr(column.type, "length", None)
    return (length is None or length >= _FREE_FROM) and not column.name.endswith(("_id", "key", "url"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


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


def take_out(found: list[Trace], wanted: list[str], *, instead: str = ERASED, words: bool = False) -> None:
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
                .values({trace.column: cleaned(value, wanted, instead=instead, words=words)})
            )


def cleaned(value: Any, wanted: list[str], *, instead: str = ERASED, words: bool = False) -> Any:
    """The value without these, whatever their case; lists and objects keep their shape. `words`: not inside others."""
    if isinstance(value, dict):
        return {key: cleaned(one, wanted, instead=instead, words=words) for key, one in value.items()}
    if isinstance(value, list):
        return [cleaned(one, wanted, instead=instead, words=words) for one in value]
    if not isinstance(value, str):
        return value
    if words:
        for word in wanted:
            value = _whole(word).sub(lambda _found: instead, value)
        return value
    for word in wanted:
        place = value.casefold().find(word.casefold())
        while place >= 0:
            value = value[:place] + instead + value[place + len(word) :]
            place = value.casefold().find(word.casefold(), place + len(instead))
    return value

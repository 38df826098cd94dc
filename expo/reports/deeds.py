"""What was done in an expo, as it was written down: who, when, what, before, after and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from expo.accounts.models import Account
from expo.core.audit import AuditEntry
from expo.core.db import Base, db
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme.models import Area, Room, Session, SessionType, Track, Venue
from expo.reports import timeline

LONGEST = 160  # letters of a value on a page
# Whose numbers stand for names that people know.
_NAMED: dict[str, tuple[type[Base], str]] = {
    "room_id": (Room, "name"),
    "type_id": (SessionType, "name"),
    "track_id": (Track, "name"),
    "area_id": (Area, "name"),
    "venue_id": (Venue, "name"),
    "parent_id": (Session, "code"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deeds: by the kind of their thing, the thing itself, the day, and who did them."""

    subject: str = ""
    subject_id: str = ""
    day: date | None = None
    who: str = ""  # part of an account's name or address


@dataclass(frozen=True, slots=True)
class Value:
    """One value that became another."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    subject_id: str
    why: str
    values: tuple[Value, ...]
    entry: AuditEntry


def count(expo: Expo, asked: Asked) -> int:
    """How many there are."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*_wanted(expo, asked)))
        or 0
    )


def found(expo: Expo, asked: Asked, *, skip: int, most: int) -> list[Deed]:
    """Some of them, newest first. At most a dozen queries."""
    newest = sa.select(AuditEntry).where(*_wanted(expo, asked)).order_by(AuditEntry.id.desc())
    return told(list(db.session.scalars(newest.limit(most).offset(skip))))


def _wanted(expo: Expo, asked: Asked) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [AuditEntry.expo_id == expo.id]
    if asked.subject:
        wanted.append(AuditEntry.subject == asked.subject)
    if asked.subject_id:
        wanted.append(AuditEntry.subject_id == asked.subject_id)
    if asked.day is not None:
        begins = datetime.combine(asked.day, time.min, expo.zone)
        ends = datetime.combine(asked.day + timedelta(days=1), time.min, expo.zone)
        wanted += [AuditEntry.at >= begins, AuditEntry.at < ends]
    if asked.who:
        wanted.append(AuditEntry.actor.in_(_actors(asked.who)))
    return wanted


def told(entries: list[AuditEntry]) -> list[Deed]:
    """Entries with the names of whoever acted, and of rooms, types and so on."""
    names = timeline.names_of(entry.actor for entry in entries)
    called = _called(entries)
    return [
        Deed(
            entry.id, entry.at, names[entry.actor], timeline.word(entry.action), entry.subject, entry.subject_id,
            entry.why or "", tuple(_values(entry, called)), entry,
        )
        for entry in entries
    ]  # fmt: skip


def subjects(expo: Expo) -> list[str]:
    """Of what kinds there are deeds in this expo."""
    rows = sa.select(AuditEntry.subject).where(AuditEntry.expo_id == expo.id).distinct()
    return sorted(db.session.scalars(rows))


def by_id(expo_id: int, entry_id: int) -> AuditEntry | None:
    return db.session.scalar(
        sa.select(AuditEntry).where(AuditEntry.expo_id == expo_id, AuditEntry.id == entry_id)
    )


def _actors(text: str) -> list[str]:
    part = text.casefold()
    rows = db.session.scalars(
        sa.select(Account.id).where(
            sa.or_(
                sa.func.lower(Account.name).contains(part, autoescape=True),
                Account.email.contains(part, autoescape=True),
            )
        )
    )
    return [f"account:{number}" for number in rows] + [text]


def _values(entry: AuditEntry, called: dict[tuple[str, Any], str]) -> Iterable[Value]:
    before, after = entry.before, entry.after
    if not isinstance(before, dict) and not isinstance(after, dict):
        if before is not None or after is not None:
            yield Value("", _said("", before, called), _said("", after, called))
        return
    before = before if isinstance(before, dict) else {}
    after = after if isinstance(after, dict) else {"": after} if after is not None else {}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was in (None, "", [], {}) and now in (None, "", [], {}):
            continue
        yield Value(
            name.removesuffix("_id").replace("_", " "), _said(name, was, called), _said(name, now, called)
        )


def _said(name: str, value: Any, called: dict[tuple[str, Any], str]) -> str:
    if value in (None, "", [], {}):
        return "–"
    known = called.get((name, value)) if isinstance(value, int) else None
    text = one_line(known or _plain(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {_plain(one)}" for key, one in value.items() if one not in (None, "", [], {})
        )
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _called(entries: list[AuditEntry]) -> dict[tuple[str, Any], str]:
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for said in (entry.before, entry.after):
            for name, value in said.items() if isinstance(said, dict) else ():
                if name in _NAMED and isinstance(value, int):
                    wanted.setdefault(name, set()).add(value)
    found: dict[tuple[str, Any], str] = {}
    for name, ids in wanted.items():
        kind: Any = _NAMED[name][0]
        column = getattr(kind, _NAMED[name][1])
        found |= {
            (name, key): text
            for key, text in db.session.execute(sa.select(kind.id, column).where(kind.id.in_(ids)))
        }
    return found

"""Where imported rows come from: kept beside the product's tables, shown in demo mode only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from expo.core.db import db, transaction

from .h22 import Origin
from .models import Provenance
from .tally import Tally

SOURCE = "source"  # the subject under which the sources themselves are kept: key, address, what they support


@dataclass(frozen=True, slots=True)
class Entry:
    """One row's origin. `subject` is e.g. "session", `key` its code."""

    subject: str
    key: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of a row: fact, partly or illustrative ("" where only the source is known), and why."""

    reality: str
    note: str
    url: str
    supports: str


def save(expo_id: int, entries: Iterable[Entry], tally: Tally) -> None:
    """Keep these origins; those that are known and the same stay untouched."""
    with transaction():
        known = {
            (row.subject, row.key): row
            for row in db.session.scalars(sa.select(Provenance).where(Provenance.expo_id == expo_id))
        }
        new = []
        for entry in entries:
            row = known.get((entry.subject, entry.key))
            values = {
                "reality": entry.origin.reality,
                "source": entry.origin.source,
                "note": entry.origin.note,
            }
            changed = row is None or any(getattr(row, name) != value for name, value in values.items())
            tally.note("provenances", known=row is not None, changed=changed)
            if row is None:
                new.append({"expo_id": expo_id, "subject": entry.subject, "key": entry.key, **values})
            elif changed:
                for name, value in values.items():
                    setattr(row, name, value)
        if new:
            db.session.execute(sa.insert(Provenance), new)


def of(expo_id: int, subject: str, keys: Iterable[str]) -> dict[str, Said]:
    """What is known of where these things come from, by key; nothing outside demo mode. Two queries."""
    if not current_app.config["EXPO"].demo:
        return {}
    rows = list(
        db.session.scalars(
            sa.select(Provenance).where(
                Provenance.expo_id == expo_id, Provenance.subject == subject, Provenance.key.in_(list(keys))
            )
        )
    )
    named = {row.source for row in rows}
    sources = {
        row.key: row
        for row in db.session.scalars(
            sa.select(Provenance).where(
                Provenance.expo_id == expo_id, Provenance.subject == SOURCE, Provenance.key.in_(named)
            )
        )
    }
    return {row.key: _said(row, sources.get(row.source)) for row in rows}


def _said(row: Provenance, source: Provenance | None) -> Said:
    url = source.source if source else ""
    return Said(
        reality=row.reality,
        note=row.note,
        url=url if url.startswith(("https://", "http://")) else "",  # an address, not a script
        supports=source.note if source else "",
    )

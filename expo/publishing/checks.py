from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.capacity.models import Pool
from expo.core.checks import check
from expo.core.db import db
from expo.programme.models import Occurrence

from . import search_index
from .models import OccurrenceVersion


@check("7", "the calendar SEQUENCE of an occurrence never falls")
def sequences() -> Iterator[str]:
    older, newer = aliased(OccurrenceVersion), aliased(OccurrenceVersion)
    falls = (
        sa.select(newer.occurrence_id)
        .join(older, older.until_release_id == newer.release_id)
        .where(older.occurrence_id == newer.occurrence_id, newer.sequence < older.sequence)
    )
    for occurrence_id in db.session.scalars(falls):
        yield f"occurrence {occurrence_id}: its sequence fell"


@check("1", "an occurrence's pool is as large as its released seats")
def seats() -> Iterator[str]:
    differ = (
        sa.select(Occurrence.code, Pool.capacity, OccurrenceVersion.seats)
        .join(Occurrence, OccurrenceVersion.occurrence_id == Occurrence.id)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(
            OccurrenceVersion.until_release_id.is_(None),
            sa.func.coalesce(Pool.capacity, -1) != sa.func.coalesce(OccurrenceVersion.seats, -1),
        )
    )
    for row in db.session.execute(differ):
        yield f"{row.code}: {row.seats} seats released, {row.capacity} in the pool"


@check("3", "every released occurrence has released content")
def content() -> Iterator[str]:
    from .models import SessionVersion

    lonely = sa.select(OccurrenceVersion.occurrence_id).where(
        OccurrenceVersion.until_release_id.is_(None),
        ~sa.select(SessionVersion.id)
        .where(
            SessionVersion.session_id == OccurrenceVersion.session_id,
            SessionVersion.until_release_id.is_(None),
        )
        .exists(),
    )
    for occurrence_id in db.session.scalars(lonely):
        yield f"occurrence {occurrence_id} is released without its session"


@check("F5", "the search index holds what is released, and nothing else")
def index() -> Iterator[str]:
    yield from search_index.faults()

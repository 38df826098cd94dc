"""Codes for sessions and occurrences that nobody gave one: short, readable, free in the expo."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

import sqlalchemy as sa

from expo.core.db import db

from .models import Conference, Occurrence, Session


def free_code(conference: Conference) -> str:
    return next(free_ones(conference))


def free_ones(conference: Conference) -> Iterator[str]:
    """Codes for new sessions of a conference, one after the other. Two queries, however many are taken."""
    prefix = "".join(word[0] for word in conference.slug.split("-") if word)[:3].upper() or "S"
    number = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Session).where(Session.conference_id == conference.id)
        )
        or 0
    )
    taken = _taken(conference.expo_id, f"{prefix}-")
    while True:
        number += 1
        code = f"{prefix}-{number:03d}"
        if code not in taken:
            yield code


def free_occurrence_code(session: Session) -> str:
    """The session's own code, then the code with a number. One query, however often it takes place."""
    return first_free(session.code, of_times(session.expo_id, session.code))


def first_free(own: str, taken: Collection[str]) -> str:
    """A session's own code, if no time has it, then the code with the first free number."""
    if own not in taken:
        return own
    return next(code for number in count(2) if (code := f"{own}-{number}") not in taken)


def of_times(expo_id: int, own: str = "") -> set[str]:
    """The codes that times of an expo have: of one session's, if its code is given. One query."""
    wanted = sa.select(Occurrence.code).where(Occurrence.expo_id == expo_id)
    if own:
        wanted = wanted.where(
            sa.or_(Occurrence.code == own, Occurrence.code.startswith(f"{own}-", autoescape=True))
        )
    return set(db.session.scalars(wanted))


def _taken(expo_id: int, start: str) -> set[str]:
    """The codes of sessions and times that begin so."""
    either = [
        sa.select(table.code).where(table.expo_id == expo_id, table.code.startswith(start, autoescape=True))
        for table in (Session, Occurrence)
    ]
    return set(db.session.scalars(sa.union(*either)))

"""Codes for sessions and occurrences that nobody gave one: short, readable, free in the expo."""

from __future__ import annotations

from itertools import count

import sqlalchemy as sa

from expo.core.db import db

from . import queries
from .models import Conference, Occurrence, Session


def free_code(conference: Conference) -> str:
    prefix = "".join(word[0] for word in conference.slug.split("-") if word)[:3].upper() or "S"
    number = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Session).where(Session.conference_id == conference.id)
        )
        or 0
    )
    while True:
        number += 1
        code = f"{prefix}-{number:03d}"
        if queries.session(conference.expo_id, code) is None:
            return code


def free_occurrence_code(session: Session) -> str:
    """The session's own code, then the code with a number. One query, however often it takes place."""
    own = session.code
    taken = set(
        db.session.scalars(
            sa.select(Occurrence.code).where(
                Occurrence.expo_id == session.expo_id,
                sa.or_(Occurrence.code == own, Occurrence.code.startswith(f"{own}-", autoescape=True)),
            )
        )
    )
    if own not in taken:
        return own
    return next(code for number in count(2) if (code := f"{own}-{number}") not in taken)

"""Codes for sessions and occurrences that nobody gave one: short, readable, free in the expo."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core.db import db

from . import queries
from .models import Conference, Session


def free_code(conference: Conference) -> str:
    prefix = "".join(word[0] for word in conference.slug.split("-") if word)[:3].upper() or "S"
    count = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Session).where(Session.conference_id == conference.id)
        )
        or 0
    )
    while True:
        count += 1
        code = f"{prefix}-{count:03d}"
        if queries.session(conference.expo_id, code) is None:
            return code


def free_occurrence_code(session: Session) -> str:
    taken = {occurrence.code for occurrence in queries.occurrences(session.id)}
    if session.code not in taken and queries.occurrence(session.expo_id, session.code) is None:
        return session.code
    number = 2
    while queries.occurrence(session.expo_id, f"{session.code}-{number}") is not None:
        number += 1
    return f"{session.code}-{number}"

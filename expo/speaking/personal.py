"""Whom a speaker named in their place: a name and an address that somebody else typed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import ERASED, Subject, keeps
from expo.speakers.models import Speaker

from .models import Substitute


def _mine(who: Subject) -> sa.ColumnElement[bool]:
    by_them = Substitute.speaker_id.in_(
        sa.select(Speaker.id).where(Speaker.expo_id == who.expo_id, Speaker.person_id == who.person_id)
    )
    if who.email is None:
        return by_them
    return sa.or_(by_them, sa.and_(Substitute.expo_id == who.expo_id, Substitute.email == who.email))


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.scalars(sa.select(Substitute).where(_mine(who)).order_by(Substitute.id))
    return [
        {"name": row.name, "email": row.email, "organisation": row.organisation, "note": row.note}
        for row in rows
    ]


def _erase(who: Subject) -> None:
    execute(
        sa.update(Substitute).where(_mine(who)).values(name=ERASED, email=ERASED, organisation="", note="")
    )


# Before "speaker", whose erasure unties the person.
keeps("speaking", tell=_tell, erase=_erase, order=40)

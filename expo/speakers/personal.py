"""A speaker's profile is the programme's; what ties it to a delegate goes, and so does its address."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps

from . import queries
from .models import Availability, Speaker, SpeakerLink


def _mine(who: Subject) -> sa.ColumnElement[bool]:
    mine: sa.ColumnElement[bool] = Speaker.person_id == who.person_id
    if who.email is not None:
        mine = sa.or_(mine, sa.and_(Speaker.expo_id == who.expo_id, Speaker.email == who.email))
    return mine


def _tell(who: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(sa.select(Speaker).where(_mine(who))).all()
    away = queries.unavailable(who.expo_id, [one.id for one in found])
    names = ("name", "title", "city", "country", "bio", "rider", "travel", "contact")
    return [
        {
            **{name: getattr(one, name) for name in names},
            "unavailable": [
                [span.starts_at.isoformat(), span.ends_at.isoformat()] for span in away.get(one.id, [])
            ],
        }
        for one in found
    ]


def _erase(who: Subject) -> None:
    mine = list(db.session.scalars(sa.select(Speaker.id).where(_mine(who))))
    for table in (Availability, SpeakerLink):
        execute(sa.delete(table).where(table.speaker_id.in_(mine)))
    execute(
        sa.update(Speaker)
        .where(Speaker.id.in_(mine))
        .values(person_id=None, email=None, picture=None, rider="", travel="", contact="")
    )


def _stays(who: Subject) -> list[str]:
    named = db.session.scalar(sa.select(Speaker.id).where(_mine(who)).limit(1))
    if named is None:
        return []
    return [_("The programme names you as a speaker. Ask the hosts of the session to take your name out.")]


keeps("speaker", tell=_tell, erase=_erase, stays=_stays)

"""A speaker's profile is the programme's; what ties it to a delegate goes, and so does its address."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps

from .models import Speaker


def _mine(who: Subject) -> sa.ColumnElement[bool]:
    mine: sa.ColumnElement[bool] = Speaker.person_id == who.person_id
    if who.email is not None:
        mine = sa.or_(mine, sa.and_(Speaker.expo_id == who.expo_id, Speaker.email == who.email))
    return mine


def _tell(who: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(sa.select(Speaker).where(_mine(who)))
    return [
        {"name": one.name, "title": one.title, "city": one.city, "country": one.country, "bio": one.bio}
        for one in found
    ]


def _erase(who: Subject) -> None:
    execute(sa.update(Speaker).where(_mine(who)).values(person_id=None, email=None))


def _stays(who: Subject) -> list[str]:
    named = db.session.scalar(sa.select(Speaker.id).where(_mine(who)).limit(1))
    if named is None:
        return []
    return [_("The programme names you as a speaker. Ask the hosts of the session to take your name out.")]


keeps("speaker", tell=_tell, erase=_erase, stays=_stays)

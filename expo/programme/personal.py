"""What speakers handed in for sessions goes with them, from drafts and programme alike."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db
from expo.core.personal import Subject, keeps
from expo.speakers.models import Speaker

from . import session_files
from .file_models import SessionFile


def _mine(who: Subject) -> list[SessionFile]:
    mine: sa.ColumnElement[bool] = Speaker.person_id == who.person_id
    if who.email is not None:
        mine = sa.or_(mine, sa.and_(Speaker.expo_id == who.expo_id, Speaker.email == who.email))
    return session_files.handed_in_by(db.session.scalars(sa.select(Speaker.id).where(mine)).all())


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {"session": one.session.title, "name": one.name, "size": one.size, "at": one.made_at.isoformat()}
        for one in _mine(who)
    ]


def _erase(who: Subject) -> None:
    session_files.take_out(_mine(who))


def _files(who: Subject) -> dict[str, bytes]:
    return {f"{one.id}-{one.name}": session_files.place(one).read_bytes() for one in _mine(who)}


# Before "speaker", whose erasure unties the person.
keeps("programme", tell=_tell, erase=_erase, files=_files, order=40)

"""Taking things away for good: only what nobody was told of, and what nothing stands on."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity.models import Pool
from expo.core import audit, news, stamps
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import Refusal
from expo.expos.models import Expo

from . import session_files
from .file_models import SessionFile
from .guest_models import GuestSession, SessionEditor
from .models import (
    Appearance,
    AppearanceRole,
    Area,
    Occurrence,
    Room,
    Session,
    SessionType,
    Track,
    Venue,
    Walk,
)
from .news import OccurrencesGoing, PlacesChanged, SessionGoing

Removable = Track | SessionType | AppearanceRole | Area | Room | Venue


class InUse(Refusal):
    """Something stands on it: that is to be changed first."""

    code = "in_use"


def remove_session(*, session: Session) -> None:
    """Take a session away with its times. Raises InUse once it was published, or something stands on it."""
    with transaction():
        lock(session)
        ids = list(db.session.scalars(sa.select(Occurrence.id).where(Occurrence.session_id == session.id)))
        _let_go(ids)
        news.tell(SessionGoing(session.expo_id, session.id))
        for table in (Appearance, GuestSession, SessionEditor):
            execute(sa.delete(table).where(table.session_id == session.id))
        session_files.throw_away(SessionFile.session_id == session.id)
        audit.record(
            "session_removed", "session", session.id, expo_id=session.expo_id,
            before={"code": session.code, "title": session.title},
        )  # fmt: skip
        _gone([sa.delete(Session).where(Session.id == session.id)], session.title)


def remove_occurrence(*, occurrence: Occurrence) -> None:
    """Take one time away. Raises InUse once it was published, or something stands on it."""
    with transaction():
        lock(occurrence)
        audit.record(
            "occurrence_removed", "occurrence", occurrence.id, expo_id=occurrence.expo_id,
            before={"code": occurrence.code},
        )  # fmt: skip
        _let_go([occurrence.id])


def _let_go(ids: list[int]) -> None:
    if not ids:
        return
    news.tell(OccurrencesGoing(tuple(ids)))
    pools = list(db.session.scalars(sa.select(Occurrence.pool_id).where(Occurrence.id.in_(ids))))
    _gone(
        [
            sa.delete(Appearance).where(Appearance.occurrence_id.in_(ids)),
            sa.delete(Occurrence).where(Occurrence.id.in_(ids)),
            sa.delete(Pool).where(Pool.id.in_(pools)),
        ],
        _("This time"),
    )


def remove(*, thing: Removable) -> None:
    """Take away a track, type, role, area, room or venue that nothing uses. Raises InUse."""
    kind, name = type(thing), thing.name
    with transaction():
        lock(db.session.get_one(Expo, thing.expo_id))
        subject = {SessionType: "session_type", AppearanceRole: "role"}.get(kind, kind.__name__.lower())
        audit.record(f"{subject}_removed", subject, thing.id, expo_id=thing.expo_id, before={"name": name})
        stamps.raise_stamp(f"programme:{thing.expo_id}")
        number = thing.id
        walks = sa.delete(Walk).where(sa.or_(Walk.one_id == number, Walk.other_id == number))
        gone = sa.delete(kind).where(kind.id == number)
        expo_id = thing.expo_id
        _gone([walks, gone] if isinstance(thing, Venue) else [gone], name)
        news.tell(PlacesChanged(expo_id))


def _gone(statements: Iterable[sa.Delete], name: str) -> None:
    """The database knows what stands on a row, whatever room it belongs to."""
    db.session.flush()
    try:
        for statement in statements:
            execute(statement)
    except sa.exc.IntegrityError as held:
        raise InUse(
            _("%(name)s is used or was published. Change what uses it first, or cancel it.", name=name)
        ) from held
    db.session.expire_all()

"""The programme as some earlier release left it. Strangers see of it what was for everybody then, and still is."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.db import db
from expo.programme.models import Conference
from expo.programme.words import Visibility

from .items import Item, items_of, of_row
from .models import OccurrenceVersion, Release, SessionVersion


def release(expo_id: int, asked: str) -> Release | None:
    """The release of this number, or the last one that was out at this moment (RFC 3339)."""
    wanted = sa.select(Release).where(Release.expo_id == expo_id)
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return db.session.scalar(wanted.where(Release.number == int(asked)))
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return db.session.scalar(
        wanted.where(Release.published_at <= moment).order_by(Release.number.desc()).limit(1)
    )


def items(of: Release, day: date | None = None, *, everything: bool = False) -> list[Item]:
    """What was released then, by start; on one day, if one is named. `everything` is for the team. One query."""
    now = aliased(SessionVersion)
    wanted = items_of(*(_then(table, of) for table in (OccurrenceVersion, SessionVersion))).where(
        OccurrenceVersion.expo_id == of.expo_id
    )
    if day is not None:
        wanted = wanted.where(OccurrenceVersion.day == day)
    if not everything:
        wanted = wanted.where(
            Conference.visibility == Visibility.PUBLIC,
            SessionVersion.visibility == Visibility.PUBLIC,
            sa.exists().where(
                now.session_id == SessionVersion.session_id,
                now.until_release_id.is_(None),
                now.visibility == Visibility.PUBLIC,
            ),
        )
    return [of_row(tuple(row)) for row in db.session.execute(wanted)]


def days(of: Release) -> list[date]:
    """The days on which something was then. One query."""
    return sorted(
        db.session.scalars(
            sa.select(OccurrenceVersion.day)
            .where(OccurrenceVersion.expo_id == of.expo_id, _then(OccurrenceVersion, of))
            .distinct()
        )
    )


def _then(table: type[OccurrenceVersion | SessionVersion], of: Release) -> sa.ColumnElement[bool]:
    """Out with this release or before, and not replaced before the next."""
    return sa.and_(
        table.release_id <= of.id, sa.or_(table.until_release_id.is_(None), table.until_release_id > of.id)
    )

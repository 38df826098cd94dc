"""Notes when a badge, or what it opens, changed: what scanners are told when they ask again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from expo.badge.models import Badge
from expo.core import clock
from expo.core.db import db, is_sqlite
from expo.registration.models import Registration

from .models import BadgeChange


def note_badge(badge_id: int) -> None:
    """This badge has changed."""
    _note(Badge.id == badge_id)


def note_persons(person_ids: sa.Select[Any]) -> None:
    """What is to be heeded about these persons has changed."""
    _note(Badge.person_id.in_(person_ids))


def note_holders(which: sa.ColumnElement[bool]) -> None:
    """What the badges of these registrations open has changed: those of their persons, and those without person."""
    _note(
        sa.or_(
            Badge.person_id.in_(sa.select(Registration.person_id).where(which)),
            Badge.registration_id.in_(sa.select(Registration.id).where(which)),
        )
    )


def _note(which: sa.ColumnElement[bool]) -> None:
    insert: Any = sqlite.insert if is_sqlite() else postgresql.insert
    now = sa.literal(clock.real_now(), BadgeChange.__table__.c.changed_at.type)
    changed = insert(BadgeChange).from_select(
        ["badge_id", "expo_id", "changed_at"], sa.select(Badge.id, Badge.expo_id, now).where(which)
    )
    db.session.execute(
        changed.on_conflict_do_update(
            index_elements=[BadgeChange.badge_id], set_={"changed_at": changed.excluded.changed_at}
        )
    )

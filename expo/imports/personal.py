"""Lists of attendees: by which id another system knows a person, and files that wait to be read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps
from expo.registration.models import Registration

from . import attendees
from .models import AttendeeFile, AttendeeKey


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        sa.select(AttendeeKey.external_id)
        .join(Registration, AttendeeKey.registration_id == Registration.id)
        .where(Registration.person_id == who.person_id)
    )
    return [{"id_in_another_system": one} for one in rows]


def _erase(who: Subject) -> None:
    """A list that waits to be read may name them, and would bring them back: it is uploaded once more."""
    attendees.forget_keys(person_id=who.person_id)
    execute(sa.delete(AttendeeFile).where(AttendeeFile.expo_id == who.expo_id))


keeps("imports", tell=_tell, erase=_erase)

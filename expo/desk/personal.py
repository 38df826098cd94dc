"""What the registration desks noted about a person, and which letters told of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps
from expo.mail.models import Letter
from expo.mail.personal import empty_letters
from expo.registration.models import Registration

from . import actions, queries
from .models import DeskTagging, LetterAbout


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [{"at": one.written_at, "note": one.text} for one in queries.notes_about(who.person_id)]


def _letters(who: Subject) -> list[dict[str, Any]]:
    """Letters that told of their registrations, also where the address is not theirs alone."""
    found = db.session.scalars(
        sa.select(Letter)
        .join(LetterAbout, LetterAbout.letter_id == Letter.id)
        .join(Registration, LetterAbout.registration_id == Registration.id)
        .where(Registration.person_id == who.person_id)
        .distinct()
        .order_by(Letter.id)
    )
    return [
        {"at": one.created_at, "sent": one.sent_at, "kind": one.kind, "subject": one.subject} for one in found
    ]


def _erase(who: Subject) -> None:
    theirs = sa.select(Registration.id).where(Registration.person_id == who.person_id)
    empty_letters(
        Letter.id.in_(sa.select(LetterAbout.letter_id).where(LetterAbout.registration_id.in_(theirs)))
    )
    actions.forget_person(person_id=who.person_id)
    for table in (DeskTagging, LetterAbout):
        execute(sa.delete(table).where(table.registration_id.in_(theirs)))


keeps("notes", tell=_tell, erase=_erase, order=70)
keeps("letters_about_registrations", tell=_letters)

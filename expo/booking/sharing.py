"""An agenda that somebody shows to others: read only, by a secret address that they end when they like."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.core import audit, clock, limits, tokens
from expo.core.db import db, execute, transaction

from .models import AgendaShare
from .refusals import NoSuchLink


def make(*, person: Person, shows_name: bool) -> str:
    """A fresh address, told this once; the one before ends with it. It shows the first name if `shows_name`."""
    secret = tokens.new()
    with transaction():
        end(person=person)
        db.session.add(
            AgendaShare(
                expo_id=person.expo_id,
                person_id=person.id,
                token_digest=tokens.digest(secret),
                shows_name=shows_name,
                made_at=clock.now(),
            )
        )
        audit.record(
            "agenda_shared", "person", person.id, expo_id=person.expo_id, after={"first_name": shows_name}
        )
    return secret


def end(*, person: Person) -> bool:
    """End the address at once. False where there was none."""
    with transaction():
        ended = execute(
            sa.update(AgendaShare)
            .where(AgendaShare.person_id == person.id, AgendaShare.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        if ended:
            audit.record("agenda_share_ended", "person", person.id, expo_id=person.expo_id)
    return bool(ended)


def live(person_id: int) -> AgendaShare | None:
    """The address under which the person shows their agenda now."""
    return db.session.scalar(
        sa.select(AgendaShare).where(AgendaShare.person_id == person_id, AgendaShare.ended_at.is_(None))
    )


def open_by(expo_id: int, secret: str, *, who: str) -> AgendaShare:
    """What this secret opens. Ended, wrong and another expo's look the same. Raises NoSuchLink, TooOften."""
    found = db.session.scalar(
        sa.select(AgendaShare)
        .where(
            AgendaShare.expo_id == expo_id,
            AgendaShare.token_digest == tokens.digest(secret),
            AgendaShare.ended_at.is_(None),
        )
        .options(joinedload(AgendaShare.person))
    )
    if found is None:
        limits.count("agenda_share", who, most=200, within=timedelta(minutes=15))
        raise NoSuchLink(_("There is no such agenda, or it is not shown any more."))
    return found

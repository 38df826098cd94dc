"""Whoever wants no letters that ask how it was says so in one click. The address is made again from the person's number,
so it is nowhere kept."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from expo.accounts.models import Person
from expo.core import audit, clock, tokens
from expo.core.db import db, execute, insert_unless_there, transaction
from expo.expos.models import Expo

from .models import FeedbackDeclined

_PURPOSE = "decline feedback"


def address(person: Person) -> str:
    """Where this person says so."""
    expo = db.session.get_one(Expo, person.expo_id)
    base = current_app.config["EXPO"].base_url.rstrip("/")
    return (
        f"{base}/{expo.slug}/feedback/decline/{person.id}/{tokens.derived(_PURPOSE, str(person.id).encode())}"
    )


def whose(*, expo_id: int, person_id: int, token: str) -> Person | None:
    """The person whose address this is; None where it is not."""
    made = tokens.derived_by_all(_PURPOSE, str(person_id).encode())
    if not any(tokens.digest(token) == tokens.digest(one) for one in made):
        return None
    return db.session.scalar(sa.select(Person).where(Person.expo_id == expo_id, Person.id == person_id))


def has_declined(person: Person) -> bool:
    return bool(db.session.scalar(sa.select(declined_by(person.id))))


def declined_by(person: object) -> sa.ColumnElement[bool]:
    """That somebody, by id or column, has declined."""
    return sa.exists().where(FeedbackDeclined.person_id == person)


def decline(*, person: Person) -> None:
    """Ask them no more. Twice is once."""
    with transaction():
        new = insert_unless_there(
            FeedbackDeclined, expo_id=person.expo_id, person_id=person.id, declined_at=clock.now()
        )
        if new is not None:
            audit.record("feedback_declined", "person", person.id, expo_id=person.expo_id)


def want_again(*, person: Person) -> None:
    """Take it back."""
    with transaction():
        if execute(sa.delete(FeedbackDeclined).where(FeedbackDeclined.person_id == person.id)):
            audit.record("feedback_wanted", "person", person.id, expo_id=person.expo_id)

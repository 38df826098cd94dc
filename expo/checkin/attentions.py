"""What door staff must know of a person, and who may not go in though the ticket stands."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import changes
from .crew_models import Attention

LONGEST = 200  # characters: it is read at arm's length


def live(expo_id: int, person_id: int) -> Attention | None:
    """What stands now."""
    return db.session.scalar(
        sa.select(Attention).where(
            Attention.expo_id == expo_id, Attention.person_id == person_id, Attention.ended_at.is_(None)
        )
    )


def all_live(expo_id: int) -> list[tuple[Attention, Person]]:
    """All that stand now, by the person's name."""
    rows = db.session.execute(
        sa.select(Attention, Person)
        .join(Person, Attention.person_id == Person.id)
        .where(Attention.expo_id == expo_id, Attention.ended_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def put(*, person: Person, text: str, blocks: bool) -> None:
    """Say it at every scan from now on, in place of what was said before. Raises BadInput."""
    text = one_line(text)
    if not text or len(text) > LONGEST:
        raise BadInput(_("A few words that the door can act on, at most 200 characters."), field="text")
    with transaction():
        _end(person)
        db.session.add(
            Attention(
                expo_id=person.expo_id,
                person_id=person.id,
                text=text,
                blocks=blocks,
                created_at=clock.now(),
                created_by=audit.actor(),
            )
        )
        db.session.flush()
        # The words stay in the note: it is erased with the person, an audit row is not.
        audit.record(
            "attention_put", "person", person.id, expo_id=person.expo_id, after={"blocks": blocks}
        )  # fmt: skip
        changes.note_persons(sa.select(Person.id).where(Person.id == person.id))


def end(*, person: Person) -> None:
    """Say nothing more. Twice is once."""
    with transaction():
        if _end(person):
            audit.record("attention_ended", "person", person.id, expo_id=person.expo_id)
            changes.note_persons(sa.select(Person.id).where(Person.id == person.id))


def forget_person(*, person_id: int) -> None:
    """Throw away what was ever said of a person: part of erasing them. Call it inside a transaction."""
    db.session.execute(
        sa.delete(Attention)
        .where(Attention.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def _end(person: Person) -> bool:
    ended = db.session.execute(
        sa.update(Attention)
        .where(Attention.person_id == person.id, Attention.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(Attention.id)
    )
    return ended.first() is not None

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from expo.accounts import protection
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.core import personal
from expo.core.db import db
from expo.core.personal import Subject
from expo.core.text import folded

from .models import Erasure


def subject_of(person: Person, same: Collection[int] = ()) -> Subject:
    """The person as rooms are asked about them. An address that others of the expo gave, too, is not theirs
    alone; `same` are no others, but the same human."""
    shared = person.email is not None and db.session.scalar(
        sa.select(Person.id)
        .where(
            Person.expo_id == person.expo_id,
            Person.email == person.email,
            Person.id.not_in([person.id, *same]),
        )
        .limit(1)
    )
    return Subject(person.id, person.expo_id, protection.real_name(person), None if shared else person.email)


def name_is_theirs(person: Person) -> bool:
    """Whether nobody else of the expo has this name."""
    return is_nobody_elses(protection.real_name(person), person.expo_id, [person.id])


def is_nobody_elses(name: str, expo_id: int, same: Collection[int]) -> bool:
    """Whether nobody of the expo but these, who are one human, has this name."""
    other = sa.select(Person.id).where(
        Person.expo_id == expo_id, Person.folded_name == folded(name), Person.id.not_in(same)
    )
    return db.session.scalar(other.limit(1)) is None


def what_stays(person: Person) -> list[str]:
    """What erasing leaves, and why, in the reader's language."""
    subject = subject_of(person)
    return [text for part in personal.parts() if part.stays for text in part.stays(subject)]


def found(expo_id: int, words: str, most: int = 50) -> list[Person]:
    """Persons of the expo with these words in name, organisation, city or address; erased ones are nobody's."""
    wanted = sa.select(Person).where(
        Person.expo_id == expo_id, Person.erased_at.is_(None), Person.joined_to_id.is_(None)
    )
    for word in folded(words).split():
        wanted = wanted.where(
            sa.or_(
                Person.folded_words.contains(word, autoescape=True),
                people.address_holds(word),
                Person.email == word,  # whoever has the whole address knows whose it is
            )
        )
    return list(db.session.scalars(wanted.order_by(Person.folded_name, Person.id).limit(most)))


def protected(expo_id: int, most: int = 500) -> list[Person]:
    """Who has an alias, by alias."""
    wanted = sa.select(Person).where(Person.expo_id == expo_id, Person.protected_at.is_not(None))
    return list(db.session.scalars(wanted.order_by(Person.folded_name, Person.id).limit(most)))


def erasures(expo_id: int, most: int = 200) -> list[Erasure]:
    """Who asked to be erased: numbers, moments and reasons, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Erasure).where(Erasure.expo_id == expo_id).order_by(Erasure.id.desc()).limit(most)
        )
    )


def erased(person_ids: Iterable[int]) -> set[int]:
    return set(
        db.session.scalars(sa.select(Erasure.person_id).where(Erasure.person_id.in_(list(person_ids))))
    )

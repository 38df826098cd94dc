"""A protected identity. From then on the person's row carries the alias as its name: whoever shows, prints, searches
or exports names has nothing else, so no page can forget it. The real name lies sealed beside it.

Taking the name out of everything else that was written is `privacy/protecting.py`'s.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import clock, seal
from expo.core.db import db, lock, transaction
from expo.core.text import folded, one_line

from .models import Person, ProtectedIdentity
from .refusals import AliasSaysName, AlreadyProtected, NotProtected


def real_name(person: Person) -> str:
    """What the person is called. For themselves and the data-protection desk only, which writes down that it asked."""
    row = db.session.get(ProtectedIdentity, person.id) if person.protected_at else None
    return seal.open_(row.sealed_name, about=_about(person)).decode() if row else person.name


def is_called(person: Person, name: str) -> bool:
    """Whether this is their name: for lists from elsewhere that know nothing of the alias."""
    return folded(name) in (person.folded_name, folded(real_name(person)))


def seal_name(person: Person, alias: str = "") -> str:
    """Put the alias in the place of the name; without one, "Guest 1234". Returns the real name.

    Raises AlreadyProtected, AliasSaysName.
    """
    with transaction():
        lock(person)
        if person.protected_at is not None:
            raise AlreadyProtected(_("This person has an alias already."))
        real = person.name
        alias = _alias(person, alias, real)
        sealed = seal.close(real.encode(), about=_about(person))
        db.session.add(ProtectedIdentity(person_id=person.id, sealed_name=sealed))
        _call(person, alias)
        person.protected_at = clock.now()
    return real


def change_alias(person: Person, alias: str) -> str:
    """Another alias for a protected person. Returns the one before. Raises NotProtected, AliasSaysName."""
    with transaction():
        before = _protected_as(person)
        _call(person, _alias(person, alias, real_name(person)))
    return before


def unseal_name(person: Person) -> str:
    """Give the row its real name again. Returns the alias that ends. Raises NotProtected."""
    with transaction():
        before = _protected_as(person)
        _call(person, real_name(person))
        forget(person)
    return before


def forget(person: Person) -> None:
    """Let the sealed name go: unsealed, erased, or somebody else's now. Inside a transaction."""
    db.session.execute(sa.delete(ProtectedIdentity).where(ProtectedIdentity.person_id == person.id))
    person.protected_at = None


def _call(person: Person, name: str) -> None:
    """Everywhere that a person has a name of their own: the row, and the account that is only theirs."""
    before, person.name, person.folded_name = person.name, name, folded(name)
    account = person.account
    if account is not None and folded(account.name) == folded(before):
        account.name = name


def says_name(alias: str, real: str) -> bool:
    """Whether somebody would read part of the name in this alias."""
    said = folded(alias).split()
    return any(word in said for word in folded(real).split() if len(word) > 2)


def _alias(person: Person, wished: str, real: str) -> str:
    wished = one_line(wished)
    if says_name(wished, real):
        raise AliasSaysName(_("The alias says part of the name. Choose another one."), field="alias")
    return wished or _free_alias(person.expo_id)


def _protected_as(person: Person) -> str:
    """The alias now, held: whoever else changes or ends it waits, and sees what became of it."""
    lock(person)
    if person.protected_at is None:
        raise NotProtected(_("This person has no alias."))
    return person.name


def _free_alias(expo_id: int) -> str:
    """Nobody's, and not counted upwards: a number in order would say who came after whom."""
    while True:
        alias = _("Guest %(number)s", number=1000 + secrets.randbelow(99_000))
        taken = sa.select(Person.id).where(Person.expo_id == expo_id, Person.folded_name == folded(alias))
        if db.session.scalar(taken.limit(1)) is None:
            return alias


def _about(person: Person) -> str:
    """To what the seal is bound."""
    return f"identity {person.id}"

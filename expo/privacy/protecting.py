"""An alias instead of a name: on badges, at doors, in lists, prints, files and letters. Who asks for it need not say why.

The row's own name is `accounts/protection.py`'s; here the name is taken out of whatever was written before (notes,
nominations, letters that wait), as an erasure would.
"""

from __future__ import annotations

from dataclasses import replace

from expo.accounts import protection
from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import lock, transaction
from expo.delegations import nominating

from . import queries, traces


def protect(*, person: Person, alias: str = "", reason: str = "") -> None:
    """From now on the alias stands where the name stood. Raises AlreadyProtected, AliasSaysName."""
    subject = replace(queries.subject_of(person), email=None)
    wanted = traces.needles(subject, name_is_theirs=queries.name_is_theirs(person))
    found = traces.find(wanted)
    with transaction():
        lock(person)
        protection.seal_name(person, alias)
        nominating.call_by_name(person)
        audit.forget("person", [person.id])
        traces.take_out(found, wanted, instead=person.name)
        audit.record(
            "identity_protected", "person", person.id, expo_id=person.expo_id, after={"alias": person.name},
            why=str(traces.cleaned(reason, wanted, instead=person.name)) or None,
        )  # fmt: skip


def take(*, person: Person, alias: str) -> None:
    """What a person asks for themselves: an alias, or another one. Raises AliasSaysName."""
    (rename if person.protected_at else protect)(person=person, alias=alias)


def rename(*, person: Person, alias: str) -> None:
    """Another alias. Raises NotProtected, AliasSaysName."""
    with transaction():
        before = person.name
        protection.change_alias(person, alias)
        nominating.call_by_name(person)
        audit.record(
            "alias_changed", "person", person.id, expo_id=person.expo_id, before={"alias": before},
            after={"alias": person.name},
        )  # fmt: skip


def lift(*, person: Person, reason: str = "") -> None:
    """The real name stands in its place again. Raises NotProtected."""
    with transaction():
        before = person.name
        protection.unseal_name(person)
        nominating.call_by_name(person)
        audit.record(
            "identity_protection_ended", "person", person.id, expo_id=person.expo_id,
            before={"alias": before}, why=reason or None,
        )  # fmt: skip


def reveal(*, person: Person, reason: str) -> str:
    """The real name, for the data-protection desk; that it was asked, and why, is written down first."""
    with transaction():
        audit.record("real_name_shown", "person", person.id, expo_id=person.expo_id, why=reason)
    return protection.real_name(person)

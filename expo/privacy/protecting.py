"""An alias instead of a name: on badges, at doors, in lists, prints, files and letters. Who asks for it need not say why.

The row's own name is `accounts/protection.py`'s; here the name is taken out of whatever was written before (notes,
nominations, letters that wait), as an erasure would.
"""

from __future__ import annotations

from dataclasses import replace

from expo.accounts import protection
from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import transaction
from expo.delegations import nominating

from . import queries, traces


def protect(*, person: Person, alias: str = "", reason: str = "") -> None:
    """From now on the alias stands where the name stood. Raises AlreadyProtected, AliasSaysName."""
    with transaction():
        real = seal(person, alias)
        audit.record(
            "identity_protected", "person", person.id, expo_id=person.expo_id, after={"alias": person.name},
            why=str(traces.cleaned(reason, [real], instead=person.name, words=True)) or None,
        )  # fmt: skip


def seal(person: Person, alias: str, *, also: Person | None = None) -> str:
    """Seal the name and take it out of all that was written. Returns it. Inside a transaction, which holds the
    person: what is written of them meanwhile waits. `also` is the same human. Raises AlreadyProtected, AliasSaysName."""
    real = protection.seal_name(person, alias)
    take_out(person, real, also=also)
    return real


def take_out(person: Person, name: str, *, also: Person | None = None) -> None:
    """Put the alias where this name stood: in what is surely theirs wherever it stands as words of its own, in other
    texts where the name alone says that it is they. Inside a transaction."""
    same = [one.id for one in (person, also) if one is not None]
    subject = replace(queries.subject_of(person, same), name=name)
    nominating.call_by_name(person, address=subject.email)
    audit.forget("person", same)
    traces.take_out(traces.find_own(subject, same), [name], instead=person.name, words=True)
    wanted = traces.needles(
        replace(subject, email=None), name_is_theirs=queries.is_nobody_elses(name, person.expo_id, same)
    )
    traces.take_out(traces.find(wanted), wanted, instead=person.name)


def take(*, person: Person, alias: str) -> None:
    """What a person asks for themselves: an alias, or another one. Raises AliasSaysName."""
    (rename if person.protected_at else protect)(person=person, alias=alias)


def rename(*, person: Person, alias: str) -> None:
    """Another alias; texts keep the one before. Raises NotProtected, AliasSaysName."""
    with transaction():
        before = protection.change_alias(person, alias)
        _call_anew(person, before)
        audit.record(
            "alias_changed", "person", person.id, expo_id=person.expo_id, before={"alias": before},
            after={"alias": person.name},
        )  # fmt: skip


def lift(*, person: Person, reason: str = "") -> None:
    """The real name stands in its place again; texts keep the alias, which may be any word. Raises NotProtected."""
    with transaction():
        before = protection.unseal_name(person)
        _call_anew(person, before)
        audit.record(
            "identity_protection_ended", "person", person.id, expo_id=person.expo_id,
            before={"alias": before}, why=reason or None,
        )  # fmt: skip


def reveal(*, person: Person, reason: str) -> str:
    """The real name, for the data-protection desk; that it was asked, and why, is written down first."""
    with transaction():
        audit.record("real_name_shown", "person", person.id, expo_id=person.expo_id, why=reason)
    return protection.real_name(person)


def _call_anew(person: Person, before: str) -> None:
    """Fields of theirs that say the alias and nothing else say what they are called now."""
    subject = replace(queries.subject_of(person), name=before)
    nominating.call_by_name(person, address=subject.email)
    found = traces.find_own(subject, [person.id], alone=True)
    traces.take_out(found, [before], instead=person.name, words=True)

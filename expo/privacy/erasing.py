"""Erasing a person: their places end, every room lets go of what it keeps, free text is searched for what is left.

What stays has nobody's name: amounts in the books, that a badge was read, that somebody was registered.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts import personal as account_data
from expo.accounts.models import Account, Person
from expo.core import audit, clock, personal, tokens
from expo.core.db import db, lock, transaction
from expo.expos.models import Expo
from expo.mail import outbox
from expo.programme.models import TeamMember

from . import queries, traces
from .models import Erasure
from .refusals import AlreadyErased


def erase(*, person: Person, reason: str = "") -> Erasure:
    """Erase a person from their expo, and their account if nothing else needs it. Nothing brings them back, also not
    a restored backup (keeping.py). Raises AlreadyErased: twice is once."""
    if person.erased_at is not None:
        raise _already()
    subject = queries.subject_of(person)
    wanted = traces.needles(subject, name_is_theirs=queries.name_is_theirs(person))
    found = traces.find(wanted)
    with transaction():
        lock(person)
        if person.erased_at is not None:
            raise _already()
        account, digest = person.account, digests_of(person)[0]
        with outbox.held_back(to=person.email or "nobody"):
            for part in personal.parts():
                if part.erase is not None:
                    part.erase(subject)
                    db.session.flush()
        traces.take_out(found, wanted)
        if account is not None and not _is_needed(account):
            account_data.close_account(account)
        reason = str(traces.cleaned(reason, wanted))
        erasure = Erasure(
            expo_id=person.expo_id, person_id=person.id, digest=digest, erased_at=clock.now(),
            erased_by=audit.actor(), reason=reason,
        )  # fmt: skip
        db.session.add(erasure)
        db.session.flush()
        audit.record("person_erased", "person", person.id, expo_id=person.expo_id, why=reason or None)
    db.session.expire_all()
    return erasure


def digests_of(person: Person) -> list[bytes]:
    """What tells this person from any other that a restored database may have under the number: 32 bytes, by the
    present key, then by each earlier one."""
    expo = db.session.get_one(Expo, person.expo_id)
    told = f"{expo.slug}\0{person.id}\0{person.created_at.isoformat()}"
    return [tokens.digest(one) for one in tokens.derived_by_all("erasure", told.encode())]


def _is_needed(account: Account) -> bool:
    """Whether the account is somebody elsewhere, or works for an expo."""
    if account.is_admin:
        return True
    elsewhere = sa.select(Person.id).where(Person.account_id == account.id)
    works = sa.select(TeamMember.id).where(TeamMember.account_id == account.id)
    return any(db.session.scalar(one.limit(1)) is not None for one in (elsewhere, works))


def _already() -> AlreadyErased:
    return AlreadyErased(_("This person is erased already."))

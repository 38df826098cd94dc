"""The person's own row, their sign-ins and links; and the account, where nothing else needs it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core import audit, clock
from expo.core.db import db, execute, transaction
from expo.core.personal import ERASED, Subject, keeps
from expo.core.text import folded

from . import protection
from .models import Account, ApiToken, MailedLink, Person, SignIn


def _tell(who: Subject) -> dict[str, Any]:
    person = db.session.get_one(Person, who.person_id)
    sign_ins = db.session.scalars(
        sa.select(SignIn)
        .where(sa.or_(SignIn.person_id == person.id, SignIn.account_id == (person.account_id or 0)))
        .order_by(SignIn.id)
    )
    return {
        "name": protection.real_name(person) if who.opens_sealed else person.name,
        "shown_as": person.name,
        "email": person.email,
        "email_verified_at": person.email_verified_at,
        "organisation": person.organisation,
        "city": person.city,
        "country": person.country,
        "language": person.language,
        "since": person.created_at,
        "has_account": person.account_id is not None,
        "has_calendar_address": person.calendar_token_digest is not None,
        "calendar_fetched": person.calendar_fetched_at,
        "calendar_program": person.calendar_program,
        "sign_ins": [
            {"device": one.device, "begun": one.created_at, "seen": one.seen_at, "ended": one.ended_at}
            for one in sign_ins
        ],
    }


def _erase(who: Subject) -> None:
    person = db.session.get_one(Person, who.person_id)
    execute(sa.update(SignIn).where(SignIn.speaks_for_id == person.id).values(speaks_for_id=None))
    execute(sa.delete(SignIn).where(SignIn.person_id == person.id))
    execute(sa.delete(MailedLink).where(MailedLink.person_id == person.id))
    person.name, person.folded_name = ERASED, folded(ERASED)
    person.email = person.email_verified_at = person.account_id = person.calendar_token_digest = None
    person.calendar_fetched_at = None
    person.organisation = person.city = person.country = person.calendar_program = ""
    protection.forget(person)
    person.erased_at = clock.now()
    audit.forget("person", [person.id])


def close_account(account: Account) -> None:
    """End an account that nobody needs any more: it signs in no more, and says nothing about anybody."""
    with transaction():
        execute(sa.delete(SignIn).where(SignIn.account_id == account.id))
        execute(sa.delete(MailedLink).where(MailedLink.account_id == account.id))
        execute(
            sa.update(ApiToken)
            .where(ApiToken.account_id == account.id)
            .values(revoked_at=clock.now(), name=ERASED)
        )
        account.email, account.name = f"erased-{account.id}@invalid", ERASED
        account.password_hash, account.disabled_at = None, clock.now()
        audit.forget("account", [account.id])
        audit.record("account_erased", "account", account.id)


keeps("person", tell=_tell, erase=_erase, order=90)

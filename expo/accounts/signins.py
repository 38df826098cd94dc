"""Sign-ins: begun, recognised, ended. Flask-Login carries the token; the row decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from expo.core import audit, clock, tokens
from expo.core.db import db, execute, note, transaction

from .models import Account, Person, SignIn

LASTS = timedelta(days=30)
GUEST_LASTS = timedelta(days=120)  # longer than any expo: a guest has no password to come back with
SEEN_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sits at this browser: an account, or a guest who is one person of one expo.

    Has what Flask-Login asks of a user (https://flask-login.readthedocs.io, "Your User Class").
    """

    token: str
    sign_in_id: int
    account_id: int | None
    person_id: int | None
    name: str
    email: str | None
    language: str
    is_admin: bool
    by_mail: bool = False
    speaks_for_id: int | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed cookie."""
        return self.token


def begin(
    *, account: Account | None = None, person: Person | None = None, device: str = "", by_mail: bool = False
) -> str:
    """Sign an account or a guest in. Returns the token for the browser; a new one each time.

    `by_mail`: a mailed link was opened for it, so the mailbox is theirs.
    """
    token = tokens.new()
    now = clock.real_now()
    with transaction():
        db.session.add(
            SignIn(
                token_digest=tokens.digest(token),
                account_id=account and account.id,
                person_id=person and person.id,
                created_at=now,
                seen_at=now,
                expires_at=now + (LASTS if account else GUEST_LASTS),
                device=device[:120],
                by_mail=by_mail,
            )
        )
        subject = f"account:{account.id}" if account else f"person:{person.id if person else None}"
        audit.record("signed_in", "sign_in", subject)
    return token


_FIND = (
    sa.select(
        SignIn.id,
        SignIn.account_id,
        SignIn.person_id,
        SignIn.seen_at,
        sa.func.coalesce(Account.name, Person.name).label("name"),
        sa.func.coalesce(Account.email, Person.email).label("email"),
        sa.func.coalesce(Account.language, Person.language).label("language"),
        Account.is_admin,
        SignIn.by_mail,
        SignIn.speaks_for_id,
    )
    .outerjoin(Account, SignIn.account_id == Account.id)
    .outerjoin(Person, SignIn.person_id == Person.id)
    .where(
        SignIn.token_digest == sa.bindparam("digest"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > sa.bindparam("now"),
        Account.disabled_at.is_(None),
    )
)


def find(token: str) -> Visitor | None:
    """Who holds this token, or None. One statement; notes now and then that the sign-in is alive."""
    now = clock.real_now()
    row = db.session.execute(_FIND, {"digest": tokens.digest(token), "now": now}).first()
    if row is None:
        return None
    if now - row.seen_at > SEEN_EVERY:
        note(sa.update(SignIn).where(SignIn.id == row.id).values(seen_at=now))
    return Visitor(
        token=token,
        sign_in_id=row.id,
        account_id=row.account_id,
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        language=row.language,
        is_admin=bool(row.is_admin),
        by_mail=row.by_mail,
        speaks_for_id=row.speaks_for_id,
    )


def end(sign_in_id: int) -> None:
    """Sign this browser out. Ending twice is ending once."""
    _end(SignIn.id == sign_in_id)


def end_all(account_id: int, *, but: int | None = None) -> None:
    """Sign the account out everywhere, except in the browser that asks."""
    _end(SignIn.account_id == account_id, SignIn.id != (but or 0))


def end_guests(person_ids: Iterable[int]) -> None:
    """Sign these persons out wherever they were signed in as guests."""
    _end(SignIn.person_id.in_(list(person_ids)))


def speak_for(*, sign_in_id: int, person: Person) -> None:
    """From now on this account's browser acts for this person, where the person's expo is asked."""
    with transaction():
        execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(speaks_for_id=person.id))
        audit.record("speaks_for", "person", person.id, expo_id=person.expo_id)


def _end(*which: sa.ColumnElement[bool]) -> None:
    with transaction():
        ended = db.session.scalars(
            sa.update(SignIn)
            .where(SignIn.ended_at.is_(None), *which)
            .values(ended_at=clock.real_now())
            .returning(SignIn.id)
        )
        for sign_in_id in ended.all():
            audit.record("signed_out", "sign_in", sign_in_id)

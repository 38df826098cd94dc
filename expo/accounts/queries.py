from __future__ import annotations

import sqlalchemy as sa

from expo.core import tokens
from expo.core.db import db

from .models import Account, ApiToken, Person, SignIn
from .signins import Visitor


def normal(email: str) -> str:
    """An address as we keep and compare it."""
    return email.strip().lower()


def account_by_email(email: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.email == normal(email)))


def person_of_account(expo_id: int, account_id: int) -> Person | None:
    return db.session.scalar(
        sa.select(Person).where(Person.expo_id == expo_id, Person.account_id == account_id)
    )


def person(expo_id: int, person_id: int) -> Person | None:
    return db.session.scalar(sa.select(Person).where(Person.expo_id == expo_id, Person.id == person_id))


def open_sign_ins(account_id: int) -> list[SignIn]:
    """Where this account is signed in now, the latest first."""
    return list(
        db.session.scalars(
            sa.select(SignIn)
            .where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
            .order_by(SignIn.seen_at.desc())
        )
    )


def api_token(token: str) -> ApiToken | None:
    """The key, if it is valid and its account may still sign in."""
    return db.session.scalar(
        sa.select(ApiToken)
        .join(ApiToken.account)
        .where(
            ApiToken.token_digest == tokens.digest(token),
            ApiToken.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    )


def tokens_of(account_id: int) -> list[ApiToken]:
    return list(db.session.scalars(sa.select(ApiToken).where(ApiToken.account_id == account_id)))


def token(secret: str) -> ApiToken | None:
    """The key that this secret opens, while it is not revoked and its account not closed."""
    return db.session.scalar(
        sa.select(ApiToken)
        .join(ApiToken.account)
        .where(
            ApiToken.token_digest == tokens.digest(secret),
            ApiToken.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    )


def account(account_id: int) -> Account | None:
    return db.session.get(Account, account_id)


def persons_by_email(expo_id: int, email: str) -> list[Person]:
    """Everybody in the expo who gave this address: one may speak for several."""
    return list(
        db.session.scalars(
            sa.select(Person)
            .where(Person.expo_id == expo_id, Person.email == normal(email))
            .order_by(Person.id)
        )
    )


def address_holds(word: str) -> sa.ColumnElement[bool]:
    """Whether the address has this part, for searching; a protected person's is not searched, it may say the name."""
    return sa.and_(Person.protected_at.is_(None), Person.email.contains(word, autoescape=True))


def may_speak_for(who: Visitor, expo_id: int) -> list[Person]:
    """Everybody in the expo for whom this visitor may act: with an account, or by a mailed link, whoever gave the
    visitor's address; else a guest alone."""
    if who.email is None or (who.account_id is None and not who.by_mail):
        return []
    return persons_by_email(expo_id, who.email)


def every_account() -> list[Account]:
    """All accounts of the installation, by address."""
    return list(db.session.scalars(sa.select(Account).order_by(Account.email)))

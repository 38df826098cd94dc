from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Moment, choice, choice_check
from expo.core.text import folded
from expo.expos.models import Expo


class Account(Base):
    """Somebody who can sign in, in every expo of this installation. Addresses are kept in lower case."""

    __tablename__ = "accounts"
    __table_args__ = (sa.UniqueConstraint("email"),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]


class Person(Base):
    """One human in the expo, with or without account. Merged only by a verified e-mail, never by name:
    one address may speak for several persons."""

    __tablename__ = "persons"
    __table_args__ = (
        sa.Index("uq_persons_account", "expo_id", "account_id", unique=True),
        sa.Index("ix_persons_expo_id_email", "expo_id", "email"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Account.id))
    name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    # Name, organisation and city, as desks search them. Kept by _fold below, whoever writes the row.
    folded_words: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    email: Mapped[str | None] = mapped_column(sa.String(254))
    email_verified_at: Mapped[Moment | None]
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    # The personal calendar's address: for reading it only, revoked by making a new one.
    calendar_token_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    # When it was asked for last, by the real clock, and by which program.
    calendar_fetched_at: Mapped[Moment | None]
    calendar_program: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    created_at: Mapped[Moment]
    # Since then nothing here says who it was; rows that point here keep counting.
    erased_at: Mapped[Moment | None]
    # Since then `name` is an alias, everywhere, and the address is shown to nobody else (protection.py).
    protected_at: Mapped[Moment | None]
    # Who this person turned out to be: all that was theirs is that one's.
    joined_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"), index=True)

    account: Mapped[Account | None] = relationship()

    @property
    def shown_email(self) -> str | None:
        """The address for lists and files that others read. An address often says a name."""
        return None if self.protected_at else self.email


class ProtectedIdentity(Base):
    """The real name of a person whose row carries an alias; sealed, so that the table alone says nobody's."""

    __tablename__ = "protected_identities"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), primary_key=True)
    sealed_name: Mapped[bytes] = mapped_column(sa.LargeBinary)


@sa.event.listens_for(Person, "before_insert")
@sa.event.listens_for(Person, "before_update")
def _fold(_mapper: object, _connection: object, person: Person) -> None:
    person.folded_words = folded(" ".join(filter(None, (person.name, person.organisation, person.city))))


class SignIn(Base):
    """The record of somebody being logged in: an account, or one person of one expo (a guest).

    The browser holds the token, the database its digest: ending the row ends the sign-in everywhere.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        sa.CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name="one_subject"),
        sa.UniqueConstraint("token_digest"),
    )

    id: Mapped[Id]
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    # Begun by a mailed link: whoever sits there reads the mailbox, and may speak for all who gave its address.
    by_mail: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # An account speaks for somebody else with its address.
    speaks_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    device: Mapped[str] = mapped_column(sa.String(120), default="")

    account: Mapped[Account | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


class LinkPurpose(enum.StrEnum):
    """What a mailed link is for."""

    SIGN_IN = "sign_in"
    CLAIM = "claim"


class MailedLink(Base):
    """A single-use link sent by mail: whoever opens it has the mailbox."""

    __tablename__ = "mailed_links"
    __table_args__ = (
        sa.CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name="one_subject"),
        sa.UniqueConstraint("token_digest"),
        choice_check("purpose", LinkPurpose),
    )

    id: Mapped[Id]
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    purpose: Mapped[LinkPurpose] = choice(LinkPurpose)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]

    account: Mapped[Account | None] = relationship()
    person: Mapped[Person | None] = relationship()


class ApiToken(Base):
    """A key for scripts: its scopes are words of the API, e.g. "programme:read"."""

    __tablename__ = "api_tokens"
    __table_args__ = (sa.UniqueConstraint("token_digest"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(sa.ForeignKey(Account.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    scopes: Mapped[str] = mapped_column(sa.String(400))
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]

    account: Mapped[Account] = relationship()

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Account
from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo
from expo.mail.models import Letter
from expo.programme.models import Conference
from expo.registration.models import Registration

COLOURS = 8


class DeskTag(Base):
    """A word with a colour that the desks of an expo stick to registrations."""

    __tablename__ = "desk_tags"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "folded_word"),
        sa.CheckConstraint(f"colour BETWEEN 1 AND {COLOURS}", name="colour"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    word: Mapped[str] = mapped_column(sa.String(40))
    folded_word: Mapped[str] = mapped_column(sa.String(80))
    colour: Mapped[int] = mapped_column(default=1)


class DeskTagging(Base):
    """A tag on a registration."""

    __tablename__ = "desk_taggings"
    __table_args__ = (sa.UniqueConstraint("registration_id", "tag_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey(DeskTag.id), index=True)


class DeskNote(Base):
    """What the desk notes down about a registration, for itself.

    Personal data: it never stands in a letter, but it belongs to what a person downloads as "my data", and it
    goes when they are erased.
    """

    __tablename__ = "desk_notes"

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    # Who wrote it, as the audit names them: "account:7".
    author: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[Moment]
    text: Mapped[str] = mapped_column(sa.Text)


class SavedFilter(Base):
    """A filter of the desk's list with a name. `query` is the query string of the list's address.

    One that names a conference is shared by those who read its people, others by those who read the people of
    the whole expo; and whoever made it has it. What it finds is what the reader may see.
    """

    __tablename__ = "desk_filters"
    __table_args__ = (
        partial_index("uq_desk_filters_expo", "expo_id", "name", where="conference_id IS NULL"),
        partial_index(
            "uq_desk_filters_conference", "conference_id", "name", where="conference_id IS NOT NULL"
        ),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey(Account.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    query: Mapped[str] = mapped_column(sa.String(600))


class LetterAbout(Base):
    """Which registration a letter tells of: an address alone would mix persons and owners."""

    __tablename__ = "desk_letters"
    __table_args__ = (sa.UniqueConstraint("registration_id", "letter_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey(Letter.id), index=True)

    letter: Mapped[Letter] = relationship()

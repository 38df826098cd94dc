from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.mail.models import Letter
from expo.programme.models import Conference


class MessageState(enum.StrEnum):
    """A message is written, then sent in chunks, then sent."""

    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"


class Message(Base):
    """What organisers write to a segment of their people. `segment` says whom (segments.py), `texts` what: for each
    language a subject and a body. One that is not `needed` can be declined."""

    __tablename__ = "messages"
    __table_args__ = (choice_check("state", MessageState), sa.Index("ix_messages_expo_id", "expo_id", "id"))

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    # None: the whole expo's, for those who look after all of it.
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    segment: Mapped[Json]
    texts: Mapped[Json]
    needed: Mapped[bool]
    state: Mapped[MessageState] = choice(MessageState, default=MessageState.DRAFT)
    author: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]

    conference: Mapped[Conference | None] = relationship()


class MessageRecipient(Base):
    """One who gets a message: settled when it is sent, whoever registers later. Without letter until it is written."""

    __tablename__ = "message_recipients"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "person_id"),
        sa.Index("ix_message_recipients_todo", "message_id", "letter_id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey(Message.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    registration_code: Mapped[str] = mapped_column(sa.String(12))
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Letter.id))

    person: Mapped[Person] = relationship()
    letter: Mapped[Letter | None] = relationship()


class MessagesDeclined(Base):
    """Somebody wants no messages that they do not need."""

    __tablename__ = "messages_declined"
    __table_args__ = (sa.UniqueConstraint("person_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    declined_at: Mapped[Moment]

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.core.db import db
from expo.expos.models import Expo
from expo.mail import outbox
from expo.mail.models import Letter, LetterState

from . import segments
from .models import Message, MessageRecipient, MessagesDeclined


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has come: people, letters written, letters that left, letters that came back."""

    people: int
    written: int
    left: int
    came_back: int


def message(expo_id: int, message_id: int) -> Message | None:
    return db.session.scalar(
        sa.select(Message)
        .where(Message.expo_id == expo_id, Message.id == message_id)
        .options(joinedload(Message.conference))
    )


def messages(
    expo_id: int, conference_ids: Collection[int], *, whole_expo: bool, most: int = 200
) -> list[Message]:
    """Those of these conferences, and the whole expo's if asked for; newest first."""
    these: sa.ColumnElement[bool] = Message.conference_id.in_(list(conference_ids))
    if whole_expo:
        these = sa.or_(these, Message.conference_id.is_(None))
    return list(
        db.session.scalars(
            sa.select(Message)
            .where(Message.expo_id == expo_id, these)
            .options(joinedload(Message.conference))
            .order_by(Message.id.desc())
            .limit(most)
        )
    )


def count(message: Message) -> int:
    """How many would get it now."""
    found = segments.recipients(message).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def sample(message: Message, most: int = 8) -> list[Person]:
    """Some of them, by name."""
    ids = sa.select(segments.recipients(message).subquery().c.person_id)
    return list(
        db.session.scalars(
            sa.select(Person).where(Person.id.in_(ids)).order_by(Person.folded_name, Person.id).limit(most)
        )
    )


def languages(message: Message) -> dict[str, int]:
    """How many would read it in which language."""
    ids = sa.select(segments.recipients(message).subquery().c.person_id)
    counts: dict[str, int] = {}
    for language, number in db.session.execute(
        sa.select(Person.language, sa.func.count()).where(Person.id.in_(ids)).group_by(Person.language)
    ):
        chosen = words_for(message, language)[0]
        counts[chosen] = counts.get(chosen, 0) + number
    return counts


def words_for(message: Message, language: str) -> tuple[str, Mapping[str, str]]:
    """The language a reader gets it in, and its subject and body: their own, else English, else what there is."""
    texts: dict[str, dict[str, str]] = message.texts
    chosen = next((one for one in (language, "en") if one in texts), next(iter(texts)))
    return chosen, texts[chosen]


def sender(message: Message, language: str) -> str:
    """Who writes, as the letter's last line."""
    if message.conference is not None:
        return message.conference.title_in(language)[0]
    return db.session.get_one(Expo, message.expo_id).name


def preview(message: Message) -> dict[str, tuple[str, str]]:
    """Subject and body in each language, as somebody of a made-up name reads them."""
    return {
        language: outbox.written(
            "message",
            language=language,
            expo_id=message.expo_id,
            name="Åsa Öhrström",
            subject=words["subject"],
            body=words["body"],
            sender=sender(message, language),
            unsubscribe=None if message.needed else "…",
        )
        for language, words in message.texts.items()
    }


def progress(message_ids: Collection[int]) -> dict[int, Progress]:
    """How far each has come. One query."""
    rows: Any = db.session.execute(
        sa.select(
            MessageRecipient.message_id,
            sa.func.count(),
            sa.func.count(MessageRecipient.letter_id),
            sa.func.count(sa.case((Letter.state == LetterState.SENT, 1))),
            sa.func.count(sa.case((Letter.state == LetterState.FAILED, 1))),
        )
        .outerjoin(Letter, Letter.id == MessageRecipient.letter_id)
        .where(MessageRecipient.message_id.in_(list(message_ids)))
        .group_by(MessageRecipient.message_id)
    )
    return {row[0]: Progress(*row[1:]) for row in rows}


def log(message: Message, *, most: int, after: int = 0) -> list[MessageRecipient]:
    """Who got it, and what became of each letter; those that came back first, then by name."""
    return list(
        db.session.scalars(
            sa.select(MessageRecipient)
            .join(MessageRecipient.person)
            .outerjoin(MessageRecipient.letter)
            .where(MessageRecipient.message_id == message.id)
            .options(joinedload(MessageRecipient.person), joinedload(MessageRecipient.letter))
            .order_by(
                sa.case((Letter.state == LetterState.FAILED, 0), else_=1), Person.folded_name, Person.id
            )
            .limit(most)
            .offset(after)
        )
    )


def has_declined(person: Person) -> bool:
    found = sa.select(MessagesDeclined.id).where(MessagesDeclined.person_id == person.id)
    return db.session.scalar(found) is not None

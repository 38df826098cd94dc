"""What must be true of messages."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Message, MessageRecipient, MessageState


@check("8", "whoever a sent message is for has one letter of it")
def all_written() -> Iterator[str]:
    rows = db.session.scalars(
        sa.select(MessageRecipient.id)
        .join(Message, Message.id == MessageRecipient.message_id)
        .where(Message.state == MessageState.SENT, MessageRecipient.letter_id.is_(None))
    )
    for number in rows:
        yield f"recipient {number} of a sent message has no letter"


@check("8", "a letter of a message goes to one person")
def one_each() -> Iterator[str]:
    rows = db.session.scalars(
        sa.select(MessageRecipient.letter_id)
        .where(MessageRecipient.letter_id.is_not(None))
        .group_by(MessageRecipient.letter_id)
        .having(sa.func.count() > 1)
    )
    for number in rows:
        yield f"letter {number} stands for several recipients"

"""Messages that two got, and that they want none: once."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import execute

from .models import MessageRecipient, MessagesDeclined


def _follow(told: Joining) -> None:
    pass_on(told, MessageRecipient.person_id, MessageRecipient.message_id)
    execute(
        sa.delete(MessageRecipient).where(
            MessageRecipient.person_id == told.gone_id, MessageRecipient.letter_id.is_(None)
        )
    )
    pass_on(told, MessagesDeclined.person_id, MessagesDeclined.expo_id)
    execute(sa.delete(MessagesDeclined).where(MessagesDeclined.person_id == told.gone_id))


follows("messages", _follow)

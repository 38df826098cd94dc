"""Every no of this room."""

from __future__ import annotations

from expo.core.refusals import Refusal


class AlreadySent(Refusal):
    """A message leaves once, and is not changed afterwards."""

    code = "message_already_sent"


class OthersThanShown(Refusal):
    """The segment has other people than whoever pressed the button was shown."""

    code = "message_segment_changed"


class NobodyThere(Refusal):
    """The segment is empty."""

    code = "message_to_nobody"

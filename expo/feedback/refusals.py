from __future__ import annotations

from expo.core.refusals import Refusal


class NotOver(Refusal):
    """Nobody judges what has not ended."""

    code = "not_over"


class FeedbackClosed(Refusal):
    """It is too long ago, or it never took place."""

    code = "feedback_closed"


class WasNotThere(Refusal):
    """Only who had a seat, was let in, or could simply come is asked."""

    code = "was_not_there"
    status = 403

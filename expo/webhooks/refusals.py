"""Every no of this room."""

from __future__ import annotations

from expo.core.refusals import Refusal


class EndpointEnded(Refusal):
    """Nothing is sent to an address that has ended."""

    code = "webhook_ended"

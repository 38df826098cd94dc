from __future__ import annotations

from expo.core.refusals import Refusal


class BallotClosed(Refusal):
    """Wishes are taken until it closes."""

    code = "ballot_closed"


class BallotStillOpen(Refusal):
    """Nothing is drawn before everybody had their time."""

    code = "ballot_open"


class BallotOver(Refusal):
    """It is drawn, or called off already."""

    code = "ballot_over"


class NotForBallot(Refusal):
    """Seats in this session cannot be drawn by lot, or are already."""

    code = "not_for_ballot"

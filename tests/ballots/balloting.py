"""What the tests of ballots have in common."""

from __future__ import annotations

from datetime import timedelta

from expo.ballots import actions
from expo.ballots.models import Ballot
from expo.core import clock
from expo.programme.models import Conference, Occurrence


def a_ballot(conference: Conference, *occurrences: Occurrence, hours: int = 1, **changes) -> Ballot:
    """An open one over these occurrences, drawn after so many hours."""
    values = {"title": "Boat tours", "closes_at": clock.now() + timedelta(hours=hours), **changes}
    return actions.open_ballot(
        conference=conference, occurrence_ids=[each.id for each in occurrences], **values
    )

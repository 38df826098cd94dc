"""What somebody wished for in a lot; of two entries the kept one's counts."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import execute

from .models import BallotEntry


def _follow(told: Joining) -> None:
    pass_on(told, BallotEntry.person_id, BallotEntry.ballot_id)
    # Its number stays, so that nobody else's ticket changes.
    execute(sa.update(BallotEntry).where(BallotEntry.person_id == told.gone_id).values(wishes=[]))


follows("ballots", _follow)

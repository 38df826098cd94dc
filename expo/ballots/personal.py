"""What a person wished for in ballots. What is published of it names nobody."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps

from .models import Ballot, BallotEntry


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Ballot.title, BallotEntry.number, BallotEntry.seats, BallotEntry.wishes)
        .join(Ballot, Ballot.id == BallotEntry.ballot_id)
        .where(BallotEntry.person_id == who.person_id)
        .order_by(BallotEntry.id)
    )
    return [
        {"ballot": title, "ticket": number, "seats": seats, "wishes": wishes}
        for title, number, seats, wishes in rows
    ]


def _erase(who: Subject) -> None:
    """They wish for nothing; the number stays, so that nobody else's ticket changes."""
    execute(sa.update(BallotEntry).where(BallotEntry.person_id == who.person_id).values(wishes=[]))


keeps("ballots", tell=_tell, erase=_erase)

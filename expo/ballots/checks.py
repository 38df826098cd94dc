from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core import clock
from expo.core.checks import check
from expo.core.db import db
from expo.programme.models import Occurrence

from . import drawing
from .models import Ballot, BallotSession


@check("B5", "a ballot's seed is the one that was promised, and drawing again gives what was published")
def drawn_as_promised() -> Iterator[str]:
    for ballot in db.session.scalars(sa.select(Ballot)):
        if drawing.promise(ballot.seed) != ballot.seed_hash:
            yield f"ballot {ballot.code}: its seed is not the one whose hash was published"
        if ballot.published is None:
            continue
        parts = ballot.published
        if drawing.draw(ballot.seed, parts["tickets"], parts["seats"]) != parts["result"]:
            yield f"ballot {ballot.code}: drawn again, it has another result"


@check("B5", "while a ballot is open its sessions take no other bookings")
def nothing_beside() -> Iterator[str]:
    early = (
        sa.select(Ballot.code, Occurrence.code.label("session"))
        .join(BallotSession, BallotSession.ballot_id == Ballot.id)
        .join(Occurrence, Occurrence.id == BallotSession.occurrence_id)
        .where(
            BallotSession.over_at.is_(None),
            Ballot.closes_at > clock.now(),
            sa.or_(Occurrence.booking_opens_at.is_(None), Occurrence.booking_opens_at < Ballot.closes_at),
        )
    )
    for row in db.session.execute(early):
        yield f"ballot {row.code}: seats of {row.session} can be booked beside it"

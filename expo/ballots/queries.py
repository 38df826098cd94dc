from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from expo.booking import slots, waiting
from expo.booking.slots import Slot
from expo.core import clock
from expo.core.db import db
from expo.programme.models import Occurrence, Session
from expo.programme.words import LISTED, Admission
from expo.publishing.models import OccurrenceVersion, SessionVersion

from .models import Ballot, BallotEntry, BallotSession

MOST_TO_CHOOSE = 500


def ballot(expo_id: int, code: str) -> Ballot | None:
    """One by its code, with its conference and what is drawn."""
    return db.session.scalar(
        sa.select(Ballot)
        .where(Ballot.expo_id == expo_id, Ballot.code == code)
        .options(
            joinedload(Ballot.conference),
            selectinload(Ballot.sessions).joinedload(BallotSession.occurrence),
        )
    )


def of_conference(conference_id: int) -> list[tuple[Ballot, int]]:
    """Its ballots with how many entered, the newest first. One query."""
    rows = db.session.execute(
        sa.select(Ballot, sa.func.count(BallotEntry.id))
        .outerjoin(BallotEntry, BallotEntry.ballot_id == Ballot.id)
        .where(Ballot.conference_id == conference_id)
        .group_by(Ballot.id)
        .order_by(Ballot.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def open_over(occurrence_id: int) -> str | None:
    """The code of the ballot in which seats of this occurrence can be wished for now."""
    return db.session.scalar(
        sa.select(Ballot.code)
        .join(BallotSession, BallotSession.ballot_id == Ballot.id)
        .where(
            BallotSession.occurrence_id == occurrence_id,
            BallotSession.over_at.is_(None),
            Ballot.closes_at > clock.now(),
        )
    )


def slots_of(found: Ballot) -> list[Slot]:
    """What of its sessions the public may know of, in their order in time."""
    known = slots.of(each.occurrence_id for each in found.sessions)
    return sorted(
        (slot for slot in known.values() if slot.is_listed), key=lambda slot: (slot.starts_at, slot.code)
    )


def entry_of(ballot_id: int, person_id: int) -> BallotEntry | None:
    """What this person wishes."""
    return db.session.scalar(
        sa.select(BallotEntry).where(BallotEntry.ballot_id == ballot_id, BallotEntry.person_id == person_id)
    )


def entries(ballot_id: int) -> list[BallotEntry]:
    """All, by ticket number, with who they are of."""
    return list(
        db.session.scalars(
            sa.select(BallotEntry)
            .where(BallotEntry.ballot_id == ballot_id)
            .options(joinedload(BallotEntry.person))
            .order_by(BallotEntry.number)
        )
    )


def entered(ballot_id: int) -> int:
    """How many people wish for something."""
    wishes = db.session.scalars(sa.select(BallotEntry.wishes).where(BallotEntry.ballot_id == ballot_id))
    return sum(1 for wished in wishes if wished)


def for_anybody(found: Ballot) -> dict[str, Any]:
    """What is published: before the drawing the promise alone, after it all that the drawing needs."""
    told: dict[str, Any] = {
        "ballot": found.code,
        "closes_at": found.closes_at.isoformat(),
        "seed_sha256": found.seed_hash,
        "seed": found.seed if found.drawn_at else None,
    }
    return {**told, **(found.published or {"seats": {}, "tickets": [], "result": []})}


def outcome(found: Ballot, number: int) -> dict[str, Any] | None:
    """What one ticket got; None before the drawing."""
    lines = found.published["result"] if found.published else ()
    return next((line for line in lines if line["ticket"] == number), None)


def could_be_drawn(conference_id: int) -> list[Slot]:
    """Released times of this conference whose seats can be put in a ballot."""
    ids = db.session.scalars(
        sa.select(Occurrence.id)
        .join(Session, Session.id == Occurrence.session_id)
        .join(OccurrenceVersion, OccurrenceVersion.occurrence_id == Occurrence.id)
        .join(SessionVersion, SessionVersion.session_id == Session.id)
        .where(
            SessionVersion.conference_id == conference_id,
            SessionVersion.until_release_id.is_(None),
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.admission == Admission.SEAT,
            SessionVersion.visibility.in_(LISTED),
            OccurrenceVersion.starts_at > clock.now(),
            ~Occurrence.id.in_(sa.select(BallotSession.occurrence_id).where(BallotSession.over_at.is_(None))),
        )
        .order_by(OccurrenceVersion.starts_at, Occurrence.id)
        .limit(MOST_TO_CHOOSE)
    )
    return sorted(slots.of(ids).values(), key=lambda slot: (slot.starts_at, slot.code))


def waited_for(occurrence_ids: Collection[int]) -> set[int]:
    """Those for which people stand in line already."""
    return set(waiting.lengths(occurrence_ids))

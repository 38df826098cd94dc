from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from expo.core import clock
from expo.core.db import db
from expo.programme.models import Appearance, Conference, Occurrence, Room, Session
from expo.programme.words import AppearanceState, Placement, SessionState
from expo.speakers import queries as speakers
from expo.speakers.models import Speaker, SpeakerLink

from .models import Substitute

WAITING = (AppearanceState.INVITED, AppearanceState.ASKED_AGAIN)


@dataclass(slots=True)
class Asked:
    """An appearance with its times as drafted, by start. `over` where all of them are."""

    appearance: Appearance
    times: list[Occurrence] = field(default_factory=list)

    @property
    def over(self) -> bool:
        ends = [time.ends_at for time in self.times if time.ends_at]
        return bool(ends) and max(ends) <= clock.now()

    @property
    def waits(self) -> bool:
        """Whether an answer is waited for."""
        return self.appearance.state in WAITING and not self.over


def asked(speaker_id: int) -> list[Asked]:
    """Where a speaker appears or is asked to, what is cancelled left out, by time. Two queries."""
    rows = db.session.scalars(
        sa.select(Appearance)
        .join(Appearance.session)
        .where(Appearance.speaker_id == speaker_id, Session.state != SessionState.CANCELLED)
        .options(
            contains_eager(Appearance.session).joinedload(Session.conference).joinedload(Conference.expo),
            joinedload(Appearance.role),
            joinedload(Appearance.speaker),
        )
        .order_by(Appearance.id)
    )
    found = [Asked(row) for row in rows]
    times = _times({one.appearance.session_id for one in found})
    for one in found:
        one.times = _own(one.appearance, times)
    last = datetime.max.replace(tzinfo=clock.now().tzinfo)
    return sorted(found, key=lambda one: (one.times[0].starts_at if one.times else None) or last)


def _times(session_ids: Collection[int]) -> dict[int, list[Occurrence]]:
    rows = db.session.scalars(
        sa.select(Occurrence)
        .where(
            Occurrence.session_id.in_(session_ids),
            Occurrence.placement != Placement.UNPLACED,
            Occurrence.cancelled_at.is_(None),
        )
        .options(joinedload(Occurrence.room).joinedload(Room.venue))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    found: dict[int, list[Occurrence]] = defaultdict(list)
    for row in rows:
        found[row.session_id].append(row)
    return found


def _own(appearance: Appearance, times: dict[int, list[Occurrence]]) -> list[Occurrence]:
    every = times.get(appearance.session_id, [])
    return [time for time in every if appearance.occurrence_id in (None, time.id)]


def days(asked_for: Collection[Asked]) -> list[date]:
    """The days of which a speaker should say when they can: those of the conferences that ask them, from today on."""
    found: set[date] = set()
    for conference in {one.appearance.session.conference for one in asked_for}:
        today = clock.now().astimezone(conference.zone).date()
        day = max(conference.starts_on, today)
        while day <= conference.ends_on and len(found) < 120:
            if day.isoformat() not in (conference.closed_dates or ()):
                found.add(day)
            day += timedelta(days=1)
    return sorted(found)


@dataclass(slots=True)
class Line:
    """One speaker on the organisers' board: what is asked of them there, and the letters that went out."""

    speaker: Speaker
    asked: list[Asked]
    link: SpeakerLink | None

    @property
    def waiting(self) -> list[Asked]:
        return [one for one in self.asked if one.waits]

    @property
    def declined(self) -> list[Asked]:
        return [one for one in self.asked if one.appearance.state is AppearanceState.DECLINED]

    @property
    def since(self) -> datetime | None:
        """Since when the first of them waits."""
        moments = [one.appearance.state_since for one in self.waiting if one.appearance.state_since]
        return min(moments, default=None)


def board(expo_id: int, conference_ids: Collection[int]) -> list[Line]:
    """Everybody who appears in these conferences, by name, with what they said. Four queries."""
    rows = db.session.scalars(
        sa.select(Appearance)
        .join(Appearance.session)
        .join(Appearance.speaker)
        .where(
            Appearance.expo_id == expo_id,
            Session.conference_id.in_(conference_ids),
            Session.state != SessionState.CANCELLED,
        )
        .options(
            contains_eager(Appearance.session).joinedload(Session.conference),
            contains_eager(Appearance.speaker).joinedload(Speaker.organisation),
            joinedload(Appearance.role),
        )
        .order_by(Speaker.folded_name, Speaker.id, Appearance.id)
    ).all()
    times = _times({row.session_id for row in rows})
    links = speakers.own_links({row.speaker_id for row in rows})
    found: dict[int, Line] = {}
    for row in rows:
        line = found.setdefault(row.speaker_id, Line(row.speaker, [], links.get(row.speaker_id)))
        line.asked.append(Asked(row, _own(row, times)))
    return list(found.values())


def waiting_ones(expo_id: int | None = None) -> list[int]:
    """Speakers of whom an answer is waited for, and who have a letter. One query."""
    wanted = (
        sa.select(Appearance.speaker_id)
        .join(Session, Appearance.session_id == Session.id)
        .join(SpeakerLink, SpeakerLink.speaker_id == Appearance.speaker_id)
        .where(
            Appearance.state.in_(WAITING),
            Session.state != SessionState.CANCELLED,
            SpeakerLink.assistant_name.is_(None),
            SpeakerLink.ended_at.is_(None),
        )
        .distinct()
    )
    if expo_id is not None:
        wanted = wanted.where(Appearance.expo_id == expo_id)
    return list(db.session.scalars(wanted))


def substitutes(conference_ids: Collection[int]) -> list[Substitute]:
    """Whom speakers of these conferences named, and nobody has decided about; the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Substitute)
            .join(Substitute.session)
            .where(
                Session.conference_id.in_(conference_ids),
                Substitute.decided_at.is_(None),
                Substitute.appearance_id.is_not(None),
            )
            .options(
                contains_eager(Substitute.session).joinedload(Session.conference),
                joinedload(Substitute.speaker),
                joinedload(Substitute.appearance),
            )
            .order_by(Substitute.named_at, Substitute.id)
        )
    )


def substitute(expo_id: int, substitute_id: int) -> Substitute | None:
    return db.session.scalar(
        sa.select(Substitute)
        .where(Substitute.expo_id == expo_id, Substitute.id == substitute_id)
        .options(
            joinedload(Substitute.session).joinedload(Session.conference), joinedload(Substitute.speaker)
        )
    )


def named_by(speaker_id: int) -> dict[int, Substitute]:
    """Whom a speaker named and nobody has decided about, by the appearance."""
    rows = db.session.scalars(
        sa.select(Substitute).where(Substitute.speaker_id == speaker_id, Substitute.decided_at.is_(None))
    )
    return {row.appearance_id: row for row in rows if row.appearance_id is not None}

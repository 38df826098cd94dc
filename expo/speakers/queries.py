from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.core.text import folded

from .models import Availability, AvailabilitySource, Speaker, SpeakerLink


def by_slug(expo_id: int, slug: str) -> Speaker | None:
    return db.session.scalar(
        sa.select(Speaker)
        .where(Speaker.expo_id == expo_id, Speaker.slug == slug)
        .options(joinedload(Speaker.organisation))
    )


def slugs(expo_id: int) -> set[str]:
    return set(db.session.scalars(sa.select(Speaker.slug).where(Speaker.expo_id == expo_id)))


def every(expo_id: int, search: str = "") -> list[Speaker]:
    """All speakers of the expo by name, with their organisations; or those whose name holds the words."""
    found = (
        sa.select(Speaker)
        .where(Speaker.expo_id == expo_id)
        .options(joinedload(Speaker.organisation))
        .order_by(Speaker.folded_name)
    )
    for word in folded(search).split():
        found = found.where(Speaker.folded_name.contains(word, autoescape=True))
    return list(db.session.scalars(found))


def of_expo(expo_id: int, speaker_ids: Collection[int]) -> set[int]:
    """Which of these are speakers of this expo."""
    return set(
        db.session.scalars(
            sa.select(Speaker.id).where(Speaker.expo_id == expo_id, Speaker.id.in_(speaker_ids))
        )
    )


def by_ids(expo_id: int, speaker_ids: Collection[int]) -> list[Speaker]:
    """These speakers, those of other expos left out."""
    return list(
        db.session.scalars(sa.select(Speaker).where(Speaker.expo_id == expo_id, Speaker.id.in_(speaker_ids)))
    )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    starts_at: datetime
    ends_at: datetime


def unavailable(expo_id: int, speaker_ids: Collection[int] | None = None) -> dict[int, list[Span]]:
    """When speakers cannot appear, by start: of these speakers, or of all. Who said nothing is left out. One query.

    Two spans of one speaker may overlap; touching something is no clash.
    """
    wanted = (
        sa.select(Availability.speaker_id, Availability.starts_at, Availability.ends_at)
        .where(Availability.expo_id == expo_id)
        .order_by(Availability.speaker_id, Availability.starts_at)
    )
    if speaker_ids is not None:
        wanted = wanted.where(Availability.speaker_id.in_(speaker_ids))
    found: dict[int, list[Span]] = {}
    for speaker_id, starts_at, ends_at in db.session.execute(wanted):
        found.setdefault(speaker_id, []).append(Span(starts_at, ends_at))
    return found


def absences(speaker_id: int, source: AvailabilitySource) -> list[Span]:
    """What one source says of one speaker, by start."""
    rows = db.session.execute(
        sa.select(Availability.starts_at, Availability.ends_at)
        .where(Availability.speaker_id == speaker_id, Availability.source == source)
        .order_by(Availability.starts_at)
    )
    return [Span(*row) for row in rows]


def own_link(speaker_id: int) -> SpeakerLink | None:
    """The speaker's own address, while it holds."""
    return db.session.scalar(
        sa.select(SpeakerLink).where(
            SpeakerLink.speaker_id == speaker_id,
            SpeakerLink.assistant_name.is_(None),
            SpeakerLink.ended_at.is_(None),
        )
    )


def own_links(speaker_ids: Collection[int]) -> dict[int, SpeakerLink]:
    """The same of several, by speaker. One query."""
    rows = db.session.scalars(
        sa.select(SpeakerLink).where(
            SpeakerLink.speaker_id.in_(speaker_ids),
            SpeakerLink.assistant_name.is_(None),
            SpeakerLink.ended_at.is_(None),
        )
    )
    return {row.speaker_id: row for row in rows}


def assistants(speaker_id: int) -> list[SpeakerLink]:
    """The addresses of those who act for a speaker, while they hold, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(SpeakerLink)
            .where(
                SpeakerLink.speaker_id == speaker_id,
                SpeakerLink.assistant_name.is_not(None),
                SpeakerLink.ended_at.is_(None),
            )
            .order_by(SpeakerLink.id)
        )
    )

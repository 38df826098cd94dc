from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.accounts.models import Person
from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.programme.models import Occurrence
from expo.publishing.models import Release


class NoticeKind(enum.StrEnum):
    """What happened to something that somebody has a seat in, or waits for."""

    MOVED = "moved"
    CANCELLED = "cancelled"


class AgendaNotice(Base):
    """That a release moved or cancelled something of a person's agenda. It stands there until it is read.

    `was` is where and when it was: {"starts_at", "ends_at" (RFC 3339), "room"}.
    """

    __tablename__ = "agenda_notices"
    __table_args__ = (
        # One release tells each person once of each occurrence.
        sa.UniqueConstraint("release_id", "person_id", "occurrence_id"),
        choice_check("kind", NoticeKind),
        sa.Index("ix_agenda_notices_person", "person_id", "read_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey(Release.id))
    kind: Mapped[NoticeKind] = choice(NoticeKind)
    was: Mapped[Json]
    made_at: Mapped[Moment]
    read_at: Mapped[Moment | None]

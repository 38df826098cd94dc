from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.publishing.models import Release


class Kind(enum.StrEnum):
    """What happens to all of it."""

    CANCEL = "cancel"
    MOVE = "move"


class Whole(enum.StrEnum):
    """What it happens to."""

    DAY = "day"
    VENUE = "venue"
    CONFERENCE = "conference"


class Upheaval(Base):
    """A day, venue or conference that was cancelled or moved at once: drafted first, then published or undone.

    `touched` has a row for each time: {"id", "before", "after"}, both as `touching.placing` writes them. People are
    told, and money goes back, when it is published.
    """

    __tablename__ = "upheavals"
    __table_args__ = (
        choice_check("kind", Kind),
        choice_check("whole", Whole),
        sa.CheckConstraint("published_at IS NULL OR undone_at IS NULL", name="one_end"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    # None where it is a day or venue of the whole expo.
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    kind: Mapped[Kind] = choice(Kind)
    whole: Mapped[Whole] = choice(Whole)
    key: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(250))
    why: Mapped[str] = mapped_column(sa.Text)
    touched: Mapped[Json]
    # By how many days all of it moves; a conference itself, and breaks, when it is published.
    days: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    undone_at: Mapped[Moment | None]
    release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id))

    conference: Mapped[Conference | None] = relationship()

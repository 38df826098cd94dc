from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo


class PartnerCalendar(Base):
    """A calendar of others that is read again and again: its events are shown beside the programme, never changed."""

    __tablename__ = "partner_calendars"
    __table_args__ = (sa.UniqueConstraint("expo_id", "url"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    name: Mapped[str] = mapped_column(sa.String(120))
    url: Mapped[str] = mapped_column(sa.String(500))
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    pulled_at: Mapped[Moment | None]
    fault: Mapped[str] = mapped_column(sa.String(300), default="")  # why the last reading failed
    created_at: Mapped[Moment]


class OutsideEvent(Base):
    """Something else in the city, noted so that people know of it: never a session, never booked, never counted."""

    __tablename__ = "outside_events"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_outside_events_expo", "expo_id", "starts_at"),
        partial_index(
            "uq_outside_events_calendar", "calendar_id", "calendar_key", where="calendar_id IS NOT NULL"
        ),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    title: Mapped[str] = mapped_column(sa.String(200))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    # The partner's calendar that it comes from, and its id there; noted by hand where there is none.
    calendar_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PartnerCalendar.id))
    calendar_key: Mapped[str] = mapped_column(sa.String(250), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

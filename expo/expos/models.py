from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Moment

# First words of addresses that are not an expo's.
RESERVED_SLUGS = frozenset(
    [
        "api",
        "login",
        "logout",
        "static",
        "webhooks",
        "healthz",
        "readyz",
        "metrics",
        "oembed",
        "demo",
        "account",
        "favicon.ico",
        "robots.txt",
    ]
)


class Expo(Base):
    """The whole: weeks in a city. Its slug is first in every address."""

    __tablename__ = "expos"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.UniqueConstraint("slug"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    city: Mapped[str] = mapped_column(sa.String(80))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(sa.String(40))
    languages: Mapped[str] = mapped_column(sa.String(60), default="sv en")
    colour: Mapped[str | None] = mapped_column(sa.String(7))
    logo: Mapped[str | None] = mapped_column(sa.String(200))
    contact: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[Moment]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, moment: datetime) -> datetime:
        """The moment as the city's clocks show it."""
        return moment.astimezone(self.zone)

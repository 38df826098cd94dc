from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id
from expo.expos.models import Expo


class Provenance(Base):
    """Where an imported row comes from, and how true it is. Shown in demo mode only."""

    __tablename__ = "provenances"
    __table_args__ = (sa.UniqueConstraint("expo_id", "subject", "key"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    subject: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(160))
    reality: Mapped[str] = mapped_column(sa.String(20), default="")
    source: Mapped[str] = mapped_column(sa.String(300))
    note: Mapped[str] = mapped_column(sa.Text, default="")

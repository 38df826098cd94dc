from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id
from expo.expos.models import Expo


class Pool(Base):
    """So many places, so many taken. `capacity` None has no limit; `over` was forced by a named organiser.

    The check is the last word: whatever the code does, the database commits no pool that is over-full.
    """

    __tablename__ = "pools"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0", name="taken"),
        sa.CheckConstraint("over >= 0", name="over"),
        sa.CheckConstraint("capacity IS NULL OR taken <= capacity + over", name="never_over"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    over: Mapped[int] = mapped_column(default=0)

    @property
    def left(self) -> int | None:
        """Places left, None without limit."""
        return None if self.capacity is None else max(0, self.capacity + self.over - self.taken)

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Moment
from expo.expos.models import Expo


class Pool(Base):
    """So many places, so many taken. `capacity` None has no limit; `over` was forced by a named organiser.

    Pools may stand in a tree: whoever takes a place takes it in the pool and in all above it. A reserve is a pool
    whose places were taken out of another one beforehand; taking from it climbs no further.

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
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("pools.id"), index=True)
    reserve_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("pools.id"), index=True)

    @property
    def left(self) -> int | None:
        """Places left in this pool alone, None without limit; what the pools above leave stands in `pools.left`."""
        return None if self.capacity is None else max(0, self.capacity + self.over - self.taken)


class Overrun(Base):
    """Places that a named organiser forced over a pool's capacity, and why. Kept when they are given back."""

    __tablename__ = "overruns"
    __table_args__ = (
        sa.CheckConstraint("places >= 1", name="places"),
        sa.CheckConstraint("reason <> ''", name="reasoned"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), index=True)
    places: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text)
    forced_by: Mapped[str] = mapped_column(sa.String(80))
    forced_at: Mapped[Moment]

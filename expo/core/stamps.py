"""Stamps: a number per scope that rises with every public change, so that caches know when they are old."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, Moment, db


class Stamp(Base):
    """The newest state of a scope, e.g. "programme:1"."""

    __tablename__ = "stamps"

    scope: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    number: Mapped[int]
    changed_at: Mapped[Moment]


_READ = sa.select(Stamp.number, Stamp.changed_at).where(Stamp.scope == sa.bindparam("scope"))


def raise_stamp(scope: str) -> int:
    """Raise the scope's number, in the transaction of the change. Returns the new one."""
    number = db.session.scalar(
        sa.update(Stamp)
        .where(Stamp.scope == scope)
        .values(number=Stamp.number + 1, changed_at=clock.now())
        .returning(Stamp.number)
    )
    if number is None:
        db.session.add(Stamp(scope=scope, number=1, changed_at=clock.now()))
        db.session.flush()
        return 1
    return int(number)


def read(scope: str) -> tuple[int, object]:
    """The scope's number and when it was raised; (0, None) before the first change."""
    row = db.session.execute(_READ, {"scope": scope}).first()
    return (row.number, row.changed_at) if row else (0, None)

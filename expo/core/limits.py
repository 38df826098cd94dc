"""Limits on guessable things, counted in the database so that every process sees the same number."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, Moment, db, transaction
from .refusals import TooOften


class Attempts(Base):
    """How often one key (hashed: it may be an address) was tried in the running window."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    until: Mapped[Moment] = mapped_column(index=True)


def _hashed(what: str, who: str) -> str:
    return hashlib.sha256(f"{what}\0{who}".encode()).hexdigest()


def count(what: str, who: str, *, most: int, within: timedelta) -> None:
    """Count one attempt of `who` at `what`; raises TooOften when it is more than `most` within the window.

    Runs in a transaction of its own, so that a refused action is counted too.
    """
    now = clock.real_now()
    key = _hashed(what, who)
    with transaction():
        row = db.session.get(Attempts, key, with_for_update=True)
        if row is None or row.until <= now:
            db.session.merge(Attempts(key=key, count=1, until=now + within))
            return
        row.count += 1
        tries, until = row.count, row.until
    if tries > most:
        seconds = max(1, round((until - now).total_seconds()))
        raise TooOften(_("That was tried too often. Wait a while and try again."), retry_after=seconds)


def forget(what: str, who: str) -> None:
    """Start afresh, after it went right."""
    with transaction():
        db.session.execute(sa.delete(Attempts).where(Attempts.key == _hashed(what, who)))


def sweep() -> None:
    """Remove windows that are over."""
    with transaction():
        db.session.execute(sa.delete(Attempts).where(Attempts.until < clock.real_now()))

"""Limits on guessable things, counted in the database so that every process sees the same number."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, jobs
from .db import Base, Moment, db, is_sqlite, transaction
from .refusals import TooOften


class Attempts(Base):
    """How often one key (hashed: it may be an address) was tried in the running window."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    until: Mapped[Moment] = mapped_column(index=True)


def _one_more(key: str, now: datetime, until: datetime) -> Any:
    """The statement that counts: of two first tries at the same moment, the second finds the first one's row."""
    insert: Any = sqlite.insert(Attempts) if is_sqlite() else postgresql.insert(Attempts)
    over = Attempts.until <= now
    return (
        insert.values(key=key, count=1, until=until)
        .on_conflict_do_update(
            index_elements=[Attempts.key],
            set_={
                "count": sa.case((over, 1), else_=Attempts.count + 1),
                "until": sa.case((over, until), else_=Attempts.until),
            },
        )
        .returning(Attempts.count, Attempts.until)
    )


def _hashed(what: str, who: str) -> str:
    return hashlib.sha256(f"{what}\0{who}".encode()).hexdigest()


def count(what: str, who: str, *, most: int, within: timedelta) -> None:
    """Count one attempt of `who` at `what`; raises TooOften when it is more than `most` within the window.

    Runs in a transaction of its own, so that a refused action is counted too.
    """
    now = clock.real_now()
    with transaction():
        counted = db.session.execute(_one_more(_hashed(what, who), now, now + within)).one()
    tries, until = counted
    if tries > most:
        seconds = max(1, round((until - now).total_seconds()))
        raise TooOften(_("That was tried too often. Wait a while and try again."), retry_after=seconds)


def forget(what: str, who: str) -> None:
    """Start afresh, after it went right."""
    with transaction():
        db.session.execute(sa.delete(Attempts).where(Attempts.key == _hashed(what, who)))


@jobs.every("sweep_limits", timedelta(minutes=10))
def sweep() -> None:
    """Forgets counted tries whose time is over."""
    with transaction():
        db.session.execute(sa.delete(Attempts).where(Attempts.until < clock.real_now()))

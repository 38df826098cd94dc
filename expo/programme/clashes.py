"""Telling that sessions, their times or people changed, so that the rules of the timetable can say no.

The rules stand above (scheduling): they look at the whole expo, and a refusal undoes the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db
from expo.expos.models import Expo

from .models import Session
from .news import SessionsScheduled

# The sessions that changed since `together` began; None outside it.
_waiting: ContextVar[set[int] | None] = ContextVar("waiting", default=None)


def hold(expo_id: int) -> None:
    """Of two who schedule at the same moment the second waits, and sees what the first has done. Taken before any
    other row, so that nobody waits crosswise. Bookings and scans, whose rows point at the expo, do not wait."""
    db.session.execute(sa.select(Expo.id).where(Expo.id == expo_id).with_for_update(key_share=True))


def check(session: Session, *, keep: str = "") -> None:
    """Called inside the transaction that changed a session, its times or its people, at its end.

    With a reason in `keep` what clashes stays, and stands in the audit with whoever acts. Raises Clashes.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(session.id)
        return
    hold(session.expo_id)
    db.session.flush()
    news.tell(SessionsScheduled(session.expo_id, (session.id,), keep))


@contextmanager
def together(expo_id: int, *, keep: str = "") -> Iterator[None]:
    """Many changes as one, inside a transaction: what clashes is looked for once, when everything stands in its
    new place. So two sessions can change rooms, and an import is quick. Raises Clashes at the end."""
    hold(expo_id)
    token = _waiting.set(set())
    try:
        yield
        changed = _waiting.get()
    finally:
        _waiting.reset(token)
    db.session.flush()
    if changed:
        news.tell(SessionsScheduled(expo_id, tuple(sorted(changed)), keep))

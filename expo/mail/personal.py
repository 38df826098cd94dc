"""Letters to an address that is one person's alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import ERASED, Subject, keeps

from .models import DigestEntry, Letter, LetterState


def _theirs(who: Subject) -> list[sa.ColumnElement[bool]]:
    return [Letter.expo_id == who.expo_id, sa.func.lower(Letter.recipient) == (who.email or "")]


def _tell(who: Subject) -> list[dict[str, Any]]:
    if who.email is None:
        return []
    found = db.session.scalars(sa.select(Letter).where(*_theirs(who)).order_by(Letter.id))
    return [
        {
            "at": one.created_at,
            "sent": one.sent_at,
            "kind": one.kind,
            "subject": one.subject,
            "text": one.body,
        }
        for one in found
    ]


def _erase(who: Subject) -> None:
    """That a letter left is counted on; what it said, and to whom, goes. One that waits leaves no more."""
    if who.email is None:
        return
    empty_letters(*_theirs(who))
    execute(
        sa.delete(DigestEntry).where(
            DigestEntry.expo_id == who.expo_id, sa.func.lower(DigestEntry.recipient) == who.email
        )
    )


def empty_letters(*which: sa.ColumnElement[bool]) -> None:
    """Take all out of these letters. Inside the transaction of an erasure."""
    execute(
        sa.update(Letter)
        .where(*which)
        .values(
            recipient=ERASED, subject=ERASED, body="", calendar=None, unsubscribe=None, last_error=None,
            state=sa.case((Letter.state == LetterState.WAITING, LetterState.FAILED), else_=Letter.state),
        )
    )  # fmt: skip


keeps("letters", tell=_tell, erase=_erase, order=80)

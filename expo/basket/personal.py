"""Places on waiting lists for tickets, which know an address only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import ERASED, Subject, keeps

from . import waiting
from .models import Waiting, WaitState


def _mine(who: Subject) -> list[Waiting]:
    if who.email is None:
        return []
    return list(
        db.session.scalars(
            sa.select(Waiting).where(Waiting.expo_id == who.expo_id, Waiting.email == who.email)
        )
    )


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "ticket": one.ticket_type.name,
            "for": one.party,
            "state": one.state,
            "since": one.created_at,
        }
        for one in _mine(who)
    ]


def _erase(who: Subject) -> None:
    for one in _mine(who):
        if one.state in (WaitState.WAITING, WaitState.OFFERED):
            waiting.decline(entry=one)
        execute(sa.update(Waiting).where(Waiting.id == one.id).values(name=ERASED, email=""))


keeps("waiting", tell=_tell, erase=_erase, order=10)

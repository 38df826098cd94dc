"""Sessions to which a person is invited, by name, by address, or by a link that they opened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db, execute
from expo.core.personal import ERASED, Subject, keeps

from .models import AcceptedInvitation, SessionInvitation


def _mine(who: Subject) -> list[SessionInvitation]:
    mine: sa.ColumnElement[bool] = SessionInvitation.person_id == who.person_id
    if who.email is not None:
        mine = sa.or_(
            mine, sa.and_(SessionInvitation.expo_id == who.expo_id, SessionInvitation.email == who.email)
        )
    return list(
        db.session.scalars(
            sa.select(SessionInvitation).where(mine).options(joinedload(SessionInvitation.session))
        )
    )


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {"session": one.session.title, "by": one.subject, "at": one.made_at, "ended": one.withdrawn_at}
        for one in _mine(who)
    ]


def _erase(who: Subject) -> None:
    mine = _mine(who)
    ids = [one.id for one in mine]
    execute(sa.delete(AcceptedInvitation).where(AcceptedInvitation.person_id == who.person_id))
    execute(
        sa.update(SessionInvitation)
        .where(SessionInvitation.id.in_(ids))
        .values(withdrawn_at=sa.func.coalesce(SessionInvitation.withdrawn_at, clock.now()), token_digest=None)
    )
    named = [one.id for one in mine if one.email is not None]
    execute(sa.update(SessionInvitation).where(SessionInvitation.id.in_(named)).values(email=ERASED))
    audit.forget("session_invitation", ids)


keeps("invitations", tell=_tell, erase=_erase)

"""Whom a delegation named, and who speaks for it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core import audit
from expo.core.db import db, execute
from expo.core.personal import ERASED, Subject, keeps

from . import links, nominating
from .models import Delegation, Nominee, NomineeState


def _nominees(who: Subject) -> list[Nominee]:
    mine: sa.ColumnElement[bool] = Nominee.person_id == who.person_id
    if who.email is not None:
        mine = sa.or_(mine, sa.and_(Nominee.expo_id == who.expo_id, Nominee.email == who.email))
    return list(db.session.scalars(sa.select(Nominee).where(mine).order_by(Nominee.id)))


def _led(who: Subject) -> list[Delegation]:
    if who.email is None:
        return []
    return list(
        db.session.scalars(
            sa.select(Delegation).where(
                Delegation.expo_id == who.expo_id, Delegation.focal_email == who.email
            )
        )
    )


def _tell(who: Subject) -> dict[str, Any]:
    return {
        "named_by": [
            {"delegation": one.delegation.name, "name": one.name, "state": one.state, "at": one.nominated_at}
            for one in _nominees(who)
        ],
        "focal_point_of": [{"delegation": one.name, "since": one.invited_at} for one in _led(who)],
    }


def _erase(who: Subject) -> None:
    """Who has only a link loses it with the seat; a delegation keeps its seats, and organisers name somebody else."""
    mine = _nominees(who)
    for one in mine:
        if one.state is NomineeState.INVITED:
            nominating.withdraw(nominee=one)
    ids = [one.id for one in mine]
    execute(sa.update(Nominee).where(Nominee.id.in_(ids)).values(name=ERASED, email=""))
    audit.forget("nominee", ids)
    led = _led(who)
    for delegation in led:
        links.end(delegation)
    execute(
        sa.update(Delegation)
        .where(Delegation.id.in_([one.id for one in led]))
        .values(focal_name=ERASED, focal_email="")
    )
    audit.forget("delegation", [one.id for one in led])


keeps("delegations", tell=_tell, erase=_erase, order=15)

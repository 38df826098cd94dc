"""Registrations with their add-ons and vouchers. Erasing gives places of what is not over back; what is over counts on
without a name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core import audit, clock
from expo.core.db import db, execute
from expo.core.personal import Subject, keeps

from . import actions, queries
from .voucher_models import Voucher


def _tell(who: Subject) -> list[dict[str, Any]]:
    mine = queries.of_person(who.person_id)
    add_ons: dict[int, list[str]] = {}
    for one in queries.add_ons_of([each.id for each in mine]):
        add_ons.setdefault(one.registration_id, []).append(one.add_on.name)
    return [
        {
            "code": one.code,
            "conference": one.conference.title,
            "ticket": one.ticket_type.name,
            "category": one.ticket_type.category,
            "state": one.state,
            "since": one.state_since,
            "sent": one.submitted_at,
            "reason": one.reason,
            "price": {"amount": one.price_minor, "currency": one.currency},
            "add_ons": add_ons.get(one.id, []),
        }
        for one in mine
    ]


def _erase(who: Subject) -> None:
    mine = queries.of_person(who.person_id)
    for one in mine:
        if one.is_live and not queries.is_over(one.conference):
            actions.withdraw(registration=one)
        one.reason = ""
    audit.forget("registration", [one.id for one in mine])
    if who.email is not None:
        theirs = db.session.scalars(
            sa.select(Voucher.id).where(Voucher.expo_id == who.expo_id, Voucher.for_email == who.email)
        ).all()
        execute(
            sa.update(Voucher)
            .where(Voucher.id.in_(theirs))
            .values(for_email="", ended_at=sa.func.coalesce(Voucher.ended_at, clock.now()))
        )
        audit.forget("voucher", theirs)


keeps("registrations", tell=_tell, erase=_erase, order=10)

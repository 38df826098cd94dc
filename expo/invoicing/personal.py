"""Invoices and credit notes. The law keeps those that were issued, with the name of who was billed: they stay as they
are, and only finance reads them. Billing details of an order without one go."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps
from expo.payment.models import Order

from .models import BillingDetails, Document


def _theirs(who: Subject) -> sa.Select[int]:
    return sa.select(Order.id).where(Order.person_id == who.person_id)


def _tell(who: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(
        sa.select(Document).where(Document.order_id.in_(_theirs(who))).order_by(Document.id)
    )
    return [
        {
            "kind": one.kind,
            "year": one.year,
            "number": one.number,
            "issued": one.issued_on,
            "to": one.buyer_told,
        }
        for one in found
    ]


def _erase(who: Subject) -> None:
    billed = sa.select(Document.order_id)
    execute(
        sa.delete(BillingDetails).where(
            BillingDetails.order_id.in_(_theirs(who)), BillingDetails.order_id.not_in(billed)
        )
    )


def _stays(who: Subject) -> list[str]:
    issued = db.session.scalar(sa.select(Document.id).where(Document.order_id.in_(_theirs(who))).limit(1))
    if issued is None:
        return []
    return [
        _("Invoices that were issued stay with the name on them, for finance alone: the law asks for it.")
    ]


keeps("invoices", tell=_tell, erase=_erase, stays=_stays)

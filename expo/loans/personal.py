"""What the person borrowed. A loan names a badge, and the badge nobody any more after an erasure."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.badge.models import Badge
from expo.core.db import db
from expo.core.personal import Subject, keeps

from . import queries
from .models import Loan, LoanKind


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(LoanKind.name, Loan.label, Loan.lent_at, Loan.back_at)
        .join(LoanKind, Loan.kind_id == LoanKind.id)
        .join(Badge, Loan.badge_id == Badge.id)
        .where(Badge.person_id == who.person_id)
        .order_by(Loan.id)
    )
    return [{"what": what, "number": label, "lent": lent, "back": back} for what, label, lent, back in rows]


def _stays(who: Subject) -> list[str]:
    out = queries.of_person(who.expo_id, who.person_id)
    return [_("%(what)s is still with you: bring it back to a desk.", what=one.kind.name) for one in out]


keeps("loans", tell=_tell, stays=_stays)

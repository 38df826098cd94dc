from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.badge.models import Badge
from expo.core.db import db

from .models import Loan, LoanKind

MOST = 500


def kinds(expo_id: int, conference_ids: Collection[int] | None) -> list[LoanKind]:
    """What can be borrowed at the desks of these conferences; of the whole expo with None."""
    found = sa.select(LoanKind).where(LoanKind.expo_id == expo_id).order_by(LoanKind.name)
    if conference_ids is not None:
        found = found.where(LoanKind.conference_id.in_(conference_ids))
    return list(db.session.scalars(found))


def out(kind_ids: Collection[int]) -> list[Loan]:
    """What is with somebody now: overdue first."""
    return list(
        db.session.scalars(
            sa.select(Loan)
            .options(joinedload(Loan.kind), joinedload(Loan.badge).joinedload(Badge.person))
            .where(Loan.kind_id.in_(kind_ids), Loan.back_at.is_(None))
            .order_by(Loan.due_at, Loan.id)
            .limit(MOST)
        )
    )


def loan(kind_ids: Collection[int], number: int) -> Loan | None:
    """One of these kinds' loans, whether it is back or not."""
    found = db.session.get(Loan, number)
    return found if found is not None and found.kind_id in kind_ids else None


def of_person(expo_id: int, person_id: int) -> list[Loan]:
    """What a person has now, on whichever of their badges it was lent."""
    return list(
        db.session.scalars(
            sa.select(Loan)
            .options(joinedload(Loan.kind))
            .join(Badge, Loan.badge_id == Badge.id)
            .where(Loan.expo_id == expo_id, Badge.person_id == person_id, Loan.back_at.is_(None))
            .order_by(Loan.due_at)
        )
    )

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Loan, LoanKind


@check("1", "as many things are out as are with somebody")
def what_is_out_is_with_somebody() -> Iterator[str]:
    live = (
        sa.select(sa.func.count())
        .where(Loan.kind_id == LoanKind.id, Loan.back_at.is_(None))
        .correlate(LoanKind)
        .scalar_subquery()
    )
    for number, out, many in db.session.execute(
        sa.select(LoanKind.id, LoanKind.out, live).where(LoanKind.out != live)
    ):
        yield f"loan kind {number} says {out} are out, and {many} are"

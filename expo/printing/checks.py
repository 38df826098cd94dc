from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Print, PrintedBadge, PrintState


@check("10", "a print that is ready names each badge that is in it")
def prints_name_their_badges() -> Iterator[str]:
    named = (
        sa.select(PrintedBadge.print_id, sa.func.count().label("many"))
        .group_by(PrintedBadge.print_id)
        .subquery()
    )
    wrong = (
        sa.select(Print.id, Print.done, sa.func.coalesce(named.c.many, 0))
        .outerjoin(named, named.c.print_id == Print.id)
        .where(Print.state == PrintState.READY, Print.done != sa.func.coalesce(named.c.many, 0))
    )
    for number, done, many in db.session.execute(wrong):
        yield f"print {number} says {done} badges and names {many}"

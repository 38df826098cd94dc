from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Pool


@check("1", "no pool holds more than its capacity and what was forced")
def never_over() -> Iterator[str]:
    """Beside the constraint, for databases that were restored or mended by hand."""
    over = sa.select(Pool.id, Pool.taken, Pool.capacity).where(Pool.taken > Pool.capacity + Pool.over)
    for row in db.session.execute(over):
        yield f"pool {row.id}: {row.taken} taken of {row.capacity}"

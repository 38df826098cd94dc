from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db

from .models import Appearance, Occurrence


@check("9", "an appearance in an occurrence names that occurrence's session")
def appearances() -> Iterator[str]:
    own = aliased(Occurrence)
    strays = (
        sa.select(Appearance.id)
        .join(own, Appearance.occurrence_id == own.id)
        .where(own.session_id != Appearance.session_id)
    )
    for row in db.session.execute(strays):
        yield f"appearance {row.id} is in another session's occurrence"

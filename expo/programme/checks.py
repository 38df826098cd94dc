from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db

from . import session_files
from .file_models import SessionFile
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


@check("11", "every file of a session is there")
def files_are_there() -> Iterator[str]:
    for row in db.session.execute(sa.select(SessionFile.id, SessionFile.stored)):
        if not (session_files.folder() / row.stored).is_file():
            yield f"the file {row.id} is not in the folder of uploads"

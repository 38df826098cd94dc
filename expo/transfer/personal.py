"""Uploaded programmes name speakers; who is erased shall not come back with a file that waits."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import execute
from expo.core.personal import Subject, keeps

from .models import ProgrammeFile


def _tell(who: Subject) -> list[dict[str, Any]]:
    return []


def _erase(who: Subject) -> None:
    execute(
        sa.update(ProgrammeFile).where(ProgrammeFile.expo_id == who.expo_id).values(content=None, refused=[])
    )


keeps("transfer", tell=_tell, erase=_erase)

"""What two were told of a release: once."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import execute

from .models import AgendaNotice


def _follow(told: Joining) -> None:
    pass_on(told, AgendaNotice.person_id, AgendaNotice.release_id, AgendaNotice.occurrence_id)
    execute(sa.delete(AgendaNotice).where(AgendaNotice.person_id == told.gone_id))


follows("notices", _follow)

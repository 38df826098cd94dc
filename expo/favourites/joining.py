"""What two kept in mind, once."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import execute

from .models import Favourite


def _follow(told: Joining) -> None:
    pass_on(told, Favourite.person_id, Favourite.occurrence_id)
    execute(sa.delete(Favourite).where(Favourite.person_id == told.gone_id))


follows("favourites", _follow)

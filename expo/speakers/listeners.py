"""What becomes of speakers when something below them changes."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import execute
from expo.organisations.news import OrganisationsMerged

from .models import Speaker


def listen() -> None:
    news.listen(OrganisationsMerged, _follow)


def _follow(merged: OrganisationsMerged) -> None:
    """Speakers of the organisation that is gone are of the kept one."""
    execute(
        sa.update(Speaker)
        .where(Speaker.organisation_id == merged.gone_id)
        .values(organisation_id=merged.kept_id)
    )

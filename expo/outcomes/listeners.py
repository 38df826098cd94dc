"""What becomes of partners when something below them changes."""

from __future__ import annotations

from expo.core import news
from expo.organisations.news import OrganisationsMerged

from . import partners


def listen() -> None:
    news.listen(OrganisationsMerged, _follow)


def _follow(merged: OrganisationsMerged) -> None:
    """Partners and signs of the organisation that is gone are of the kept one."""
    partners.follow_merge(merged.kept_id, merged.gone_id)

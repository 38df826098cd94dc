"""What becomes of invitations when something below them changes."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import clock, news
from expo.core.db import db, execute
from expo.organisations.news import OrganisationsMerged

from .models import SessionInvitation


def listen() -> None:
    news.listen(OrganisationsMerged, _follow)


def _follow(merged: OrganisationsMerged) -> None:
    """Where both were invited to a session, the kept one's invitation stays and the other ends."""
    other = sa.select(SessionInvitation.session_id).where(
        SessionInvitation.organisation_id == merged.kept_id, SessionInvitation.withdrawn_at.is_(None)
    )
    twice = db.session.scalars(other).all()
    gone = SessionInvitation.organisation_id == merged.gone_id
    execute(
        sa.update(SessionInvitation)
        .where(gone, SessionInvitation.session_id.in_(twice), SessionInvitation.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )
    execute(sa.update(SessionInvitation).where(gone).values(organisation_id=merged.kept_id))

"""Invitations to sessions go over; where both were invited, the kept one's stays and the other ends."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core import clock
from expo.core.db import execute

from .models import AcceptedInvitation, SessionInvitation


def _follow(told: Joining) -> None:
    live = SessionInvitation.withdrawn_at.is_(None)
    own = sa.select(SessionInvitation.session_id).where(SessionInvitation.person_id == told.kept_id, live)
    execute(
        sa.update(SessionInvitation)
        .where(SessionInvitation.person_id == told.gone_id, live, SessionInvitation.session_id.in_(own))
        .values(withdrawn_at=clock.now())
    )
    pass_on(told, SessionInvitation.person_id)
    pass_on(told, AcceptedInvitation.person_id, AcceptedInvitation.invitation_id)
    execute(sa.delete(AcceptedInvitation).where(AcceptedInvitation.person_id == told.gone_id))


follows("guests", _follow)

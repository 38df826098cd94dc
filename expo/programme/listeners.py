"""What becomes of the programme when something below it changes."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news, stamps
from expo.core.db import db, execute
from expo.organisations.news import OrganisationsMerged

from .models import ConferenceHost


def listen() -> None:
    news.listen(OrganisationsMerged, _follow)


def _follow(merged: OrganisationsMerged) -> None:
    """A conference that both hosted is hosted once."""
    hosts = db.session.scalars(
        sa.select(ConferenceHost).where(ConferenceHost.organisation_id == merged.gone_id)
    ).all()
    kept = set(
        db.session.scalars(
            sa.select(ConferenceHost.conference_id).where(ConferenceHost.organisation_id == merged.kept_id)
        )
    )
    for host in hosts:
        if host.conference_id in kept:
            db.session.delete(host)
        else:
            execute(
                sa.update(ConferenceHost)
                .where(ConferenceHost.id == host.id)
                .values(organisation_id=merged.kept_id)
            )
        stamps.raise_stamp(f"programme:{host.expo_id}")
    db.session.flush()

"""A list of who comes, for a guide or facilitator without an account: a secret address that can be ended.

It shows names and seats of one session, nothing by which anybody can be reached, until a day after the last time.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, limits, tokens
from expo.core.db import db, execute, note, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme.models import Session

from .models import GuideLink
from .refusals import NoSuchLink

MOST_LIVE = 20  # of one session


def make(*, session: Session, label: str) -> tuple[GuideLink, str]:
    """A fresh address for somebody, and its secret, which is told this once. Raises BadInput."""
    label = one_line(label)[:120]
    if not label:
        raise BadInput(_("Write for whom it is, so that you know later whose to end."), field="label")
    secret = tokens.new()
    with transaction():
        if len(live(session.id)) >= MOST_LIVE:
            raise BadInput(_("Twenty addresses are enough. End one first."), field="label")
        link = GuideLink(
            expo_id=session.expo_id,
            session_id=session.id,
            label=label,
            token_digest=tokens.digest(secret),
            made_at=clock.now(),
            made_by=audit.actor(),
        )
        db.session.add(link)
        db.session.flush()
        audit.record(
            "guide_link_made", "session", session.id, expo_id=session.expo_id,
            after={"link": link.id}, personal={"label": label},
        )  # fmt: skip
    return link, secret


def end(*, link: GuideLink) -> None:
    """End an address at once. Twice is once."""
    with transaction():
        ended = execute(
            sa.update(GuideLink)
            .where(GuideLink.id == link.id, GuideLink.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        if ended:
            audit.record(
                "guide_link_ended", "session", link.session_id, expo_id=link.expo_id, after={"link": link.id}
            )


def live(session_id: int) -> list[GuideLink]:
    """The addresses of a session that still open, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(GuideLink)
            .where(GuideLink.session_id == session_id, GuideLink.ended_at.is_(None))
            .order_by(GuideLink.id)
        )
    )


def link(session_id: int, link_id: int) -> GuideLink | None:
    """One address of a session."""
    return db.session.scalar(
        sa.select(GuideLink).where(GuideLink.session_id == session_id, GuideLink.id == link_id)
    )


def open_by(expo_id: int, secret: str, *, who: str) -> GuideLink:
    """The address that this secret opens; noted as opened. Ended, wrong and another expo's look the same.

    Raises NoSuchLink, TooOften.
    """
    found = db.session.scalar(
        sa.select(GuideLink)
        .where(
            GuideLink.expo_id == expo_id,
            GuideLink.token_digest == tokens.digest(secret),
            GuideLink.ended_at.is_(None),
        )
        .options(joinedload(GuideLink.session).joinedload(Session.conference))
    )
    if found is None:
        limits.count("guide_link", who, most=200, within=timedelta(minutes=15))
        raise NoSuchLink(
            _("There is no such list, or its address was ended. Ask the organisers for a new one.")
        )
    note(sa.update(GuideLink).where(GuideLink.id == found.id).values(opened_at=clock.now()))
    return found

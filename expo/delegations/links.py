"""Secret addresses: made, found again, ended. Wrong ones and those of other expos look the same."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import clock, limits, tokens
from expo.core.db import db, execute, in_transaction, note

from .models import Delegation, Link, Nominee
from .refusals import LinkIsOver, NoSuchLink

_PURPOSE = "delegation link"


def make(delegation: Delegation, nominee: Nominee | None = None) -> str:
    """A fresh secret; the one before ends with it."""
    assert in_transaction()
    end(delegation, nominee)
    seed = secrets.token_bytes(16)
    secret = tokens.derived(_PURPOSE, seed)
    db.session.add(
        Link(
            expo_id=delegation.expo_id,
            delegation_id=delegation.id,
            nominee_id=nominee and nominee.id,
            token_digest=tokens.digest(secret),
            seed=seed,
            made_at=clock.now(),
        )
    )
    db.session.flush()
    return secret


def end(delegation: Delegation, nominee: Nominee | None = None) -> None:
    """End the live address, if there is one."""
    execute(
        sa.update(Link)
        .where(
            Link.delegation_id == delegation.id,
            Link.nominee_id == nominee.id if nominee else Link.nominee_id.is_(None),
            Link.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )


def again(delegation: Delegation, nominee: Nominee | None = None) -> str:
    """The live secret once more, for a reminder. A new one where the installation's key has changed since."""
    live = db.session.scalar(
        sa.select(Link).where(
            Link.delegation_id == delegation.id,
            Link.nominee_id == nominee.id if nominee else Link.nominee_id.is_(None),
            Link.ended_at.is_(None),
        )
    )
    if live is not None:
        secret = tokens.derived(_PURPOSE, live.seed)
        if tokens.digest(secret) == live.token_digest:
            return secret
    return make(delegation, nominee)


def delegation_of(expo_id: int, secret: str, *, who: str) -> Delegation:
    """The delegation whose page this opens; noted as opened. Raises NoSuchLink, LinkIsOver, TooOften."""
    link = _find(expo_id, secret, who)
    if link.nominee_id is not None:
        raise _nothing()
    if link.ended_at is not None or link.delegation.closed_at is not None:
        raise LinkIsOver(
            _("This address has been replaced or taken back. The organisers can send a new one.")
        )
    if link.delegation.opened_at is None:
        first = sa.update(Delegation).where(
            Delegation.id == link.delegation_id, Delegation.opened_at.is_(None)
        )
        note(first.values(opened_at=clock.now()))
    return link.delegation


def nominee_of(expo_id: int, secret: str, *, who: str) -> Nominee:
    """The nominee whose invitation this is; noted as opened. Raises NoSuchLink, LinkIsOver, TooOften."""
    link = _find(expo_id, secret, who)
    if link.nominee is None:
        raise _nothing()
    if link.ended_at is not None or not link.nominee.is_live:
        raise LinkIsOver(_("This invitation holds no longer. Ask whoever sent it to you."))
    if link.nominee.opened_at is None:
        first = sa.update(Nominee).where(Nominee.id == link.nominee_id, Nominee.opened_at.is_(None))
        note(first.values(opened_at=clock.now()))
    return link.nominee


def _find(expo_id: int, secret: str, who: str) -> Link:
    link = db.session.scalar(
        sa.select(Link)
        .where(Link.expo_id == expo_id, Link.token_digest == tokens.digest(secret))
        .options(joinedload(Link.delegation), joinedload(Link.nominee))
    )
    if link is None:
        # Only what is guessed is counted: 256 bits are not found by trying, but trying is not free either.
        limits.count("delegation_link", who, most=200, within=timedelta(minutes=15))
        raise _nothing()
    return link


def _nothing() -> NoSuchLink:
    return NoSuchLink(_("There is no such page. Copy the whole address from the letter."))

"""The same request sent again: answered as the first time. A key and its answer are kept for a day.

The claim is a row of its own, committed before the work begins, so that a second request at the same moment finds
it; the answer is written when the work is done. A claim whose work never ended is free again after a while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, jobs
from .db import Base, Id, Moment, add_unless_there, db, execute, transaction
from .refusals import BadInput, Refusal

KEPT = timedelta(days=1)
LOST = timedelta(minutes=1)
LONGEST_KEY = 200


class KeptAnswer(Base):
    """What was answered to a request with a key; without status while it is being worked on."""

    __tablename__ = "kept_answers"
    __table_args__ = (sa.UniqueConstraint("scope", "key_digest"),)

    id: Mapped[Id]
    scope: Mapped[str] = mapped_column(sa.String(120))
    key_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    asked_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(sa.Text)
    begun_at: Mapped[Moment] = mapped_column(index=True)


class OtherRequest(BadInput):
    """The key came before, with another body."""

    code = "idempotency_key_reused"


class StillRunning(Refusal):
    """The first request with this key is being worked on."""

    code = "idempotency_key_in_use"


def once(*, scope: str, key: str, asked: bytes, work: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Do the work, or give the answer that was given when it was done. Raises OtherRequest, StillRunning.

    A fault leaves no answer, so that it may be tried again.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise BadInput(_("An Idempotency-Key has 1 to %(most)s characters.", most=LONGEST_KEY))
    key_digest, asked_digest = hashlib.sha256(key.encode()).digest(), hashlib.sha256(asked).digest()
    known = _claim(scope, key_digest, asked_digest)
    if known is not None:
        return known
    this = (KeptAnswer.scope == scope, KeptAnswer.key_digest == key_digest)
    try:
        status, body = work()
    except BaseException:
        db.session.rollback()
        with transaction():
            execute(sa.delete(KeptAnswer).where(*this, KeptAnswer.status.is_(None)))
        raise
    with transaction():
        execute(sa.update(KeptAnswer).where(*this).values(status=status, body=body))
    return status, body


@jobs.every("sweep_answers", timedelta(minutes=10))
def sweep() -> None:
    """Forgets answers to requests with a key that are a day old."""
    with transaction():
        execute(sa.delete(KeptAnswer).where(KeptAnswer.begun_at < clock.real_now() - KEPT))


def _claim(scope: str, key_digest: bytes, asked_digest: bytes) -> tuple[int, str] | None:
    """The kept answer, or None with the claim taken."""
    now = clock.real_now()
    with transaction():
        mine = KeptAnswer(scope=scope, key_digest=key_digest, asked_digest=asked_digest, begun_at=now)
        if add_unless_there(mine):
            return None
        known = db.session.scalars(
            sa.select(KeptAnswer)
            .where(KeptAnswer.scope == scope, KeptAnswer.key_digest == key_digest)
            .with_for_update()
        ).first()
        if known is None:
            raise StillRunning(_("This request is being worked on. Ask again in a moment."))
        if known.asked_digest != asked_digest:
            raise OtherRequest(_("This Idempotency-Key came before, with another request."))
        if known.status is not None and known.body is not None:
            return known.status, known.body
        if known.begun_at > now - LOST:
            raise StillRunning(_("This request is being worked on. Ask again in a moment."))
        known.begun_at = now
        return None

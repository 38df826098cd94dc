"""Who did what, when, and why: written in the transaction that does it, never changed.

Personal values (names, addresses) stand in `personal`, the one column that erasure empties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, Id, Json, Moment, db, in_transaction


class AuditEntry(Base):
    """One change. `subject` is e.g. "registration", `subject_id` its id as text."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index("ix_audit_entries_subject", "subject", "subject_id"),
        sa.Index("ix_audit_entries_expo_id_at", "expo_id", "at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int | None]
    at: Mapped[Moment]
    real_at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(sa.String(80))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(64))
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    why: Mapped[str | None] = mapped_column(sa.Text)
    personal: Mapped[Json | None]


# Who acts: "account:7", "person:12", "device:3", "job:expire", "command:import".
_actor: ContextVar[str] = ContextVar("actor", default="system")
# What is written down just now, where somebody wants to know it.
_collected: ContextVar[list[AuditEntry] | None] = ContextVar("collected", default=None)


def actor() -> str:
    """The name under which changes are written just now."""
    return _actor.get()


def set_actor(name: str) -> None:
    """Name the actor for the rest of this request or command."""
    _actor.set(name)


@contextmanager
def acting(name: str) -> Iterator[None]:
    """Name the actor for a block."""
    before = _actor.set(name)
    try:
        yield
    finally:
        _actor.reset(before)


def record(
    action: str,
    subject: str,
    subject_id: object,
    *,
    expo_id: int | None = None,
    before: Any = None,
    after: Any = None,
    why: str | None = None,
    personal: Any = None,
) -> None:
    """Write one change down. Raises RuntimeError outside a transaction: a trace without its change is a lie."""
    if not in_transaction():
        raise RuntimeError(f"{action} recorded outside a transaction")
    entry = AuditEntry(
        expo_id=expo_id,
        at=clock.now(),
        real_at=clock.real_now(),
        actor=actor(),
        action=action,
        subject=subject,
        subject_id=str(subject_id),
        before=before,
        after=after,
        why=why,
        personal=personal,
    )
    db.session.add(entry)
    collected = _collected.get()
    if collected is not None:
        collected.append(entry)


@contextmanager
def collecting() -> Iterator[list[AuditEntry]]:
    """What is written down within, in its order: one thing that somebody did may be many changes."""
    found: list[AuditEntry] = []
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


def forget(subject: str, ids: Iterable[object]) -> None:
    """Empty the personal part of what was written about these: they are erased. The deeds themselves stay."""
    db.session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id.in_([str(one) for one in ids]))
        .values(personal=None)
        .execution_options(synchronize_session=False)
    )


def history(subject: str, subject_id: object) -> list[AuditEntry]:
    """All that was done to one thing, newest first."""
    return list(
        db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.subject == subject, AuditEntry.subject_id == str(subject_id))
            .order_by(AuditEntry.id.desc())
        )
    )

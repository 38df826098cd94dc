"""What is kept how long, said beside the room that keeps it; and letting go of what is older.

    @retention.rule("letters", "What letters said, and to whom", after=timedelta(days=400))
    def _forget(before: datetime) -> int: …     # inside a transaction; returns how many rows it let go of

Who runs the installation may say otherwise for each (`say`): a city has its own plan for what it keeps.

Each night, and by `expo retain`. A rule acts on what is older than `before`, finds nothing when it runs again, and
never deletes what other rows point at: it takes out what is about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock, jobs
from .audit import AuditEntry
from .db import Base, db, execute, transaction
from .refusals import BadInput

Forget = Callable[[datetime], int]
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data: its name, what it is in a sentence, how long it is kept, and the function that lets go."""

    name: str
    what: str
    after: timedelta
    forget: Forget


_rules: dict[str, Rule] = {}


def rule(name: str, what: str, *, after: timedelta) -> Callable[[Forget], Forget]:
    """Say how long something is kept. Saying it twice replaces it."""

    def keep(function: Forget) -> Forget:
        _rules[name] = Rule(name, what, after, function)
        return function

    return keep


class RetentionTerm(Base):
    """How many days something is kept here, where that is not what its room proposes."""

    __tablename__ = "retention_terms"
    __table_args__ = (sa.CheckConstraint("days BETWEEN 1 AND 3650", name="days"),)

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    days: Mapped[int]


def rules() -> list[Rule]:
    """All of them, by name, with the terms that hold here. One query."""
    said = dict(db.session.execute(sa.select(RetentionTerm.name, RetentionTerm.days)).tuples().all())
    return [
        replace(one, after=timedelta(days=said[name])) if name in said else one
        for name, one in sorted(_rules.items())
    ]


def proposed(name: str) -> int:
    """The days that the room itself proposes."""
    return _rules[name].after.days


def say(days: dict[str, int]) -> bool:
    """Keep these so many days from now on. Returns whether that is new. Raises BadInput."""
    for name, number in days.items():
        if not 1 <= number <= MOST_DAYS:
            raise BadInput(_("Between 1 and %(most)s days.", most=MOST_DAYS), field=name)
    with transaction():
        before = {one.name: one.after.days for one in rules()}
        changed = {name: number for name, number in days.items() if before[name] != number}
        for name, number in changed.items():
            row = db.session.get(RetentionTerm, name)
            if row is None:
                db.session.add(RetentionTerm(name=name, days=number))
            else:
                row.days = number
        db.session.flush()
        if changed:
            old = {name: before[name] for name in changed}
            audit.record("retention_said", "retention", "terms", before=old, after=changed)
    return bool(changed)


def last_runs() -> dict[str, tuple[datetime, int]]:
    """When something was let go of last by each rule, and how many rows. One query."""
    newest = (
        sa.select(sa.func.max(AuditEntry.id))
        .where(AuditEntry.action == "retained", AuditEntry.subject == "retention")
        .group_by(AuditEntry.subject_id)
    )
    rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.id.in_(newest)))
    return {one.subject_id: (one.at, int((one.after or {}).get("rows", 0))) for one in rows}


class _OnlyLooked(Exception):
    """Undoes what a look had to do to count."""


def retain(*, dry_run: bool = False) -> dict[str, int]:
    """Let go of all that is too old; how many rows by rule. Each rule is a transaction of its own, so that one that
    fails keeps no other from its work."""
    found: dict[str, int] = {}
    for one in rules():
        try:
            with transaction():
                found[one.name] = one.forget(clock.now() - one.after)
                if found[one.name]:
                    audit.record("retained", "retention", one.name, after={"rows": found[one.name]})
                if dry_run:
                    raise _OnlyLooked
        except _OnlyLooked:
            continue
    return found


@jobs.every("retention", time(3, 50), lease=timedelta(hours=2))
def nightly() -> None:
    """Lets go of personal data that has been kept for its time."""
    retain()


@rule("audit", "Names and addresses in the audit; that something was done stays", after=timedelta(days=730))
def _audit(before: datetime) -> int:
    return execute(
        sa.update(AuditEntry)
        .where(AuditEntry.at < before, AuditEntry.personal.is_not(None))
        .values(personal=None)
    )

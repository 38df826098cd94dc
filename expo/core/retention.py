"""What is kept how long, said beside the room that keeps it; and letting go of what is older.

    @retention.rule("letters", "What letters said, and to whom", after=timedelta(days=400))
    def _forget(before: datetime) -> int: …     # inside a transaction; returns how many rows it let go of

Each night, and by `expo retain`. A rule acts on what is older than `before`, finds nothing when it runs again, and
never deletes what other rows point at: it takes out what is about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from . import audit, clock, jobs
from .audit import AuditEntry
from .db import execute, transaction

Forget = Callable[[datetime], int]


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


def rules() -> list[Rule]:
    """All of them, by name."""
    return sorted(_rules.values(), key=lambda one: one.name)


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

"""Several things that happen within minutes are told in one letter.

    with transaction():
        digests.add("moved", expo_id=…, to=person.email, language=person.language, name=person.name,
                    about=f"occurrence:{occurrence.id}", facts={"title": …, "was": …, "now": …})

The first entry begins the wait; the letter leaves when it is over and reads `entries`, a list of (facts, first):
`first` is what the first entry about the same thing said. An organiser who moves a session three times within ten
minutes so writes one line. The template is templates/mail/{kind}.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from expo.core import clock, jobs
from expo.core.db import add_unless_there, db, execute, in_transaction, transaction

from . import outbox
from .models import DigestEntry
from .outbox import CalendarItem

WAIT = timedelta(minutes=10)
_JOB = "digest"

# What a kind's entries have become by the time of the letter: None drops an entry (it was moved back).
Freshen = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]
_freshen: dict[str, Freshen] = {}


def freshen(kind: str) -> Callable[[Freshen], Freshen]:
    """Name the function that looks once more at each entry, by its facts and its first ones, just before the letter."""

    def keep(function: Freshen) -> Freshen:
        _freshen[kind] = function
        return function

    return keep


def add(
    kind: str,
    *,
    expo_id: int,
    to: str,
    language: str,
    name: str,
    about: str,
    facts: dict[str, Any],
    wait: timedelta = WAIT,
) -> None:
    """Have somebody told of this with what else there will be. `facts` are plain JSON. Inside a transaction."""
    if not in_transaction():
        raise RuntimeError(f"{kind} gathered outside a transaction")
    this = (
        DigestEntry.expo_id == expo_id,
        DigestEntry.kind == kind,
        DigestEntry.recipient == to,
        DigestEntry.about == about,
    )
    changed = execute(sa.update(DigestEntry).where(*this).values(facts=facts, language=language))
    if not changed:
        add_unless_there(
            DigestEntry(
                expo_id=expo_id, kind=kind, recipient=to, language=language, name=name, about=about,
                facts=facts, first=facts, created_at=clock.real_now(),
            )
        )  # fmt: skip
    jobs.add(
        _JOB,
        {"expo": expo_id, "kind": kind, "to": to},
        at=clock.now() + wait,
        key=f"digest:{expo_id}:{kind}:{to}"[:120],
    )


@jobs.handler(_JOB)
def _write(payload: dict[str, Any]) -> None:
    with transaction():
        entries = list(
            db.session.scalars(
                sa.select(DigestEntry)
                .where(
                    DigestEntry.expo_id == payload["expo"],
                    DigestEntry.kind == payload["kind"],
                    DigestEntry.recipient == payload["to"],
                )
                .order_by(DigestEntry.id)
                .with_for_update()
            )
        )
        told = []
        fresh = _freshen.get(payload["kind"])
        for entry in entries:
            facts = fresh(entry.facts, entry.first) if fresh else entry.facts
            if facts is not None:
                told.append((facts, entry.first))
        if entries:
            execute(sa.delete(DigestEntry).where(DigestEntry.id.in_([entry.id for entry in entries])))
        if told:
            last = entries[-1]
            outbox.queue(
                payload["kind"],
                to=last.recipient,
                language=last.language,
                expo_id=last.expo_id,
                name=last.name,
                entries=told,
                calendar=[
                    CalendarItem(one["method"], one["content"].encode())
                    for facts, _first in told
                    if (one := facts.get("calendar"))
                ],
            )

"""What was said of the sessions of conferences: without names, and only where enough have answered to hide each one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from expo.core.db import db
from expo.programme.models import Conference, Occurrence, Session

from .models import BEST, Feedback

ENOUGH = 5  # answers; of fewer, somebody could guess whose they are


@dataclass(slots=True)
class Result:
    """Of one session, all its times together. Where fewer than five have answered nothing is told, not even how many.

    `counts` are the answers 1, 2, 3, 4, 5. Comments stand by the alphabet, which does not tell who came when.
    """

    session_id: int
    code: str
    title: str
    conference: str
    enough: bool
    answers: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * BEST)
    comments: list[str] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """To one decimal; only where there are enough."""
        return round(sum(number * count for number, count in enumerate(self.counts, 1)) / self.answers, 1)


def of_conferences(conference_ids: Collection[int]) -> list[Result]:
    """Every session of these conferences of which anybody has said anything, by conference and title. Two queries.

    No sums over sessions: from them, and from those that have enough, the others could be told.
    """
    columns = (Session.id, Session.code, Session.title, Conference.title)
    rows = db.session.execute(
        sa.select(*columns, Feedback.overall, sa.func.count())
        .select_from(Feedback)
        .join(Occurrence, Feedback.occurrence_id == Occurrence.id)
        .join(Session, Occurrence.session_id == Session.id)
        .join(Conference, Session.conference_id == Conference.id)
        .where(Conference.id.in_(conference_ids))
        .group_by(*columns, Conference.starts_on, Feedback.overall)
        .order_by(Conference.starts_on, Conference.title, Session.title, Session.id)
    )
    found: dict[int, Result] = {}
    for session_id, code, title, conference, overall, count in rows:
        one = found.setdefault(session_id, Result(session_id, code, title, conference, enough=False))
        one.counts[overall - 1] = count
        one.answers += count
    results = [_told(one) for one in found.values()]
    _add_comments({one.session_id: one for one in results if one.enough})
    return results


def _told(one: Result) -> Result:
    if one.answers >= ENOUGH:
        one.enough = True
        return one
    return Result(one.session_id, one.code, one.title, one.conference, enough=False)


def _add_comments(results: dict[int, Result]) -> None:
    rows = db.session.execute(
        sa.select(Occurrence.session_id, Feedback.comment)
        .join(Occurrence, Feedback.occurrence_id == Occurrence.id)
        .where(Occurrence.session_id.in_(results), Feedback.comment != "")
        .order_by(Feedback.comment, Feedback.id)
    )
    for session_id, comment in rows:
        results[session_id].comments.append(comment)

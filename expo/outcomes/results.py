"""What came of a session: a summary, documents of good practice, commitments with who signed them. Holds at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput, NotFound
from expo.core.text import one_line
from expo.programme.models import Session
from expo.programme.texts import LANGUAGE, check_link

from .models import Outcome, OutcomeKind

MOST = 50
MOST_SIGNATORIES = 500
LONGEST = 20_000
_ORDER = list(OutcomeKind)


@dataclass(frozen=True, slots=True)
class OutcomeDraft:
    """One thing that came of a session. `signatories` are names, in the order of signing."""

    kind: OutcomeKind
    title: str
    text: str = ""
    url: str = ""
    language: str = ""
    signatories: tuple[str, ...] = ()


def of_session(session_id: int) -> list[Outcome]:
    """All that came of a session: summary, practice, commitments; each in the order of writing."""
    rows = db.session.scalars(sa.select(Outcome).where(Outcome.session_id == session_id).order_by(Outcome.id))
    return sorted(rows, key=lambda one: _ORDER.index(one.kind))


def of_sessions(session_ids: Collection[int]) -> dict[int, list[Outcome]]:
    """The same of each of these sessions of which anything came. One query."""
    found = defaultdict[int, list[Outcome]](list)
    rows = db.session.scalars(
        sa.select(Outcome).where(Outcome.session_id.in_(session_ids)).order_by(Outcome.id)
    )
    for one in sorted(rows, key=lambda one: _ORDER.index(one.kind)):
        found[one.session_id].append(one)
    return dict(found)


def save(*, session: Session, draft: OutcomeDraft, outcome_id: int | None = None) -> Outcome:
    """Write down what came of a session, or change it. Raises BadInput, NotFound."""
    _check(draft)
    with transaction():
        lock(session)
        there = of_session(session.id)
        now = clock.now()
        if outcome_id is None:
            if len(there) >= MOST:
                raise BadInput(_("At most %(most)s.", most=MOST), field="title")
            found = Outcome(expo_id=session.expo_id, session_id=session.id, made_at=now)
            db.session.add(found)
        else:
            found = _one(there, outcome_id)
        found.kind, found.title, found.text = draft.kind, one_line(draft.title), draft.text.strip()
        found.url, found.language, found.changed_at = draft.url, draft.language, now
        found.signatories = [one_line(name) for name in draft.signatories]
        db.session.flush()
        told = {**asdict(draft), "kind": draft.kind.value, "signatories": len(draft.signatories), "text": ""}
        audit.record("outcome_written", "session", session.id, expo_id=session.expo_id, after=told)
        stamps.raise_stamp(f"programme:{session.expo_id}")
    return found


def remove(*, session: Session, outcome_id: int) -> None:
    """It is not shown any more. Raises NotFound."""
    with transaction():
        lock(session)
        found = _one(of_session(session.id), outcome_id)
        audit.record(
            "outcome_removed", "session", session.id, expo_id=session.expo_id, before={"title": found.title}
        )
        db.session.delete(found)
        stamps.raise_stamp(f"programme:{session.expo_id}")


def one(session: Session, outcome_id: int) -> Outcome:
    """One of the session's own. Raises NotFound."""
    return _one(of_session(session.id), outcome_id)


def _one(there: list[Outcome], outcome_id: int) -> Outcome:
    for found in there:
        if found.id == outcome_id:
            return found
    raise NotFound(_("That is not there any more."))


def _check(draft: OutcomeDraft) -> None:
    if not 0 < len(one_line(draft.title)) <= 200:
        raise BadInput(_("A title of 1 to 200 letters, please."), field="title")
    if len(draft.text) > LONGEST:
        raise BadInput(_("At most %(most)s letters, please.", most=LONGEST), field="text")
    if draft.url:
        check_link(draft.url)
    if draft.language and not LANGUAGE.fullmatch(draft.language):
        raise BadInput(_("A code such as sv, please."), field="language")
    if not draft.url and not draft.text.strip() and not draft.signatories:
        raise BadInput(_("Give a text, a link, or who signed."), field="text")
    if len(draft.signatories) > MOST_SIGNATORIES or any(
        not 0 < len(one_line(name)) <= 200 for name in draft.signatories
    ):
        raise BadInput(
            _("At most %(most)s names, of 1 to 200 letters each.", most=MOST_SIGNATORIES),
            field="signatories",
        )

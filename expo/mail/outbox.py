"""Letters: queued in the transaction of their cause, in the reader's language. `sending.py` hands them over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from expo.core import clock, news
from expo.core.db import db, in_transaction
from expo.core.text import one_line
from expo.expos.models import Expo

from .models import Letter, LetterState
from .news import LetterQueued


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """What a letter brings for the reader's calendar: REQUEST or CANCEL, and the calendar itself (RFC 5546)."""

    method: str
    content: bytes


_held_back: ContextVar[bool | str] = ContextVar("held_back", default=False)


@contextmanager
def held_back(to: str | None = None) -> Iterator[None]:
    """Inside, no letter is queued: for what is brought in from elsewhere, and need not be told to the people. With an
    address, only those to it: for whoever is being erased, while others are told what it means for them."""
    before = _held_back.set(to.lower() if to else True)
    try:
        yield
    finally:
        _held_back.reset(before)


def written(kind: str, *, language: str, expo_id: int | None = None, **facts: Any) -> tuple[str, str]:
    """Subject and body of a letter, from templates/mail/{kind}.txt, whose first line is the subject."""
    expo = db.session.get(Expo, expo_id) if expo_id else None
    base_url = current_app.config["EXPO"].base_url.rstrip("/")
    with force_locale(language):
        # The environment itself: a letter knows nothing of the page that was open when it was written.
        template = current_app.jinja_env.get_template(f"mail/{kind}.txt")
        text = template.render(letter_expo=expo, base_url=base_url, **facts)
    subject, _newline, body = text.strip().partition("\n")
    return one_line(subject)[:300], body.strip() + "\n"


def queue(
    kind: str,
    *,
    to: str,
    language: str,
    expo_id: int | None = None,
    calendar: Sequence[CalendarItem] = (),
    unsubscribe: str | None = None,
    **facts: Any,
) -> Letter:
    """Write a letter, in the reader's language. It leaves only if the running transaction commits.

    `unsubscribe` is an address of ours where the reader can say that they want no more of this kind; only for
    letters that nobody needs. Raises RuntimeError outside a transaction.
    """
    if not in_transaction():
        raise RuntimeError(f"{kind} queued outside a transaction")
    subject, body = written(kind, language=language, expo_id=expo_id, unsubscribe=unsubscribe, **facts)
    now = clock.real_now()
    letter = Letter(
        expo_id=expo_id,
        kind=kind,
        recipient=one_line(to),
        language=language,
        subject=subject,
        body=body,
        calendar="".join(item.content.decode() for item in calendar) or None,
        calendar_method=calendar[0].method if len(calendar) == 1 else None,
        unsubscribe=unsubscribe,
        message_id=f"<{uuid4()}@{_host()}>",
        created_at=now,
        next_try_at=now,
    )
    held = _held_back.get()
    if held is not True and held != letter.recipient.lower():
        db.session.add(letter)
        codes = _codes(facts)
        if codes:
            db.session.flush()
            news.tell(LetterQueued(letter.id, expo_id, codes))
    return letter


def _codes(facts: dict[str, Any]) -> tuple[str, ...]:
    """The registrations that a letter tells of, as its facts name them."""
    told = [facts.get("registration"), *facts.get("registrations", ())]
    return tuple(str(one["code"]) for one in told if isinstance(one, dict) and one.get("code"))


def waiting() -> list[Letter]:
    """Letters that have not left, oldest first."""
    return list(
        db.session.scalars(sa.select(Letter).where(Letter.state == LetterState.WAITING).order_by(Letter.id))
    )


def latest(most: int = 200, *, to: str = "") -> list[Letter]:
    """The newest letters, for the demo's letter box; or those to addresses that hold this text."""
    found = sa.select(Letter).order_by(Letter.id.desc()).limit(most)
    if to:
        found = found.where(Letter.recipient.contains(to, autoescape=True))
    return list(db.session.scalars(found))


def letter(letter_id: int) -> Letter | None:
    return db.session.get(Letter, letter_id)


def _host() -> str:
    return str(current_app.config["EXPO"].base_url.split("://", 1)[1].split("/")[0].split(":")[0])

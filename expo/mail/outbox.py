"""Letters: queued in the transaction of their cause, handed over by the worker.

At least once: a letter is noted as sent after the mail server took it, so a crash in between hands it over
again, with the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from expo.core import clock, news
from expo.core.db import db, in_transaction, is_sqlite, transaction
from expo.core.text import one_line
from expo.expos.models import Expo

from .models import Letter, LetterState
from .news import LetterQueued

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than the slowest mail server is waited for
MOST_ATTEMPTS = 12

Post = Callable[[EmailMessage], None]

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


def queue(kind: str, *, to: str, language: str, expo_id: int | None = None, **facts: Any) -> Letter:
    """Write a letter, in the reader's language. It leaves only if the running transaction commits.

    Raises RuntimeError outside one.
    """
    if not in_transaction():
        raise RuntimeError(f"{kind} queued outside a transaction")
    subject, body = written(kind, language=language, expo_id=expo_id, **facts)
    now = clock.real_now()
    letter = Letter(
        expo_id=expo_id,
        kind=kind,
        recipient=one_line(to),
        language=language,
        subject=subject,
        body=body,
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


def send_waiting(post: Post, *, most: int = 100) -> int:
    """Hand over what is due, one by one. Returns how many left."""
    sent = 0
    for _try in range(most):
        letter_id = _claim()
        if letter_id is None:
            break
        sent += int(_hand_over(letter_id, post))
    return sent


def _claim() -> int | None:
    """Lease the next due letter by moving its next try away, so that two workers never hold the same one."""
    now = clock.real_now()
    with transaction():
        due = (
            sa.select(Letter.id)
            .where(Letter.state == LetterState.WAITING, Letter.next_try_at <= now)
            .order_by(Letter.next_try_at, Letter.id)
            .limit(1)
        )
        if not is_sqlite():
            due = due.with_for_update(skip_locked=True)
        letter_id = db.session.scalar(due)
        if letter_id is not None:
            db.session.execute(
                sa.update(Letter)
                .where(Letter.id == letter_id)
                .values(next_try_at=now + LEASE, attempts=Letter.attempts + 1)
            )
        return letter_id


def _hand_over(letter_id: int, post: Post) -> bool:
    found = db.session.get_one(Letter, letter_id)
    error: str | None = None
    try:
        post(as_message(found))
    except Exception as fault:  # a mailbox that does not exist must not stop the others
        log.warning("letter %s not handed over: %s", letter_id, type(fault).__name__)
        error = f"{type(fault).__name__}: {fault}"
    with transaction():
        found = db.session.get_one(Letter, letter_id)
        found.last_error = error
        if error is None:
            found.state, found.sent_at = LetterState.SENT, clock.real_now()
            if not current_app.config["EXPO"].demo:
                found.body, found.calendar = "", None  # it held links that open things
        elif found.attempts >= MOST_ATTEMPTS:
            found.state = LetterState.FAILED
        else:
            found.next_try_at = clock.real_now() + timedelta(seconds=30 * 2**found.attempts)
    return error is None


def as_message(found: Letter) -> EmailMessage:
    """The letter as RFC 5322 wants it; a calendar item is the last alternative, where mail programs look for it."""
    message = EmailMessage()
    message["Subject"] = found.subject
    message["From"] = current_app.config["EXPO"].mail_from
    message["To"] = Address(addr_spec=found.recipient)
    message["Message-ID"] = found.message_id
    message["Date"] = found.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(found.body)
    if found.calendar and found.calendar_method:
        message.add_alternative(
            found.calendar.encode(),
            maintype="text",
            subtype="calendar",
            params={"method": found.calendar_method, "charset": "utf-8"},
        )
    return message


def _host() -> str:
    return str(current_app.config["EXPO"].base_url.split("://", 1)[1].split("/")[0].split(":")[0])

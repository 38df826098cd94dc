"""Handing letters over, each person's in the order in which they were written.

At least once: a letter is noted as sent after the mail server took it, so a crash in between hands it over again,
with the same Message-ID. At most once otherwise: a letter is leased to one worker at a time.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import aliased

from expo.core import audit, clock, jobs
from expo.core.db import db, execute, is_sqlite, transaction

from . import message
from .models import Letter, LetterState

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than the slowest mail server is waited for
GIVEN_UP_AFTER = timedelta(days=5)  # as mail servers do (RFC 5321, 4.5.4.1)
LONGEST_PAUSE = timedelta(hours=1)
KEPT = timedelta(days=30)  # what could not be delivered keeps its text so long, for whoever tries again


class Post(Protocol):
    """Takes a letter to a mail server."""

    def __call__(self, letter: message.EmailMessage, /) -> None: ...


class PostIsAway(Exception):
    """The mail server does not answer, or lets us send nothing. No letter is to blame."""


def send_waiting(post: Post, *, most: int = 100) -> int:
    """Hand over what is due, one by one. Returns how many left. Raises PostIsAway."""
    sent = 0
    for _try in range(most):
        letter_id = _claim()
        if letter_id is None:
            break
        sent += int(_hand_over(letter_id, post))
    return sent


def _claim() -> int | None:
    """Lease the next due letter by moving its next try away, so that two workers never hold the same one. While an
    earlier letter to the same address waits, or is being handed over, a later one stays where it is."""
    now = clock.real_now()
    earlier = aliased(Letter)
    next_one = (
        sa.select(Letter.id)
        .where(
            Letter.state == LetterState.WAITING,
            # Or it was put off by a clock that was wrong and has been set right since.
            sa.or_(Letter.next_try_at <= now, Letter.next_try_at > now + 2 * LONGEST_PAUSE),
            ~sa.exists().where(
                earlier.recipient == Letter.recipient,
                earlier.state == LetterState.WAITING,
                earlier.id < Letter.id,
            ),
        )
        .order_by(Letter.next_try_at, Letter.id)
        .limit(1)
    )
    if db.session.scalar(next_one) is None:  # looked at without a lock first: rest keeps no writer waiting
        db.session.rollback()
        return None
    with transaction():
        if not is_sqlite():
            next_one = next_one.with_for_update(skip_locked=True, of=Letter)
        letter_id = db.session.scalar(next_one)
        if letter_id is not None:
            execute(
                sa.update(Letter)
                .where(Letter.id == letter_id)
                .values(next_try_at=now + LEASE, attempts=Letter.attempts + 1)
            )
        return letter_id


def _hand_over(letter_id: int, post: Post) -> bool:
    letter = db.session.get_one(Letter, letter_id, populate_existing=True)
    attempts, created_at = letter.attempts, letter.created_at
    try:
        made = message.of(letter)
        db.session.rollback()  # no transaction stays open while a mail server is waited for
        post(made)
    except Exception as fault:  # a mailbox that does not exist must not stop the others
        log.warning("letter %s not handed over: %s", letter_id, type(fault).__name__)
        db.session.rollback()
        later = next_try(fault, attempts, created_at)
        _note(letter_id, fault, later)
        if later is not None and is_away(fault):
            raise PostIsAway(type(fault).__name__) from fault
        return False
    gone = {} if current_app.config["EXPO"].demo else {"body": "", "calendar": None}
    with transaction():  # without its body: it held links that open things
        execute(
            sa.update(Letter)
            .where(Letter.id == letter_id)
            .values(state=LetterState.SENT, sent_at=clock.real_now(), last_error=None, **gone)
        )
    return True


def _note(letter_id: int, fault: Exception, later: datetime | None) -> None:
    told = f"{type(fault).__name__}: {fault}"[:2000]
    with transaction():
        # Not over one that another worker has handed over meanwhile.
        this = (Letter.id == letter_id, Letter.state == LetterState.WAITING)
        if later is None:
            execute(sa.update(Letter).where(*this).values(state=LetterState.FAILED, last_error=told))
        else:
            execute(sa.update(Letter).where(*this).values(next_try_at=later, last_error=told))


def is_away(fault: Exception) -> bool:
    """Whether it lies in the way to the mail server, or in our place there, and not in the letter."""
    if isinstance(fault, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
        return isinstance(
            fault,
            smtplib.SMTPConnectError
            | smtplib.SMTPHeloError
            | smtplib.SMTPAuthenticationError
            | smtplib.SMTPSenderRefused,
        )
    # SMTPException is an OSError, too.
    return isinstance(fault, OSError) and not isinstance(fault, smtplib.SMTPNotSupportedError)


def next_try(fault: Exception, attempts: int, created_at: datetime) -> datetime | None:
    """When to try again; None where that is useless: the server said "never" (5yz), the letter cannot be built, or
    it has been tried for days."""
    now = clock.real_now()
    useless = not isinstance(fault, OSError) or isinstance(fault, smtplib.SMTPNotSupportedError)
    if useless or now - created_at > GIVEN_UP_AFTER:
        return None
    if is_away(fault):
        return now + timedelta(seconds=30 if attempts < 20 else 900)
    codes = (
        [code for code, _said in fault.recipients.values()]
        if isinstance(fault, smtplib.SMTPRecipientsRefused)
        else [getattr(fault, "smtp_code", 550)]
    )
    if any(code >= 500 for code in codes):
        return None
    return now + min(LONGEST_PAUSE, timedelta(seconds=30 * 2 ** min(attempts, 10)))


def retry(*, letter_id: int | None = None) -> int:
    """Try once more to deliver a letter that was given up, or all of them. Returns how many wait again."""
    with transaction():
        these = [Letter.state == LetterState.FAILED, Letter.body != ""]
        if letter_id is not None:
            these.append(Letter.id == letter_id)
        now = clock.real_now()
        again = execute(
            sa.update(Letter)
            .where(*these)
            .values(state=LetterState.WAITING, attempts=0, next_try_at=now, created_at=now)
        )
        if again:
            audit.record("letters_retried", "letter", letter_id or "all", after={"letters": again})
    return again


@jobs.every("sweep_letters", timedelta(hours=12))
def sweep() -> None:
    """Empties letters that could not be delivered for a month."""
    with transaction():
        execute(
            sa.update(Letter)
            .where(
                Letter.state == LetterState.FAILED,
                Letter.body != "",
                Letter.created_at < clock.real_now() - KEPT,
            )
            .values(body="", calendar=None)
        )

"""Which program follows a personal calendar, and when it was here last: so that its owner sees that it works, or
that somebody else has the address."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.core import clock
from expo.core.bounded import Shelf
from expo.core.db import note

from .models import Person

# The owner is told to the quarter of an hour, and a calendar that asks all the time costs no write each time.
OFTEN = timedelta(minutes=15)
LONGEST = 40  # characters of a name

# By what they call themselves; the first that fits counts.
_PROGRAMS = (
    ("google-calendar", "Google Calendar"),
    ("dataaccessd", "Apple Calendar (iPhone, iPad)"),
    ("calendaragent", "Apple Calendar (Mac)"),
    ("ios/", "Apple Calendar (iPhone, iPad)"),
    ("macos/", "Apple Calendar (Mac)"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("thunderbird", "Thunderbird"),
    ("icsx", "ICSx⁵"),
    ("davx", "DAVx⁵"),
    ("nextcloud", "Nextcloud"),
    ("mozilla", "Browser"),
)
_noted: Shelf[bytes, tuple[datetime, str]] = Shelf(4_000_000, lambda _noted: 200)


def program(user_agent: str) -> str:
    """A name that people know, for what a program calls itself (RFC 9110, 10.1.5)."""
    for word, name in _PROGRAMS:
        if word in user_agent.lower():
            return name
    first = re.match(r"[A-Za-z0-9][A-Za-z0-9 ._-]*", user_agent)
    return first[0].strip()[:LONGEST] if first else "?"


def followed(digest: bytes, user_agent: str) -> None:
    """The calendar with this token was fetched, or asked for in vain because nothing had changed. Never waits."""
    now, by = clock.real_now(), program(user_agent)
    before = _noted.get(digest)
    if before is not None and before[1] == by and abs(now - before[0]) < OFTEN:
        return
    _noted.put(digest, (now, by))
    note(
        sa.update(Person)
        .where(Person.calendar_token_digest == digest)
        .values(calendar_fetched_at=now, calendar_program=by)
    )

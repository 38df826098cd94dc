"""How the tests of the feeds make sessions, and ask for calendars."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from expo.accounts import actions as accounts
from expo.accounts.models import Person
from expo.core.db import db
from expo.programme import actions as programme
from expo.programme.drafts import (
    OccurrenceDraft,
    SessionDraft,
)
from expo.programme.models import Conference, Occurrence
from tests import factories as a
from tests.calendar import reading
from tests.client import Client

MAY = datetime(2022, 5, 2, 8, 0, 30, tzinfo=UTC)
OPENING = datetime(2022, 5, 31, 7, tzinfo=UTC)
Open = Callable[..., Client]


def a_talk(conference: Conference, **changes: Any) -> Occurrence:
    return a.a_session(conference, **{"starts_at": OPENING, "title": "The city opens", **changes})


def get(browser: Open, path: str, **headers: str) -> TestResponse:
    return browser().get(f"/h22/feeds/{path}", headers=headers)


def stranger(app: Flask, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """Asked as programs ask: with these headers alone, in a context of its own."""
    with app.app_context():
        return app.test_client().open(path, method=method, headers=headers)


def calendar(browser: Open, path: str) -> reading.Component:
    answer = get(browser, path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return reading.feed(answer.data)


def titles(browser: Open, path: str) -> list[str]:
    return [found["SUMMARY"] for found in calendar(browser, path).events]


def redraft(occurrence: Occurrence, **changes: Any) -> None:
    known = OccurrenceDraft(occurrence.starts_at, occurrence.ends_at, occurrence.room_id, occurrence.seats)
    programme.edit_occurrence(occurrence=occurrence, draft=replace(known, **changes))


def rewrite(occurrence: Occurrence, **changes: Any) -> None:
    session = occurrence.session
    known = SessionDraft(
        session.title,
        session.type.name,
        abstract=session.abstract,
        visibility=session.visibility,
        admission=session.admission,
        state=session.state,
    )
    programme.edit_session(session=session, draft=replace(known, **changes))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that the database is asked inside."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def a_delegate(conference: Conference) -> tuple[Person, str]:
    person = a.a_person(conference.expo, "Grace Lind")
    a.a_registration(person, conference)
    return person, f"my/{accounts.new_calendar_address(person)}.ics"


def asked_again(app: Flask, path: str, answer: TestResponse) -> tuple[TestResponse, list[str]]:
    """The same feed for somebody who has it, and what that asks of the database beside glances."""
    with statements() as asked:
        again = stranger(app, path, If_None_Match=answer.headers["ETag"])
    return again, [text for text in asked if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def fetched(app: Flask, paths: list[str]) -> list[tuple[int, str, str]]:
    """Each of these plain and packed: status, tag, and the digest of its bytes."""
    found = []
    for path in paths:
        for coding in ("identity", "gzip"):
            answer = stranger(app, path, Accept_Encoding=coding)
            digest = hashlib.sha256(answer.data).hexdigest()
            found.append((answer.status_code, answer.headers["ETag"], digest))
    return found

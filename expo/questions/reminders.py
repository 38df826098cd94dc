"""Asking for answers that are still missing: at once, before the last day, and when organisers say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose
from expo.core import audit, clock, jobs
from expo.core.db import db, transaction
from expo.mail import outbox
from expo.programme.models import Conference
from expo.registration import letters
from expo.registration.models import Registration

from . import answering, queries
from .models import Question, told

JOB = "answers_missing"
ASK_ALL = "answers_ask_all"
BEFORE = (timedelta(days=7), timedelta(days=1))  # the last day for answering
AT_A_TIME = 200


def still_missing(registration: Registration) -> list[Question]:
    """What this registration still has to answer. One query where nothing is asked, two otherwise."""
    questions = queries.of_conference(registration.conference_id)
    if not any(one.required for one in questions):
        return []
    answers = queries.answers_of([registration.id]).get(registration.id, {})
    return answering.missing(registration, questions, answers)


def ask(registration: Registration) -> None:
    """Write to whoever has something to answer, and plan to write again. In a transaction."""
    asked = still_missing(registration)
    if not asked:
        return
    _write(registration, asked)
    last = _last_moment(registration.conference, asked)
    for ahead in BEFORE:
        if last - ahead > clock.now():
            jobs.add(
                JOB,
                {"registration": registration.id},
                at=last - ahead,
                key=f"{JOB}:{registration.id}:{ahead.days}",
            )


def ask_all(*, conference: Conference) -> None:
    """Write to everybody at the conference who has something to answer; pressed twice is once."""
    with transaction():
        jobs.add(ASK_ALL, {"conference": conference.id, "after": 0}, key=f"{ASK_ALL}:{conference.id}")
        audit.record("answers_asked_for", "conference", conference.id, expo_id=conference.expo_id)


@jobs.handler(JOB)
def _again(payload: dict[str, Any]) -> None:
    registration = db.session.get(Registration, payload["registration"])
    if registration is None or registration.person_id is None:
        return
    with transaction():
        db.session.refresh(registration)
        asked = still_missing(registration) if registration.is_live else []
        if asked:
            _write(registration, asked)


@jobs.handler(ASK_ALL)
def _some(payload: dict[str, Any]) -> None:
    """So many, and a job for the next ones: letters and place in the list change together."""
    conference_id, after = payload["conference"], payload["after"]
    with transaction():
        some = queries.live_registrations(conference_id, after=after, most=AT_A_TIME)
        questions = queries.of_conference(conference_id)
        answers = queries.answers_of([one.id for one in some])
        for one in some:
            asked = answering.missing(one, questions, answers.get(one.id, {}))
            if asked:
                _write(one, asked)
        if len(some) == AT_A_TIME:
            last = some[-1].id
            jobs.add(
                ASK_ALL, {"conference": conference_id, "after": last}, key=f"{ASK_ALL}:{conference_id}:{last}"
            )


def _last_moment(conference: Conference, asked: Sequence[Question]) -> datetime:
    """The end of the first day on which one of them can no longer be answered."""
    day = min(one.locks_on for one in asked)
    return datetime.combine(day + timedelta(days=1), time(0), conference.zone)


def _write(registration: Registration, asked: Sequence[Question]) -> None:
    person = registration.person
    if not person.email:
        return
    outbox.queue(
        "registration_to_complete",
        to=person.email,
        language=person.language,
        expo_id=registration.expo_id,
        name=person.name,
        registration=letters.told(registration, person.language),
        questions=[told(one.labels, person.language) for one in asked],
        until=min(one.locks_on for one in asked),
        claim=None if person.account_id else accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person),
    )

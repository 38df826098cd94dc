"""Places that end because a conference or day is cancelled: by a job in small steps, each place a transaction of its own
with its refund and its one letter. What was done stays done when the worker dies."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import clock, jobs
from expo.core.db import db, transaction
from expo.registration import actions as registrations
from expo.registration.models import Registration
from expo.registration.refusals import WrongStep

from . import numbers
from .models import Kind, Upheaval, Whole

log = logging.getLogger(__name__)

JOB = "upheaval_places"
AT_A_TIME = 50


class PlacesLeft(Exception):
    """Some places would not end. The others have: the job is tried again, and stands among those that failed."""


def begin(upheaval: Upheaval) -> None:
    """End the places that open nothing any more, from now on. In the transaction that publishes."""
    if _ends_places(upheaval):
        _add_job(upheaval, after=0)


def place_ends(person_id: int, conference_id: int) -> bool:
    """Whether a place of this person is about to end by what is published, so that they have the letter of that. One
    query, where nothing is cancelled."""
    cancelled = db.session.scalars(
        sa.select(Upheaval).where(
            Upheaval.conference_id == conference_id,
            Upheaval.kind == Kind.CANCEL,
            Upheaval.whole != Whole.VENUE,
            Upheaval.published_at.is_not(None),
        )
    )
    return any(
        numbers.places_that_end(conference_id, _day(one), person_id=person_id, most=1) for one in cancelled
    )


@jobs.handler(JOB)
def end_places(payload: dict[str, Any]) -> None:
    """End so many places, then come again. One that will not end keeps no other from it. Raises PlacesLeft."""
    upheaval = db.session.get_one(Upheaval, payload["upheaval"])
    conference_id, day = upheaval.conference_id, _day(upheaval)
    assert conference_id is not None
    why, name = upheaval.why, upheaval.name
    some = numbers.places_that_end(conference_id, day, after=payload.get("after", 0), most=AT_A_TIME)
    db.session.rollback()
    for key in some:
        _try_to_end(key, name, why)
    if len(some) == AT_A_TIME:
        with transaction():
            _add_job(db.session.get_one(Upheaval, payload["upheaval"]), after=some[-1])
        return
    left = numbers.places_that_end(conference_id, day, most=AT_A_TIME)
    db.session.rollback()
    for key in left:
        _try_to_end(key, name, why)
    still = len(numbers.places_that_end(conference_id, day))
    db.session.rollback()
    if still:
        raise PlacesLeft(f"{still} places of upheaval {payload['upheaval']} did not end")


def _try_to_end(registration_id: int, name: str, why: str) -> None:
    try:
        _end_place(registration_id, name, why)
    except Exception:  # whatever is wrong with one place, the others end
        db.session.rollback()
        log.exception("registration %s did not end", registration_id)


def _end_place(registration_id: int, name: str, why: str) -> None:
    registration = db.session.get_one(Registration, registration_id)
    who: Person | None = registration.person  # nobody yet, in a group order
    with force_locale(who.language if who else "en"):
        reason = _("%(name)s is cancelled. %(why)s", name=name, why=why).strip()
    try:
        registrations.revoke(registration=registration, reason=reason)
    except WrongStep:
        db.session.rollback()  # somebody ended it meanwhile


def _ends_places(upheaval: Upheaval) -> bool:
    return (
        upheaval.kind is Kind.CANCEL
        and upheaval.conference_id is not None
        and upheaval.whole is not Whole.VENUE
    )


def _day(upheaval: Upheaval) -> date | None:
    return date.fromisoformat(upheaval.key) if upheaval.whole is Whole.DAY else None


def _add_job(upheaval: Upheaval, *, after: int) -> None:
    payload = {"upheaval": upheaval.id, "after": after}
    jobs.add(JOB, payload, at=clock.now(), key=f"{JOB}:{upheaval.id}")

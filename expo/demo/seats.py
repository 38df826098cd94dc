"""What the demo's organisers have arranged for seats: meeting points, when booking opens, one seat too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.accounts import queries as accounts
from expo.booking import organisers
from expo.booking import queries as bookings
from expo.core import audit, clock
from expo.expos.models import Expo
from expo.guests import actions as guests
from expo.programme import queries as programme
from expo.programme.models import Occurrence
from expo.programme.terms import set_terms
from expo.registration import queries as tickets
from expo.registration.models import RegistrationState

MEETING_POINTS = {
    "H22-007": "At the red flag outside the glass doors",
    "H22-010": "At the foot of the stairs, ground floor",
    "H22-013": "By the information board at the water tower",
}
FULL = "H22-007"
OPENS_LATER = "H22-028"
BY_INVITATION = "H22-011"


def arrange(expo: Expo, begins: datetime) -> None:
    """As the real actions do it, on the evening before."""
    organiser = accounts.account_by_email("organiser@demo.example")
    assert organiser is not None
    with clock.at(begins - timedelta(hours=12)), audit.acting(f"account:{organiser.id}"):
        for code, place in MEETING_POINTS.items():
            set_terms(occurrence=_occurrence(expo, code), opens_at=None, closes_at=None, meeting_point=place)
        later = _occurrence(expo, OPENS_LATER)
        set_terms(
            occurrence=later,
            opens_at=begins + timedelta(hours=3, minutes=30),
            closes_at=None,
            meeting_point="",
        )
        _force_one(_occurrence(expo, FULL))
        _invite(expo)


def _invite(expo: Expo) -> None:
    """A garden is opened for guests: the demo's delegate is one of them, others come by a code."""
    garden = _occurrence(expo, BY_INVITATION).session
    delegate = accounts.account_by_email("delegate@demo.example")
    assert delegate is not None
    person = accounts.person_of_account(expo.id, delegate.id)
    assert person is not None
    guests.invite_person(session=garden, person=person)
    guests.make_code(session=garden, code="MEMORY", seats=10)


def _force_one(full: Occurrence) -> None:
    """A guide of another house comes along: one seat more than there are."""
    have = {booking.person_id for booking in bookings.of_occurrence(full.id)}
    for registration in tickets.desk([full.session.conference_id], state=RegistrationState.CONFIRMED):
        if registration.person_id not in have:
            organisers.give(
                person=registration.person,
                occurrence_id=full.id,
                reason="Interprets into Swedish Sign Language",
                force=True,
            )
            return


def _occurrence(expo: Expo, code: str) -> Occurrence:
    found = programme.occurrence(expo.id, code)
    assert found is not None
    return found

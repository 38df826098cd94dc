"""Who looks at a public page: with which tickets and seats, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import g

from expo.accounts.models import Person
from expo.booking import queries as booking
from expo.core import clock
from expo.favourites import queries as favourites
from expo.guests import queries as guests
from expo.registration import queries as registration
from expo.web.context import me, this_expo, visitor


@dataclass(frozen=True, slots=True)
class Viewer:
    """A stranger has no tickets and no seats, and their browser knows what they keep in mind: `kept` is None.
    `today` is the city's date."""

    now: datetime
    today: date
    signed_in: bool
    tickets: frozenset[int]
    booked: frozenset[int]
    kept: frozenset[int] | None
    # Sessions that are not for everybody and to which this person is invited.
    invited: frozenset[int] = frozenset()


def viewer() -> Viewer:
    """Who looks at this page; asked once per request."""
    if "viewer" not in g:
        person, now = me(), clock.now()
        g.viewer = Viewer(
            now=now,
            today=this_expo().local(now).date(),
            signed_in=person is not None,
            tickets=registration.tickets_of(person.id) if person else frozenset(),
            booked=frozenset(seat.occurrence_id for seat in booking.of_person(person.id))
            if person
            else frozenset(),
            kept=_kept(person),
            invited=frozenset(way.session_id for way in guests.of_person(person)) if person else frozenset(),
        )
    found: Viewer = g.viewer
    return found


def _kept(person: Person | None) -> frozenset[int] | None:
    if person is not None:
        return favourites.kept_by(person.id)
    return None if visitor() is None else frozenset()

"""Who looks at a public page: with which tickets and seats, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import g

from expo.booking import queries as booking
from expo.core import clock
from expo.registration import queries as registration
from expo.web.context import me, this_expo


@dataclass(frozen=True, slots=True)
class Viewer:
    """A stranger has no tickets and no seats. `today` is the city's date."""

    now: datetime
    today: date
    signed_in: bool
    tickets: frozenset[int]
    booked: frozenset[int]


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
        )
    found: Viewer = g.viewer
    return found

"""What only the owner of an agenda is told of its events: when to leave for the next, and that they wait."""

from __future__ import annotations

from collections.abc import Mapping

from babel.dates import format_time
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.booking import planned
from expo.booking.models import COUNTING, Booking, BookingState
from expo.expos.models import Expo
from expo.publishing import queries as publishing


def hints(expo: Expo, bookings: Mapping[int, Booking]) -> dict[int, str]:
    """A sentence for each occurrence of which there is one to say, in the current language. At most three queries."""
    found = {id_: _waits(expo, booking) for id_, booking in bookings.items() if booking.state not in COUNTING}
    seats = {id_: booking for id_, booking in bookings.items() if booking.state in COUNTING}
    if len(seats) > 1:
        items = publishing.of_occurrences(expo.id, seats)
        for _day, entries in planned.days(expo.id, [(item, seats[item.occurrence_id]) for item in items]):
            found |= {entry.item.occurrence_id: _leave(entry) for entry in entries if entry.leave_at}
    return found


def _waits(expo: Expo, booking: Booking) -> str:
    if booking.state is BookingState.OFFERED and booking.until is not None:
        until = f"{expo.local(booking.until):%Y-%m-%d %H:%M}"
        return _("A seat is held for you until %(time)s: take it or leave it in your agenda.", time=until)
    return _("You are on the waiting list.")


def _leave(entry: planned.Entry) -> str:
    assert entry.leave_at is not None
    assert entry.before is not None
    return _(
        "Leave %(from_)s by %(time)s: %(minutes)s min on foot (estimate).",
        from_=entry.before.venue_name,
        time=format_time(entry.leave_at.astimezone(entry.item.zone), "short", locale=get_locale()),
        minutes=entry.walk,
    )

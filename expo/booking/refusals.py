from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from expo.core.refusals import NotFound, Refusal

if TYPE_CHECKING:
    from .clashes import Clash


class SessionFull(Refusal):
    """No seat left, or fewer than wanted."""

    code = "session_full"


class AlreadyBooked(Refusal):
    """One live booking per person and occurrence."""

    code = "already_booked"


class AlreadyWaiting(Refusal):
    """One place on the waiting list per person and occurrence."""

    code = "already_waiting"


class StillSeats(Refusal):
    """Nobody waits for what can be had."""

    code = "seats_left"


class OfferOver(Refusal):
    """The offer was answered, or not answered in time."""

    code = "offer_over"
    status = 410


class Overlap(Refusal):
    """The person has other seats that clash with it. `clashes` says which, and what can be done."""

    code = "overlap"

    def __init__(
        self,
        message: str,
        clashes: Sequence[Clash],
    ) -> None:
        super().__init__(message)
        self.clashes = list(clashes)


class NoBookingNeeded(Refusal):
    """A session that one just walks into."""

    code = "no_booking_needed"


class NoTicket(Refusal):
    """The session belongs to a conference of which the person holds no confirmed ticket."""

    code = "no_ticket"


class InvitationOnly(Refusal):
    """Seats are given by the hosts."""

    code = "invitation_only"


class BookingClosed(Refusal):
    """The session has begun, is cancelled, or its time is not certain."""

    code = "booking_closed"


class BookingNotOpen(BookingClosed):
    """Booking opens later."""

    code = "booking_not_open"


class TooLate(Refusal):
    """What could be undone for some minutes cannot be any more."""

    code = "too_late"


class SeatsTaken(Refusal):
    """Seats cannot be kept for those who walk up: they are booked."""

    code = "seats_taken"


class NoSuchLink(NotFound):
    """A secret address that opens nothing, or nothing any more."""

    code = "no_such_link"

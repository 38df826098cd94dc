from expo.core.refusals import NotFound, Refusal


class SessionFull(Refusal):
    """No seat left."""

    code = "session_full"


class AlreadyBooked(Refusal):
    """One live booking per person and occurrence."""

    code = "already_booked"


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


class NoSuchLink(NotFound):
    """A secret address that opens nothing, or nothing any more."""

    code = "no_such_link"

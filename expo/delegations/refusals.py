from expo.core.refusals import BadInput, NotFound, Refusal


class NoSuchLink(NotFound):
    """An address that never was one, or of another expo."""

    code = "no_such_link"


class LinkIsOver(Refusal):
    """An address that was one, until it was replaced or taken back."""

    code = "link_is_over"
    status = 410


class SeatsGone(Refusal):
    """All seats of the delegation in this category are given."""

    code = "seats_gone"


class NotOpen(Refusal):
    """The delegation has declined, was closed, or its last day for naming people has passed."""

    code = "delegation_not_open"


class AlreadyNominated(Refusal):
    """The delegation has named this person already."""

    code = "already_nominated"


class NomineeIsOver(Refusal):
    """The nominee is in no state in which that can be done: somebody was faster."""

    code = "nominee_is_over"


class StillNominated(Refusal):
    """Who still has people nominated does not decline."""

    code = "still_nominated"


class BadSeats(BadInput):
    """Seats that cannot be meant: none at all, or of a category for which no ticket can be had."""

    code = "bad_seats"


class BadLines(BadInput):
    """A list of focal points that cannot be read. `facts["lines"]` says each line and why."""

    code = "bad_lines"


class SeatOfDelegation(Refusal):
    """Only the focal point hands it on."""

    code = "seat_of_delegation"

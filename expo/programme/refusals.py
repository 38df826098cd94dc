from expo.core.refusals import BadInput, Refusal


class CodeTaken(BadInput):
    """Another session of the expo has this code."""

    code = "code_taken"


class BadPlacement(BadInput):
    """A time or room that cannot be meant."""

    code = "bad_placement"


class RoomDoubleBooked(Refusal):
    """The room holds something else at that time."""

    code = "room_double_booked"

from expo.core.refusals import Refusal


class NothingToPublish(Refusal):
    """Draft and released state are the same."""

    code = "nothing_to_publish"


class FewerSeatsThanBooked(Refusal):
    """A release would leave booked people without a seat."""

    code = "fewer_seats_than_booked"

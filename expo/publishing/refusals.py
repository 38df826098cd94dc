from expo.core.refusals import Refusal


class NothingToPublish(Refusal):
    """Draft and released state are the same."""

    code = "nothing_to_publish"


class NeedsApproval(Refusal):
    """A conference wants a second person to look at what is published."""

    code = "needs_approval"


class NotTheSecond(Refusal):
    """Whoever drafted a release does not approve it."""

    code = "not_the_second_person"


class ProposalIsOver(Refusal):
    """It was published, withdrawn, or is another one by now."""

    code = "proposal_is_over"


class FewerSeatsThanBooked(Refusal):
    """A release would leave booked people without a seat."""

    code = "fewer_seats_than_booked"

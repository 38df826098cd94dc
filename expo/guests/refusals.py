from expo.core.refusals import NotFound, Refusal


class NoSuchInvitation(NotFound):
    """A code or link that opens nothing, or nothing any more: all look the same."""

    code = "no_such_invitation"


class InvitationUsed(Refusal):
    """The link of a letter has made somebody else a guest already."""

    code = "invitation_used"


class AllSeatsOfInvitationTaken(Refusal):
    """As many seats as the invitation has are booked under it."""

    code = "invitation_full"

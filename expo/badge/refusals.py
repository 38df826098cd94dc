from expo.core.refusals import Refusal


class BadCode(Refusal):
    """What was read is no badge code of this installation: torn, mistyped, forged, or another house's."""

    code = "unknown_code"
    status = 422


class BadgeIsOver(Refusal):
    """Only a live badge can be replaced or revoked."""

    code = "badge_is_over"


class NotToBeClaimed(Refusal):
    """It is somebody's already, or a group's."""

    code = "not_to_be_claimed"


class NoSuchBadge(Refusal):
    """Nobody has this spoken code."""

    code = "no_such_badge"
    status = 404

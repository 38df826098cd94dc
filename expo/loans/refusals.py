from expo.core.refusals import Refusal


class AllLent(Refusal):
    """Nothing of this kind is left."""

    code = "all_lent"


class LentAlready(Refusal):
    """The thing with this number is with somebody."""

    code = "lent_already"


class BadgeEnded(Refusal):
    """Nothing is lent on a badge that was replaced or revoked."""

    code = "badge_is_over"


class FewerThanLent(Refusal):
    """More of them are out than there would be."""

    code = "fewer_than_lent"

from expo.core.refusals import Refusal


class AlreadyErased(Refusal):
    """Nothing is left of this person."""

    code = "already_erased"

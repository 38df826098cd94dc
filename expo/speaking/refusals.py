from expo.core.refusals import Refusal


class NothingAsked(Refusal):
    """Nobody is reminded of nothing, nor within an hour of the last letter."""

    code = "nothing_asked"


class AlreadyNamed(Refusal):
    """Somebody is named for this place already, and it is not decided."""

    code = "substitute_waits"


class AlreadyDecided(Refusal):
    """The organisers have decided, or the appearance is no more."""

    code = "substitute_decided"

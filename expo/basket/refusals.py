from expo.core.refusals import Refusal


class HoldOver(Refusal):
    """The places are not held any more."""

    code = "hold_over"


class NoMoreTime(Refusal):
    """A basket can be kept longer so many times, so that nobody keeps places for ever."""

    code = "no_more_time"


class StillPlaces(Refusal):
    """Nobody waits for what can be had."""

    code = "still_places"


class WaitsAlready(Refusal):
    """One place on the list per address and ticket type."""

    code = "waits_already"


class OfferOver(Refusal):
    """The offer was answered, or not answered in time."""

    code = "offer_over"
    status = 410

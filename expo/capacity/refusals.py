from expo.core.refusals import Refusal


class PoolFull(Refusal):
    """No place left in a pool. The room that asked says it in its own words."""

    code = "full"


class PoolInUse(Refusal):
    """A pool cannot shrink below what is taken."""

    code = "places_taken"

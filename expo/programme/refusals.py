from expo.core.refusals import BadInput, Refusal


class CodeTaken(BadInput):
    """Another session of the expo has this code."""

    code = "code_taken"


class BadPlacement(BadInput):
    """A time or room that cannot be meant."""

    code = "bad_placement"


class Clashes(Refusal):
    """A room would hold more than it may, or a person would be in two places. `facts["clashes"]` says which."""

    code = "clash"


class LastOwner(Refusal):
    """A team cannot be without anybody who can give roles."""

    code = "last_owner"


class NothingToAnswer(Refusal):
    """Nobody is asked for what does not take place."""

    code = "nothing_to_answer"

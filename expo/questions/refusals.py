from expo.core.refusals import BadInput, Forbidden, Refusal


class Promised(Refusal):
    """Somebody has answered under what the question said then: that cannot be taken back."""

    code = "promised"


class Locked(Refusal):
    """The last day for changing this answer is over, or the registration has ended."""

    code = "answers_locked"


class Sealed(Forbidden):
    """The answer is for other roles."""

    code = "sealed"


class BadFile(BadInput):
    """The file is too large, of a kind that is not taken, or cannot be read."""

    code = "bad_file"

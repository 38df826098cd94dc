from expo.core.refusals import NotFound, Refusal


class TooManyKept(Refusal):
    """A list that long is no list any more."""

    code = "too_many_kept"


class NoSuchList(NotFound):
    """An address of a shared list that was cut, mistyped, or made in another expo."""

    code = "no_such_list"

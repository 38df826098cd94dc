from expo.core.refusals import BadInput, Refusal


class NothingThere(BadInput):
    """No time that is to come stands there."""

    code = "nothing_there"


class NotTheName(BadInput):
    """The name that was typed is another one."""

    code = "not_the_name"


class UpheavalIsOver(Refusal):
    """It is published or undone already, or the draft has changed since."""

    code = "upheaval_is_over"

from expo.core.refusals import Refusal


class NothingToPrint(Refusal):
    """No badge is in what was asked for."""

    code = "nothing_to_print"


class FileGone(Refusal):
    """The file of a print is kept for two days only."""

    code = "file_gone"
    status = 410

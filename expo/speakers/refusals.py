from expo.core.refusals import BadInput, NotFound, Refusal


class BadCalendar(BadInput):
    """A file that is no calendar, or more of one than can be read."""

    code = "bad_calendar"


class BadPhoto(BadInput):
    """A picture that cannot be taken."""

    code = "bad_photo"


class NoSuchLink(NotFound):
    """An address that opens nothing here."""

    code = "no_such_speaker_link"


class LinkIsOver(Refusal):
    """An address that has been replaced or taken back."""

    code = "speaker_link_is_over"
    status = 410


class TooManyAssistants(Refusal):
    """More people than anybody's page needs."""

    code = "too_many_assistants"


class NoAddress(Refusal):
    """Nobody can be written to without an address."""

    code = "speaker_without_address"

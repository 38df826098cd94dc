from expo.core.refusals import NotFound


class NoSuchCalendar(NotFound):
    """There is no such conference, room, speaker …, or nothing of it is public; or the address was revoked."""

    code = "no_such_calendar"

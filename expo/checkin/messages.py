"""The sentences a door says: short, and with the way on.

Each is a function, called once in the language of whoever asks and once in that of whom the badge belongs to. So a
sentence speaks of badge, ticket and desk, never of "the person": both read the same one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from expo.core.money import Money


def unknown_code() -> str:
    return _("This is not a badge of this expo. The desk can help.")


def replaced() -> str:
    return _("This badge was replaced. The desk can help.")


def revoked() -> str:
    return _("This badge was blocked. The desk can help.")


def blocked() -> str:
    return _("This badge may not go in now. A supervisor can help.")


def to_pay(amount: Money, title: str) -> str:
    language = str(get_locale() or "en")
    return _("%(amount)s to pay for %(what)s. The desk can help.", amount=amount.said(language), what=title)


def too_many(size: int) -> str:
    return ngettext("This badge lets in one person.", "This badge lets in %(num)s people.", size)


def already_in(gate: str, entered_at: datetime, zone: ZoneInfo) -> str:
    return _("Already in at %(gate)s, %(time)s.", gate=gate, time=_time(entered_at, zone))


def some_in(inside: int, size: int) -> str:
    return _("%(inside)s of %(size)s are already in.", inside=inside, size=size)


def not_yet(opens_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    opens, today = opens_at.astimezone(zone), now.astimezone(zone).date()
    if opens.date() == today:
        return _("Valid from %(time)s today.", time=_time(opens_at, zone))
    if opens.date() == today + timedelta(days=1):
        return _("Valid from tomorrow, %(day)s.", day=_day(opens_at, zone))
    return _("Valid from %(day)s.", day=_day(opens_at, zone))


def expired(closes_at: datetime, zone: ZoneInfo) -> str:
    # It closes at the first moment of the day after.
    return _("The ticket was valid until %(day)s.", day=_day(closes_at - timedelta(minutes=1), zone))


def no_ticket(titles: list[str]) -> str:
    if not titles:
        return _("No ticket opens this. The desk can help.")
    either = _(" or ").join(titles)
    return _("Needs a ticket for %(what)s. The desk can help.", what=either)


def full(title: str) -> str:
    return _("%(title)s is full, or no ticket opens it. A standby number may help.", title=title)


def ask_them(title: str) -> str:
    return _("%(title)s: ask, and let in if you know why.", title=title)


def no_seat(title: str) -> str:
    return _("No seat booked for %(title)s.", title=title)


def not_invited(title: str) -> str:
    return _("%(title)s is by invitation, and this badge is not on the list.", title=title)


def booked_elsewhere(
    room: str, venue: str, minutes: int | None, starts_at: datetime, now: datetime, zone: ZoneInfo
) -> str:
    place = room if room == venue else f"{room}, {venue}"
    if minutes:
        place = ngettext(
            "%(place)s, %(num)s minute away", "%(place)s, %(num)s minutes away", minutes, place=place
        )
    if starts_at <= now:
        return _("Booked in %(place)s. It began at %(time)s.", place=place, time=_time(starts_at, zone))
    return _("Booked in %(place)s. Starts %(time)s.", place=place, time=_time(starts_at, zone))


def nothing_on(title: str | None, starts_at: datetime | None, zone: ZoneInfo) -> str:
    if title is None or starts_at is None:
        return _("Nothing more is on here today. Let in if you know why.")
    return _("Nothing is on here now. Next: %(title)s, %(time)s.", title=title, time=_time(starts_at, zone))


def not_in() -> str:
    return _("Was not counted as in.")


def used_id() -> str:
    return _("Another scan was sent under this number. It is kept for the supervisor.")


def device_revoked() -> str:
    return _("This device was taken out of service. The scan is kept for the supervisor.")


def unknown_gate() -> str:
    return _("This device may not scan at that gate. The scan is kept for the supervisor.")


def unreadable() -> str:
    return _("The scan cannot be read. It is kept for the supervisor.")


def by_list() -> dict[str, str]:
    """What a scanner without network says, by the reason; {time} and {title} are filled in there."""
    return {
        "unknown_code": unknown_code(),
        "newer_than_list": _(
            "This badge is newer than this scanner’s list. Ask when it was made; let in if that fits."
        ),
        "blocked": blocked(),
        "noted": _("There is a note about this badge. Ask a supervisor, or wait for the network."),
        "replaced": replaced(),
        "revoked": revoked(),
        "more_than_badge": _("This badge lets in fewer people."),
        "already_in": _("Already in, by this scanner."),
        "not_yet": _("Valid from {time}."),
        "expired": _("The ticket is over."),
        "no_ticket": no_ticket([]),
        "no_seat": no_seat("{title}"),
        "full": _("No seat booked for {title}. Let in if there are seats left."),
        "ask": ask_them("{title}"),
        "not_invited": not_invited("{title}"),
        "nothing_on": _("Nothing is on here now. Let in if you know why."),
        "not_in": not_in(),
    }


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    """Wed 1 June; ons 1 juni."""
    return str(format_date(moment.astimezone(zone), "EEE d MMMM", locale=get_locale() or "en"))

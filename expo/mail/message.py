"""A letter as it travels: plain text, the same as HTML, and last what it brings for a calendar, where programs look for it."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage

from flask import current_app

from expo.core.db import db
from expo.expos.models import Expo

from . import html
from .models import Letter

__all__ = ["EmailMessage", "of"]

_END = "\r\nEND:VCALENDAR\r\n"  # never within a value: a line that goes on begins with a space
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r$", re.MULTILINE)


def of(letter: Letter) -> EmailMessage:
    """The letter as RFC 5322 wants it. Made again after a crash it says the same, under the same Message-ID."""
    expo = db.session.get(Expo, letter.expo_id) if letter.expo_id else None
    made = EmailMessage()
    made["Subject"] = letter.subject
    made["From"] = current_app.config["EXPO"].mail_from
    made["To"] = Address(addr_spec=letter.recipient)
    made["Message-ID"] = letter.message_id
    made["Date"] = letter.created_at
    # No out-of-office note and no other machine answers a machine (RFC 3834; the second is Exchange's word).
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        made["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        made["Precedence"] = "bulk"
    made.set_content(letter.body)
    made.add_alternative(
        html.of(letter.subject, letter.body, language=letter.language, sender=expo.name if expo else ""),
        subtype="html",
    )
    _add_calendar(made, letter)
    made["Content-Language"] = letter.language  # last: the first part would take it along
    return made


def _add_calendar(made: EmailMessage, letter: Letter) -> None:
    """One item is the last alternative, where programs act on it by themselves; of several each is a file of its own,
    because programs read only one alternative."""
    items = [part + _END for part in (letter.calendar or "").split(_END)[:-1]]
    for number, item in enumerate(items, start=1):
        method = _METHOD.search(item)
        options = {"method": method[1] if method else "PUBLISH", "charset": "utf-8"}
        if len(items) == 1:
            made.add_alternative(item.encode(), maintype="text", subtype="calendar", params=options)
        else:
            made.add_attachment(
                item.encode(), maintype="text", subtype="calendar", params=options, filename=f"{number}.ics"
            )

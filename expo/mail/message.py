"""A letter as it travels: plain text, the same as HTML, and last the item for a calendar, where programs look for it."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

from flask import current_app

from expo.core.db import db
from expo.expos.models import Expo

from . import html
from .models import Letter

__all__ = ["EmailMessage", "of"]


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
    if letter.calendar and letter.calendar_method:
        made.add_alternative(
            letter.calendar.encode(),
            maintype="text",
            subtype="calendar",
            params={"method": letter.calendar_method, "charset": "utf-8"},
        )
    made["Content-Language"] = letter.language  # last: the first part would take it along
    return made

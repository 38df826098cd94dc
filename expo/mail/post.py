"""Handing letters to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app

from .outbox import Post

TIMEOUT = 20  # seconds


def to_nobody(_message: EmailMessage) -> None:
    """The demo's post: letters are read on the demo's letter page and go nowhere."""


def by_settings() -> Post:
    """How this installation sends: by its `mail_url`, or to nobody in a demo without one."""
    url = current_app.config["EXPO"].mail_url
    return to_nobody if url.startswith("none:") else Smtp(url)


class Smtp:
    """One connection a letter: slow is fine, a broken connection must not take the next letter with it.

    smtps:// speaks TLS from the start; smtp:// changes to TLS where the server offers it, and must when a
    password is given.
    """

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def __call__(self, message: EmailMessage) -> None:
        host = self.url.hostname or "localhost"
        secure = ssl.create_default_context()
        if self.url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=TIMEOUT, context=secure
            )
        else:
            server = smtplib.SMTP(host, self.url.port or 25, timeout=TIMEOUT)
        with server:
            server.ehlo()
            if self.url.scheme == "smtp" and (server.has_extn("starttls") or self.url.password):
                server.starttls(context=secure)
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)

"""Handing letters to a mail server."""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from flask import current_app

from .sending import Post

TIMEOUT = 20  # seconds
KEPT_FOR = 10.0  # seconds that a connection at rest is kept
MOST_ON_ONE = 100  # letters over one connection: many servers close it after a hundred


def to_nobody(_letter: EmailMessage, /) -> None:
    """The demo's post: letters are read on the demo's letter page and go nowhere."""


def by_settings() -> Post:
    """How this installation sends: by its `mail_url`, or to nobody in a demo without one."""
    settings = current_app.config["EXPO"]
    if settings.mail_url.startswith("none:"):
        return to_nobody
    return Smtp(settings.mail_url, bounces=settings.mail_bounces or parseaddr(settings.mail_from)[1])


class Smtp:
    """A mail server, over one connection for as long as letters follow each other and nothing goes wrong.

    smtps:// speaks TLS from the start; smtp:// changes to TLS where the server offers it, and must when a password
    is given. What cannot be delivered is returned to `bounces`, the sender on the envelope. For one thread.
    """

    def __init__(self, url: str, *, bounces: str = "") -> None:
        self.url = urlsplit(url)
        self.bounces = bounces or None
        self._server: smtplib.SMTP | None = None
        self._sent = 0
        self._used_at = 0.0

    def __call__(self, letter: EmailMessage, /) -> None:
        server = self._connected()
        try:
            server.send_message(letter, from_addr=self.bounces)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            self._sent += 1  # the server goes on, smtplib has reset it
            raise
        except Exception:
            self.close()
            raise
        self._sent += 1
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Say good-bye; the next letter opens a new connection."""
        if self._server is not None:
            with suppress(OSError):
                self._server.close()
        self._server = None

    def _connected(self) -> smtplib.SMTP:
        """A connection that answers. An old one is asked first: a letter that was half said may have arrived."""
        if self._server is not None:
            fresh = time.monotonic() - self._used_at < KEPT_FOR and self._sent < MOST_ON_ONE
            if fresh and self._answers(self._server):
                return self._server
            with suppress(OSError):
                self._server.quit()
        self._server = self._open()
        self._sent, self._used_at = 0, time.monotonic()
        return self._server

    @staticmethod
    def _answers(server: smtplib.SMTP) -> bool:
        try:
            return server.noop()[0] == 250
        except OSError:
            return False

    def _open(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        secure = ssl.create_default_context()
        if self.url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=TIMEOUT, context=secure
            )
        else:
            server = smtplib.SMTP(host, self.url.port or 25, timeout=TIMEOUT)
        try:
            server.ehlo()
            if self.url.scheme == "smtp" and (server.has_extn("starttls") or self.url.password):
                server.starttls(context=secure)
                server.ehlo()
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except smtplib.SMTPNotSupportedError as missing:
            # Of the server, not of a letter: smtplib says the same where an address has letters it cannot take.
            server.close()
            raise smtplib.SMTPConnectError(530, str(missing)) from missing
        except BaseException:
            server.close()
            raise
        return server

"""What may stand in logs: the number of the request, and addresses without the secrets that stand in some."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

# As core/tokens.py makes them: 32 bytes in URL-safe base64.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
    # Codes of vouchers and invitations are shorter, for people to type.
    r"|(?<=/invitations/)[^/?\s\"]+|(?<=[?&]code=)[^&\s\"]+"
)
# Of the request that is being answered; empty elsewhere. web/measured.py gives it.
request_id: ContextVar[str] = ContextVar("request_id", default="")
ACCESS_LOGS = ("granian.access", "werkzeug")


class TokensMasked(logging.Filter):
    """Lets every line pass, with its tokens taken out."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), ()
        return True


def masked(text: str) -> str:
    """The text with a sign in place of each token."""
    return _TOKEN.sub("•••", text)


def install() -> None:
    """Mask the access logs of this process, once."""
    for name in ACCESS_LOGS:
        log = logging.getLogger(name)
        if not any(isinstance(known, TokensMasked) for known in log.filters):
            log.addFilter(TokensMasked())

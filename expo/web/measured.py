"""Around every request, also one that a kept page answers: a number that names it, how long it took, how it ended.

The number (X-Request-ID) stands in the answer, in the pages of faults and in every line that is logged meanwhile;
whoever is in front may give one. What is counted names no address, so that nothing of anybody gets into measures.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterable
from typing import Any

from flask import Flask
from prometheus_client import Counter, Histogram

from expo.core.logged import masked, request_id

log = logging.getLogger(__name__)

SLOW = 2.0  # seconds; slower requests are worth a line
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
_DESKS = frozenset(
    [
        "programme",
        "sessions",
        "my",
        "organise",
        "door",
        "feeds",
        "register",
        "orders",
        "delegation",
        "speaker",
        "search",
    ]
)

REQUESTS = Counter("expo_requests", "Requests by desk and status.", ["desk", "method", "status"])
SECONDS = Histogram(
    "expo_request_seconds",
    "How long requests took, by desk.",
    ["desk"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REFUSALS = Counter("expo_refusals", "Times that a rule said no, by rule.", ["code"])


class Measured:
    """Stands outermost."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(number)
        began = time.perf_counter()

        def answered(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            _count(environ, status[:3], time.perf_counter() - began)
            headers = [*headers, ("X-Request-ID", number)]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            body: Iterable[bytes] = self._inner(environ, answered)
        finally:
            request_id.reset(token)
        return body


def init_app(app: Flask) -> None:
    app.wsgi_app = Measured(app.wsgi_app)  # type: ignore[method-assign]


def desk_of(path: str) -> str:
    """The part of the site that an address belongs to: a short list, whatever is asked for."""
    first, _slash, rest = path.lstrip("/").partition("/")
    if first in ("api", "static", "webhooks", "healthz", "readyz", "metrics", "login", "account"):
        return first
    second = rest.partition("/")[0]
    return second if second in _DESKS else "public"


def _count(environ: dict[str, Any], status: str, seconds: float) -> None:
    path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
    desk = desk_of(path)
    known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
    REQUESTS.labels(desk, known, status).inc()
    SECONDS.labels(desk).observe(seconds)
    if status >= "500" or seconds > SLOW:
        # Without what was asked for after the path: people search for people.
        log.warning("%s %s %s in %.0f ms", known, masked(path), status, seconds * 1000)

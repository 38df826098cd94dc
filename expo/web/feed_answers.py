"""Answers that are the same for everybody who asks: with a strong tag, packed, without a cookie, open to all sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified

from .context import LANGUAGES, this_expo

PUBLIC = {"Cache-Control": "public, max-age=60, stale-while-revalidate=600"}
PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
OPEN_TO_ALL_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
    "Access-Control-Max-Age": "86400",
}


class FeedAnswer(Response):
    """Takes out, as the last thing before it is sent, what other parts of the site add for people's browsers."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers.remove("Set-Cookie")
        headers["Vary"] = "Accept-Encoding"
        return headers


def feed_answer(
    tag: str,
    changed_at: datetime | None,
    body: Callable[[bool], bytes],
    name: str,
    headers: dict[str, str],
    form: tuple[str, str] = ("ics", "text/calendar; charset=utf-8"),
    *,
    is_file: bool = True,
) -> Response:
    """The feed, or that it is as the reader has it: then no body is made."""
    answer = FeedAnswer(headers=headers, content_type=form[1])
    zipped = request.accept_encodings.best_match(["gzip", "identity"]) == "gzip"
    # Two codings are two sequences of bytes, and a strong tag names one.
    answer.set_etag(f"{tag}-gzip" if zipped else tag)
    if changed_at is not None:
        answer.last_modified = changed_at
    known = (answer.headers["ETag"], answer.headers.get("Last-Modified"))
    if not is_resource_modified(request.environ, etag=known[0], last_modified=known[1]):
        answer.status_code = 304
        return answer
    answer.data = body(zipped)
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    if is_file:
        answer.headers.set("Content-Disposition", "inline", filename=f"{name}.{form[0]}")
    return answer


def language_asked() -> str:
    """What the address asks for, else the expo's first: never what this reader's browser prefers."""
    offered = [code for code in this_expo().languages.split() if code in LANGUAGES] or [*LANGUAGES]
    wish = request.args.get("lang")
    return wish if wish in offered else offered[0]


def texts_asked() -> str:
    """The language of the programme's texts: the one that the address asks for, else each text's original."""
    wish = request.args.get("lang", "")
    return wish if wish in this_expo().languages.split() else ""

"""No other site can make a browser change anything here.

Every browser since 2023 says with each request where it came from (Sec-Fetch-Site); older ones send Origin
with every form. A changing request that says it came from elsewhere is refused, and so is one that brings our
cookie and says nothing. Tokens in forms would need a cookie on every public page, which could then not be kept
in any cache, and a form can forget its token; a header cannot be forgotten.
Source: https://www.w3.org/TR/fetch-metadata/ and OWASP's CSRF cheat sheet, "Fetch Metadata headers".
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    app.before_request(refuse_other_sites)


def refuse_other_sites() -> None:
    """Answer 403 to a changing request that another site may have caused."""
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is not None:
        base = urlsplit(current_app.config["EXPO"].base_url).netloc
        if urlsplit(origin).netloc not in (request.host, base):
            abort(403)
        return
    if request.environ.get("HTTP_COOKIE"):
        abort(403)

"""Public pages for strangers, kept whole and gzipped by each process.

A page is given again while the stamp of its expo is the same number as when it was made, and for two seconds
at most, because seats are taken and the clock moves without a stamp. That costs one small query and no view.
Whoever brings a cookie of ours other than the language gets a page made for them, which is never kept.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from expo.core import stamps
from expo.core.db import db

from .context import LANGUAGE_COOKIE, this_expo, visitor

LASTS = 2.0  # seconds
RENEWED_AFTER = 1.6  # from then on the first to come makes it afresh, and the others do not wait
WITHOUT_DATABASE = 900.0  # seconds for which a page is given while the database is away
MOST_BYTES = 32 * 1024 * 1024
MOST_PAGES = 4096
MOST_LANGUAGES = 2048
LONGEST_LIST = 200  # of accepted languages, in signs: nobody's browser sends more
VARY = "Accept-Encoding, Accept-Language, Cookie"

_MARK = "expo.kept_page"  # in the request's environment: (scope, stamp) of a page that may be kept

View = Callable[..., ResponseReturnValue]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


def for_strangers(view: View) -> View:
    """Let the page of this view be kept, when it is made for somebody who is not signed in."""

    @wraps(view)
    def look(*args: Any, **kwargs: Any) -> Response:
        scope = f"programme:{this_expo().id}"
        stranger = visitor() is None
        # As the view will see it: a change that comes meanwhile makes the page old at once.
        stamp = stamps.here(scope) if stranger else None
        response = make_response(view(*args, **kwargs))
        response.headers["Content-Language"] = str(get_locale() or "en")
        response.headers["Vary"] = VARY
        response.cache_control.no_cache = True
        if stamp is not None:
            request.environ[_MARK] = (scope, stamp)
        if not stranger:
            response.cache_control.private = True
        return response

    return look


@dataclass(slots=True)
class _Page:
    """One answer, ready to send. `stamp` is what its scope's was when it was made."""

    scope: str
    stamp: tuple[int, str]
    made_at: float
    headers: Headers
    zipped: bytes
    etag: str
    renewing: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What tells one page from another, but for its language, which the first answer tells."""

    host: str
    path: str
    query: str
    expo: str
    cookie: str
    accepted: str

    @property
    def reader(self) -> tuple[str, str, str]:
        return (self.expo, self.cookie, self.accepted)


@dataclass(slots=True)
class _Answer:
    """What the application said, held back if its page may be kept."""

    environ: dict[str, Any]
    start_response: StartResponse
    headers: Headers | None = field(default=None)

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Any:
        plain = not any(name.lower() == "set-cookie" for name, _value in headers)
        if exc_info is None and plain and status.startswith("200") and _MARK in self.environ:
            self.headers = headers
            return lambda _data: None
        return (
            self.start_response(status, headers, exc_info)
            if exc_info
            else self.start_response(status, headers)
        )


class PageCache:
    """Stands in front of the application. Bounded in bytes; the oldest pages go first."""

    def __init__(self, app: Flask) -> None:
        self._inner = app.wsgi_app
        with app.app_context():
            self._watch = stamps.Watch(db.engine)
        self._personal = (
            app.config["SESSION_COOKIE_NAME"],
            app.config.get("REMEMBER_COOKIE_NAME", "remember_token"),
        )
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, ...], _Page] = OrderedDict()
        self._languages: dict[tuple[str, str, str], str] = {}
        self._bytes = 0

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        asked = self._asked(environ)
        if asked is None:
            return self._inner(environ, start_response)
        page = self._find(asked)
        known = page or self._older(asked)
        if known is not None:
            stamp = self._watch.peek(known.scope)
            # While the database is away, what was true a while ago is better than nothing.
            if stamp is None or (page is not None and stamp == page.stamp):
                return _send(known, environ, start_response)
        answer = _Answer({**environ, "REQUEST_METHOD": "GET"}, start_response)
        body = self._inner(answer.environ, answer.start)
        if answer.headers is None:
            if environ["REQUEST_METHOD"] == "HEAD":  # it was asked as GET, so that its page may be kept
                _close(body)
                return ()
            return body
        page = _make(answer, b"".join(body))
        _close(body)
        self._keep(asked, page)
        return _send(page, environ, start_response)

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._pages.clear()
            self._languages.clear()
            self._bytes = 0

    def _asked(self, environ: dict[str, Any]) -> _Asked | None:
        """The question, or None where the answer is somebody's own or cannot be a page."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
            return None
        query = environ.get("QUERY_STRING", "")
        if "lang=" in query:  # sets a cookie
            return None
        language = None
        for part in environ.get("HTTP_COOKIE", "").split(";"):
            name, _equals, value = part.strip().partition("=")
            if name in self._personal:
                return None
            if name == LANGUAGE_COOKIE and language is None:  # of several the first counts
                language = value
        path = environ.get("PATH_INFO", "")
        host = f"{environ.get('HTTP_HOST', '')} {environ.get('HTTP_X_FORWARDED_HOST', '')}"
        accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if len(accepted) > LONGEST_LIST:
            return None
        expo = path.split("/", 2)[1] if "/" in path else ""
        return _Asked(host, path, query, expo, language or "", accepted)

    def _find(self, asked: _Asked) -> _Page | None:
        language = self._languages.get(asked.reader)
        if language is None:
            return None
        with self._lock:
            page = self._pages.get((asked.host, asked.path, asked.query, language))
            if page is None:
                return None
            age = time.monotonic() - page.made_at
            if age > LASTS:
                return None
            if age > RENEWED_AFTER and not page.renewing:
                page.renewing = True
                return None
            return page

    def _older(self, asked: _Asked) -> _Page | None:
        """A page that is too old to be given while the database answers."""
        language = self._languages.get(asked.reader)
        page = self._pages.get((asked.host, asked.path, asked.query, language)) if language else None
        return page if page is not None and time.monotonic() - page.made_at < WITHOUT_DATABASE else None

    def _keep(self, asked: _Asked, page: _Page) -> None:
        language = dict(page.headers)["Content-Language"]
        key = (asked.host, asked.path, asked.query, language)
        with self._lock:
            if len(self._languages) >= MOST_LANGUAGES:
                self._languages.clear()
            self._languages[asked.reader] = language
            old = self._pages.pop(key, None)
            self._bytes += len(page.zipped) - (len(old.zipped) if old else 0)
            self._pages[key] = page
            while self._pages and (self._bytes > MOST_BYTES or len(self._pages) > MOST_PAGES):
                _key, gone = self._pages.popitem(last=False)
                self._bytes -= len(gone.zipped)


def init_app(app: Flask) -> None:
    """Put the cache in front of the application."""
    app.extensions["pages"] = app.wsgi_app = PageCache(app)  # type: ignore[method-assign]


def _make(answer: _Answer, body: bytes) -> _Page:
    scope, stamp = answer.environ[_MARK]
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    dropped = {"content-length", "vary"}  # Flask adds its own Vary
    headers = [(name, value) for name, value in answer.headers or [] if name.lower() not in dropped]
    headers += [("Vary", VARY), ("ETag", etag)]
    return _Page(scope, stamp, time.monotonic(), headers, gzip.compress(body, 5, mtime=0), etag)


def _send(page: _Page, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", [pair for pair in page.headers if pair[0] != "Content-Type"])
        return ()
    headers, body = list(page.headers), page.zipped
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        headers.append(("Content-Encoding", "gzip"))
    else:
        body = gzip.decompress(body)
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()

"""Parts of pages that renew themselves: made once for all who see the same, said "not modified" to who has them.

A page marks a part with data-live=ADDRESS; static/js/live.js asks for it every few seconds, with a jitter, not while
the page is hidden, and puts it in its place. Each process keeps a part for two seconds, so two hundred open pages cost
one making in that time; its tag is of its content, so several processes tell the same. Polling, not events from the
server: a stream holds a thread for as long as its page is open, and eight pages would hold all there are.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from flask import Response, request
from flask_babel import get_locale

LASTS = 2.0  # seconds
MOST = 500  # parts

Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    made_at: float
    body: bytes
    tag: str


_kept: dict[Key, _Part] = {}
_making: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def part(key: Key, make: Callable[[], str]) -> Response:
    """The part under this key, which names all that it depends on but the language; made if it is older than two
    seconds. Only one thread makes it, the others wait for it."""
    key = (*key, str(get_locale() or "en"))
    found = _fresh(key)
    if found is None:
        with _lock:
            mine = _making.setdefault(key, threading.Lock())
        with mine:
            found = _fresh(key)
            if found is None:
                body = make().encode()
                found = _Part(time.monotonic(), body, hashlib.blake2b(body, digest_size=12).hexdigest())
                with _lock:
                    if len(_kept) >= MOST:
                        _kept.clear()
                        _making.clear()
                    _kept[key] = found
    answer = Response(found.body, mimetype="text/plain")  # a part is no page, and is opened as none
    answer.set_etag(found.tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


def forget() -> None:
    """Keep nothing of what was kept."""
    with _lock:
        _kept.clear()


def _fresh(key: Key) -> _Part | None:
    found = _kept.get(key)
    return found if found is not None and time.monotonic() - found.made_at < LASTS else None

"""“Not modified” for feeds, said before anything else of the application is asked.

Calendar programs ask for the same feed every hour for weeks, and it has nearly never changed. A view that gives
a feed leaves a proof behind (`remember`); while the proof holds, a reader who names the feed's tag is answered
here, for one or two small queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, request

from expo.core import clock
from expo.core.bounded import Shelf

MOST_BYTES = 24_000_000
_MARK = "expo.feed_proofs"
# Of the body that is not sent (RFC 9110, 15.4.5).
_OF_THE_BODY = ("content-", "last-modified")

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


class Proof(Protocol):
    """What was looked at before a feed was made."""

    def holds(self) -> bool:
        """Whether the feed would be the same now. Cheap."""

    def asked_for(self, user_agent: str) -> None:
        """Told of each answer. Cheap."""


def remember(proof: Proof) -> None:
    """Let the answer that is being made be confirmed as long as the proof holds."""
    request.environ.get(_MARK, []).append(proof)


@dataclass(frozen=True, slots=True)
class _Known:
    tag: str
    proof: Proof
    headers: Headers


class Unchanged:
    """Stands in front of the application. Bounded in bytes; what was asked for longest ago goes first."""

    def __init__(self, app: Flask) -> None:
        self._app, self._inner = app, app.wsgi_app
        self._known: Shelf[tuple[str, ...], _Known] = Shelf(
            MOST_BYTES, lambda known: 1_000 + sum(len(value) for _name, value in known.headers)
        )

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if "/feeds/" not in environ.get("PATH_INFO", "") or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._inner(environ, start_response)
        asked = _asked(environ)
        known = self._known.get(asked) if "HTTP_IF_NONE_MATCH" in environ else None
        by = environ.get("HTTP_USER_AGENT", "")
        if known is not None and known.tag in environ["HTTP_IF_NONE_MATCH"] and self._holds(known.proof, by):
            start_response("304 NOT MODIFIED", list(known.headers))
            return ()

        proofs: list[Proof] = []

        def start(status: str, headers: Headers, *fault: Any) -> Any:
            if proofs and status[:3] in ("200", "304"):
                kept = [pair for pair in headers if not pair[0].lower().startswith(_OF_THE_BODY)]
                self._known.put(asked, _Known(dict(headers)["ETag"], proofs[0], kept))
            return start_response(status, headers, *fault)

        # A list, because whoever stands in between may copy what is around it.
        return self._inner({**environ, _MARK: proofs}, start)

    def forget(self) -> None:
        """Know nothing any more."""
        self._known.clear()

    def _holds(self, proof: Proof, by: str) -> bool:
        with self._app.app_context():
            clock.refresh()
            holds = proof.holds()
            if holds:
                proof.asked_for(by)
            return holds


def init_app(app: Flask) -> None:
    """Put it in front of the application."""
    app.extensions["unchanged"] = app.wsgi_app = Unchanged(app)  # type: ignore[method-assign]


def _asked(environ: dict[str, Any]) -> tuple[str, ...]:
    """What tells one answer from another."""
    names = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "PATH_INFO", "QUERY_STRING")
    return (*(environ.get(name, "") for name in names), environ.get("HTTP_ACCEPT_ENCODING", "")[:200])

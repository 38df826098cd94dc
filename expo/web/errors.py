"""Every no and every fault as a page (or as problem+json under /api/): what happened, and what to do next."""

from __future__ import annotations

import logging
from http import HTTPStatus

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from expo.core.db import DatabaseBusy, NoConnection
from expo.core.logged import request_id
from expo.core.refusals import Refusal, TooOften

from .measured import REFUSALS

log = logging.getLogger(__name__)
BUSY_RETRY_SECONDS = 2


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(DatabaseBusy, on_busy)
    app.register_error_handler(NoConnection, on_busy)
    app.register_error_handler(Exception, on_fault)


def on_refusal(refusal: Refusal) -> ResponseReturnValue:
    """A rule said no."""
    REFUSALS.labels(refusal.code).inc()
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooOften) else {}
    if _is_api():
        return problem(refusal.status, refusal.message, refusal.code, headers)
    status = refusal.status if refusal.status in (403, 404, 410, 429) else 409
    return _page(f"errors/{status}.html", refusal.status, headers, refusal=refusal)


def on_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    if _is_api():
        return problem(status, error.description or "", HTTPStatus(status).phrase.lower().replace(" ", "_"))
    if status >= 500:
        return _bare_page(500, status, {})
    known = status if status in (403, 404, 410, 429) else 400
    return _page(f"errors/{known}.html", status, {}, refusal=None)


def on_busy(error: DatabaseBusy | NoConnection) -> ResponseReturnValue:
    """The database is locked or gone: nothing was saved, and a moment later it may go."""
    log.warning("database busy: %s", getattr(error, "orig", error))
    headers = {"Retry-After": str(BUSY_RETRY_SECONDS)}
    if _is_api():
        return problem(503, "The database is busy. Nothing was saved; try again.", "busy", headers)
    return _bare_page(503, 503, headers)


def on_fault(error: Exception) -> ResponseReturnValue:
    """A fault of ours. Logged with its trace; the page says that nothing of theirs was lost."""
    log.exception("fault in %s %s", request.method, request.endpoint)
    if _is_api():
        return problem(500, "Something broke on our side.", "fault")
    return _bare_page(500, 500, {})


def problem(status: int, detail: str, code: str, headers: dict[str, str] | None = None) -> Response:
    """An answer after RFC 9457."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return Response(orjson.dumps(body), status, headers or {}, mimetype="application/problem+json")


def _page(template: str, status: int, headers: dict[str, str], **facts: object) -> Response:
    return Response(render_template(template, **facts), status, headers)


def _bare_page(number: int, status: int, headers: dict[str, str]) -> Response:
    """A page that asks the database for nothing, not even who is reading: it may be what broke."""
    template = current_app.jinja_env.get_template(f"errors/{number}.html")
    return Response(template.render(request_id=request_id.get()), status, headers, mimetype="text/html")


def _is_api() -> bool:
    return request.path.startswith("/api/")

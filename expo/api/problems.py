"""Answers that say no, after RFC 9457: problem+json with a `code` for programs and a `detail` for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from expo.core.refusals import Refusal, TooOften


class Problem(Exception):
    """Something about the request itself cannot be used. `facts` stand in the answer beside the rest."""

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.facts = facts


def speak(blueprint: Blueprint) -> None:
    """Let every no of this part of the API be a problem: of the request, of a rule, of the web server itself."""
    blueprint.register_error_handler(Problem, of_problem)
    blueprint.register_error_handler(Refusal, of_refusal)
    blueprint.register_error_handler(HTTPException, of_http)


def of_http(error: HTTPException) -> Response:
    """What the web server itself refuses."""
    code = error.code or 500
    return _answer(code, _CODES.get(code, "bad_request"), error.description or "", {})


_CODES = {404: "not_found", 405: "not_allowed", 413: "too_large", 500: "broken"}


def of_problem(problem: Problem) -> Response:
    """The answer to a request that cannot be used."""
    return _answer(problem.status, problem.code, problem.detail, problem.facts)


def of_refusal(refusal: Refusal) -> Response:
    """The answer where a rule said no."""
    field = getattr(refusal, "field", None)
    answer = _answer(refusal.status, refusal.code, refusal.message, {"field": field} if field else {})
    if isinstance(refusal, TooOften):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _answer(status: int, code: str, detail: str, facts: dict[str, Any]) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **facts,
    }
    answer = Response(orjson.dumps(body), status, mimetype="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer

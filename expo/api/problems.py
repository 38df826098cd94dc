"""Answers that say no, after RFC 9457: problem+json with a `code` for programs and a `detail` for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response

from expo.core.refusals import Refusal, TooOften


class Problem(Exception):
    """Something about the request itself cannot be used. `facts` stand in the answer beside the rest."""

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.facts = facts


def of_problem(problem: Problem) -> Response:
    """The answer to a request that cannot be used."""
    return _answer(problem.status, problem.code, problem.detail, problem.facts)


def of_refusal(refusal: Refusal) -> Response:
    """The answer where a rule said no."""
    answer = _answer(refusal.status, refusal.code, refusal.message, {})
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

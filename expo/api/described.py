"""What the API says of itself: each view carries its description, and openapi.json is made of them.

OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0); schemas are JSON Schema 2020-12.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from werkzeug.routing import Rule

from . import shapes
from .shapes import Schema

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Described:
    """One deed of the API. `scope` is the one that a key needs; `open_to_all` where it also answers without a key,
    and tells more with one; `device` where scanners ask with their own token."""

    summary: str
    answer: Schema | None
    query: tuple[shapes.Parameter, ...] = ()
    body: Schema | None = None
    scope: str = ""
    open_to_all: bool = False
    device: bool = False
    status: int = 200
    media: str = "application/json"
    once: bool = False


def described(summary: str, answer: Schema | None = None, **more: Any) -> Callable[[View], View]:
    """Say what a view is for, what it is asked with and what it answers."""

    def keep(view: View) -> View:
        view.described = Described(summary, answer, **more)  # type: ignore[attr-defined]
        return view

    return keep


def document(app: Flask) -> dict[str, Any]:
    """The whole description, by path and method in their order."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, told in deeds(app):
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method.lower()] = _operation(rule, method, told)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Expo",
            "version": "1",
            "description": (
                "One programme, one badge, many conferences. What is released and public needs no key. "
                "Times are RFC 3339 with offset, money is in minor units, ids are opaque strings."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": shapes.COMPONENTS,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key: `expo token create`."},
                "device": {"type": "http", "scheme": "bearer", "description": "A paired scanner's token."},
            },
        },
    }


def deeds(app: Flask) -> Iterator[tuple[Rule, str, Described]]:
    """All that the API does. A view without a description is left out; a test finds it."""
    for rule in app.url_map.iter_rules():
        told = getattr(app.view_functions[rule.endpoint], "described", None)
        if rule.rule.startswith(PREFIX) and told is not None:
            for method in METHODS:
                if method in (rule.methods or ()):
                    yield rule, method, told


def _operation(rule: Rule, method: str, told: Described) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{rule.endpoint.removeprefix('api_')}.{method.lower()}",
        "summary": told.summary,
        "tags": [rule.endpoint.partition(".")[0].removeprefix("api_")],
        "parameters": [_in_path(name) for name in sorted(rule.arguments)]
        + [each.told() for each in told.query]
        + ([shapes.IDEMPOTENCY_KEY.told()] if told.once else []),
        "responses": _responses(told),
    }
    if told.scope:
        operation["security"] = [{"key": [told.scope]}, *([{}] if told.open_to_all else [])]
        operation["description"] = f"Scope: `{told.scope}`" + (
            ", which is optional." if told.open_to_all else "."
        )
    if told.device:
        operation["security"] = [{"device": []}]
    if told.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": told.body}}}
    return operation


def _responses(told: Described) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done." if told.status == 204 else "The answer."}
    if told.answer is not None:
        good["content"] = {told.media: {"schema": told.answer}}
    unchanged = {"304": {"description": "Unchanged."}} if told.open_to_all or not told.scope else {}
    return {
        str(told.status): good,
        **unchanged,
        "default": {
            "description": "A problem (RFC 9457): `code` for programs, `detail` for people.",
            "content": {"application/problem+json": {"schema": shapes.ref("Problem")}},
        },
    }


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": shapes.TEXT}

"""The form of every answer that reads: JSON, in lists by cursor, unchanged ones without a body."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from flask import Response, g, request

from expo.core.money import Money
from expo.expos.models import Expo

from . import reading
from .problems import Problem

MOST, USUAL = 200, 100  # rows in one answer
T = TypeVar("T")


def this_expo() -> Expo:
    """The expo of the address; one that is unknown is answered with 404 before any view."""
    found: Expo = g.expo
    return found


def told(content: Any, status: int = 200) -> Response:
    """For whoever asks, and nobody else: no cache keeps it."""
    answer = Response(orjson.dumps(content), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def public(content: Any, *, shared: bool = True) -> Response:
    """What everybody may read, with a tag (RFC 9110, 8.8.3); not `shared` where it was told to one person."""
    answer = Response(orjson.dumps(content), mimetype="application/json")
    answer.headers["Vary"] = "Authorization, Accept-Language"
    if not shared:
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """A thing in a list. Lists stand in the order of their keys, which no two rows share."""

    key: str
    thing: T
    changed_at: datetime | None = None


def listed(
    name: str, rows: Iterable[Row[T]], shape: Callable[[list[T]], list[dict[str, Any]]]
) -> dict[str, Any]:
    """One part of a list, as `?limit=`, `?cursor=` and `?modified_since=` ask: `{name: […], total, next}`.

    `total` counts all that are asked for, `next` is the cursor that leads on, null at the end. `shape` makes all
    things of the part at once, so that it can ask for what belongs to them in one query. Raises Problem.
    """
    limit, after, since = _limit(), _after(), _since()
    every = sorted(rows, key=lambda row: row.key)
    if since is not None:
        every = [row for row in every if row.changed_at is None or row.changed_at >= since]
    rest = [row for row in every if row.key > after]
    shown = rest[:limit]
    return {
        name: shape([row.thing for row in shown]),
        "total": len(every),
        "next": _cursor(shown[-1].key) if len(rest) > limit else None,
    }


def _limit() -> int:
    text = request.args.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST):
        raise Problem(422, "bad_input", f"limit is a whole number from 1 to {MOST}.", field="limit")
    return int(text)


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _after() -> str:
    text = request.args.get("cursor", "")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise Problem(422, "bad_input", "cursor is the next of an answer.", field="cursor") from fault


def _since() -> datetime | None:
    text = request.args.get("modified_since", "")
    return reading.moment({"modified_since": text.replace(" ", "+")}, "modified_since") if text else None


def money(amount: Money) -> dict[str, Any]:
    """`{"amount": 49500, "currency": "SEK"}`, in minor units."""
    return {"amount": amount.minor, "currency": amount.currency}


def moment(at: datetime | None) -> str | None:
    """RFC 3339, as the expo's clocks show it."""
    return at.astimezone(this_expo().zone).isoformat(timespec="seconds") if at else None


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC to the microsecond: fit for `modified_since`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

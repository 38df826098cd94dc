"""Requests that change something: who asks, with which rights, and once for each Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from flask import request

from expo.accounts.models import ApiToken
from expo.core import idempotency, limits
from expo.programme import teams
from expo.programme.teams import Rights

from . import reading
from .answers import this_expo
from .keys import visitor_of

MOST_BYTES = 256 * 1024


def rights_of(key: ApiToken) -> Rights:
    """What the account behind the key may do in this expo."""
    return teams.rights(visitor_of(key), this_expo().id)


def body_of(key: ApiToken) -> dict[str, Any]:
    """The request's JSON, from a key that has not asked too often. Raises Problem, TooOften."""
    limits.count("api_writes", str(key.id), most=20_000, within=timedelta(minutes=15))
    return reading.body(most_bytes=MOST_BYTES)


def once(
    key: ApiToken, kind: str, body: dict[str, Any], work: Callable[[], Any], status: int = 201
) -> tuple[Any, int]:
    """Do the work; what it gives, and the status. With an Idempotency-Key, the same request again gives the same."""
    sent = request.headers.get("Idempotency-Key", "")
    if not sent:
        return work(), status
    given, answer = idempotency.once(
        scope=f"{kind}:{this_expo().id}:{key.id}",
        key=sent,
        asked=orjson.dumps(body),
        work=lambda: (status, orjson.dumps(work()).decode()),
    )
    return orjson.loads(answer), given

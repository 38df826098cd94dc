"""JSON from strangers, read into typed values. What cannot be meant is named, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import request

from .problems import Problem

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"[0-9]{1,10}")
MOST_ID = 2**31 - 1
_MISSING = object()


def body(*, most_bytes: int) -> dict[str, Any]:
    """The request's JSON object. Raises Problem: 413, 400 or 422."""
    if (request.content_length or 0) > most_bytes:
        raise Problem(413, "too_large", f"Send {most_bytes} bytes at most.")
    try:
        read = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as fault:
        raise Problem(400, "bad_json", f"The body is not JSON: {fault.msg}.") from fault
    if not isinstance(read, dict):
        raise Problem(422, "bad_input", "The body must be a JSON object.")
    return read


def bad(field: str, detail: str) -> Problem:
    """A field that cannot be used."""
    return Problem(422, "bad_input", f"{field}: {detail}", field=field)


def text(
    of: Mapping[str, Any],
    field: str,
    *,
    most: int,
    least: int = 1,
    default: Any = _MISSING,
    kept: bool = True,
) -> Any:
    """A string of so many characters; without NUL if it will be kept, for PostgreSQL keeps none."""
    value = of.get(field, default)
    if value is default and default is not _MISSING:
        return value
    if not isinstance(value, str):
        raise bad(field, "must be a string.")
    if not least <= len(value) <= most:
        raise bad(field, f"must have {least} to {most} characters.")
    if kept and "\0" in value:
        raise bad(field, "must not contain NUL.")
    return value


def email(of: Mapping[str, Any]) -> str:
    """The address that stands at `email`."""
    found: str = text(of, "email", most=254, least=3)
    if "@" not in found.strip("@ ") or any(sign.isspace() or not sign.isprintable() for sign in found):
        raise bad("email", "is not an e-mail address.")
    return found


def flag(of: Mapping[str, Any], field: str) -> bool:
    value = of.get(field, False)
    if not isinstance(value, bool):
        raise bad(field, "must be true or false.")
    return value


def whole(of: Mapping[str, Any], field: str, *, least: int, most: int, default: int) -> int:
    value = of.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad(field, "must be a whole number.")
    if not least <= value <= most:
        raise bad(field, f"must be between {least} and {most}.")
    return value


def many(of: Mapping[str, Any], field: str, kind: type[str] | type[int], *, most: int) -> tuple[Any, ...]:
    """A list of so many short texts or whole numbers at most."""
    value = of.get(field)
    if not isinstance(value, list) or len(value) > most:
        raise bad(field, f"must be a list of {most} at most.")
    if not all(isinstance(each, kind) and not isinstance(each, bool) for each in value):
        raise bad(field, "must hold texts." if kind is str else "must hold whole numbers.")
    if kind is str and not all(0 < len(each) <= 40 and "\0" not in each for each in value):
        raise bad(field, "holds texts of 1 to 40 characters.")
    return tuple(value)


def moment(of: Mapping[str, Any], field: str) -> datetime:
    """An RFC 3339 time. One without offset is refused: it would mean another moment elsewhere."""
    value = text(of, field, most=40)
    if not _RFC_3339.fullmatch(value):
        raise bad(field, "must be a time with offset (RFC 3339), like 2022-05-31T10:41:00+02:00.")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise bad(field, "is not a time that exists.") from fault


def uuid(of: Mapping[str, Any], field: str) -> str:
    """A UUID in its usual form, in lower case."""
    value = text(of, field, most=36)
    if not _UUID.fullmatch(value):
        raise bad(field, "must be a UUID.")
    return str(value).lower()


def number_of(of: Mapping[str, Any], field: str) -> int | None:
    """The number behind an opaque id; None for one that cannot be ours."""
    value = of.get(field, _MISSING)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise bad(field, "must be an id.")
    if not _NUMBER.fullmatch(value) or int(value) > MOST_ID:
        return None
    return int(value)


def words(of: Mapping[str, Any], field: str, *names: str, most: int = 200) -> dict[str, str] | None:
    """An object of short texts, of which only the known names are kept; None when it is left out."""
    value = of.get(field)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad(field, "must be an object.")
    kept = {}
    for name in names:
        if value.get(name) is not None:
            if isinstance(value[name], int):
                kept[name] = str(value[name])[:most]
            else:
                kept[name] = text(value, name, most=most, least=0)
    return kept


def version(body: dict[str, Any]) -> int | None:
    """The version that the body was made of; None where it does not say."""
    return whole(body, "version", least=1, most=2**31 - 1, default=1) if "version" in body else None

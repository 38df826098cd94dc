"""Addresses within the application, made once: a page has dozens of them, and most stand on every page."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from flask import Flask, g, has_request_context, request
from flask import url_for as make

MOST = 4096
_PLAIN = (str, int, type(None))  # equal ones of these make equal addresses; True and 1 would not

_made: OrderedDict[tuple[object, ...], str] = OrderedDict()


def init_app(app: Flask) -> None:
    """Let templates find addresses here."""
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's. Kept under all that such an address is made of: where the application stands, the expo, and the
    values. Those that depend on the request in other ways (whole ones, those beside its view) are made each time."""
    special = endpoint.startswith(".") or any(name.startswith("_") for name in values)
    plain = all(type(value) in _PLAIN for value in values.values())
    if special or not plain or not has_request_context():
        return make(endpoint, **values)
    expo = getattr(g, "expo", None)
    key = (request.root_path, expo and expo.slug, endpoint, *values.items())
    address = _made.get(key)
    if address is None:
        address = _made[key] = make(endpoint, **values)
        while len(_made) > MOST:
            _made.popitem(last=False)
    return address

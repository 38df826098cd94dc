"""Upward news. A low room never calls a higher one: it tells, and higher rooms listen.

Listeners run at once, inside the teller's transaction; a listener's refusal undoes all. `app.py` wires them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from .db import in_transaction

_listeners: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def listen(kind: type, listener: Callable[[Any], None]) -> None:
    """Call the listener whenever news of this kind is told. Listening twice is listening once."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def tell(message: object) -> None:
    """Tell everybody who listens, in the order in which they began to."""
    if not in_transaction():
        raise RuntimeError(f"{type(message).__name__} told outside a transaction")
    for listener in _listeners[type(message)]:
        listener(message)

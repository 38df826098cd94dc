"""Who holds places: each room that takes some says once how to count them, and one check holds all pools against it."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

# A select of two columns: the pool, and so many places that are held in it. Pools may come more than once.
Held = Callable[[], sa.Select[int, int]]

_holders: dict[str, Held] = {}


def holder(function: Held) -> Held:
    """Mark a function that counts what its room holds."""
    _holders[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def holders() -> list[Held]:
    return list(_holders.values())

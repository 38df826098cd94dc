"""What the capacity room tells those above it, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlacesFreed:
    """There is room in these pools that was not there before."""

    pool_ids: frozenset[int]

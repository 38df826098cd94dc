"""What the publishing room tells those above it, inside the transaction of the release."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReleasePublished:
    """A release is out. The ids are of occurrences that people may have booked."""

    release_id: int
    expo_id: int
    moved: tuple[int, ...]
    cancelled: tuple[int, ...]

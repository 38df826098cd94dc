"""What the badge room tells those above it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadgeChanged:
    """A badge was issued, replaced or revoked."""

    badge_id: int

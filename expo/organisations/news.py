"""What the room of organisations tells those above it, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganisationsMerged:
    """Two rows were the same body. What points to the gone one points to the kept one from now on."""

    kept_id: int
    gone_id: int

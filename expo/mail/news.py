"""What the mail room tells those above it, inside the transaction that queues a letter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetterQueued:
    """A letter waits. `codes` are those of the registrations that it tells of."""

    letter_id: int
    expo_id: int | None
    codes: tuple[str, ...]

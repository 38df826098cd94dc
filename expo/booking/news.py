"""What the booking room tells those above it, and its own rooms, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from .models import BookingState


@dataclass(frozen=True, slots=True)
class ClashesFound:
    """Because of this release these facts (ids of BookingClash) are new: seats of one person that clash."""

    release_id: int
    expo_id: int
    clash_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeatsEnded:
    """A booking, an offer or a place on a waiting list has ended, as what."""

    booking_id: int
    person_id: int
    occurrence_id: int
    state: BookingState

"""What people are told about their seats, in their own language."""

from __future__ import annotations

from typing import Any

from expo.accounts.models import Person
from expo.mail import outbox

from .slots import Slot


def write(kind: str, person: Person, slot: Slot, **facts: Any) -> None:
    """Queue a letter about this occurrence; nobody without an address is written to."""
    if not person.email:
        return
    outbox.queue(
        kind,
        to=person.email,
        language=person.language,
        expo_id=person.expo_id,
        name=person.name,
        title=slot.title_in(person.language),
        starts=slot.starts_at,
        ends=slot.ends_at,
        zone=slot.time_zone,
        room=slot.room_name,
        venue=slot.venue.name,
        meeting_point=slot.meeting_point,
        code=slot.code,
        **facts,
    )

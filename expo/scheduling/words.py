"""The fixed words of a timetable's rules."""

from __future__ import annotations

import enum


class ClashRule(enum.StrEnum):
    """What cannot both be, or cannot be there. Each stands in one class of rules_*.py."""

    ROOM = "room"
    PERSON = "person"
    RESERVED = "reserved"
    BREAK = "break"
    BLOCKER = "blocker"
    HOURS = "hours"
    TURNAROUND = "turnaround"
    AVAILABILITY = "availability"
    TRAVEL = "travel"
    CAPACITY = "capacity"
    STEP_FREE = "step_free"
    LANGUAGE = "language"
    BACK_TO_BACK = "back_to_back"
    PER_DAY = "per_day"
    ORDER = "order"
    PLENARY = "plenary"
    AUDIENCE = "audience"


class Level(enum.StrEnum):
    """What a clash does, from mild to strict."""

    OFF = "off"
    WARN = "warn"
    RELEASE = "release"  # it may be saved, and is not published
    BLOCK = "block"  # it is not saved


STRICTNESS = {level: number for number, level in enumerate(Level)}


class BlockKind(enum.StrEnum):
    """What a room is held for."""

    RESERVED = "reserved"  # for the sessions of one conference
    SET_UP = "set_up"
    DELIVERY = "delivery"
    CLOSED = "closed"


# In which nobody's session takes place.
FOR_NOBODY = (BlockKind.SET_UP, BlockKind.DELIVERY, BlockKind.CLOSED)

"""What every page of one part of the programme shows: its sessions, each once, at its next time."""

from __future__ import annotations

from dataclasses import dataclass, field

from expo.publishing.items import Item

from .programme import once, rows_by_day
from .rows import Rows
from .viewer import viewer

MOST_AHEAD = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A line that leads to something of the same scope, or beside it."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """Lines under a heading."""

    heading: str
    lines: list[Part] = field(default_factory=list)


def what_is_on(items: list[Item], *, home: str | None = None, most: int = MOST_AHEAD) -> dict[str, object]:
    """The sessions to come, each once, and how many there are in all. `home` is the zone that need not be named."""
    ahead, past = once(items, viewer().now)
    rows = Rows(home)
    return {
        "ahead": rows_by_day(rows, ahead[:most]),
        "past": rows_by_day(rows, past[:most]),
        "sessions": len(ahead) + len(past),
        "more": max(0, len(ahead) - most),
    }

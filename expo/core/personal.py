"""What a room keeps of a person, said beside the room that keeps it: how it is told them, and how it goes.

My data, the data-protection desk and erasure ask all rooms through here; a room that keeps something new says so
with `keeps` in its own `personal.py`. Rule 12 holds only if every room does, so a test searches the whole database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ERASED = "[erased]"  # stands where a name stood


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data is meant. `email` is None where they gave none, or where somebody else of the expo has it too:
    then it is not theirs alone, and what is found by it is not theirs for sure. What is sealed is opened for the
    person themselves (`opens_sealed`), not for whoever hands their data out."""

    person_id: int
    expo_id: int
    name: str
    email: str | None
    opens_sealed: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One room's part. `tell` gives what can be written as JSON, `erase` acts inside a transaction, `stays` says in
    the reader's language what law or other people's rights keep, and why; `files` are what they handed in, by name."""

    name: str
    order: int
    tell: Callable[[Subject], Any]
    erase: Callable[[Subject], None] | None
    stays: Callable[[Subject], list[str]] | None
    files: Callable[[Subject], dict[str, bytes]] | None = None


_parts: dict[str, Part] = {}


def keeps(
    name: str,
    *,
    tell: Callable[[Subject], Any],
    erase: Callable[[Subject], None] | None = None,
    stays: Callable[[Subject], list[str]] | None = None,
    files: Callable[[Subject], dict[str, bytes]] | None = None,
    order: int = 50,
) -> None:
    """Say what a room keeps. Erasure goes by `order`: first what ends (registrations), last the person's own row."""
    _parts[name] = Part(name, order, tell, erase, stays, files)


def parts() -> list[Part]:
    """All of them, in the order of erasure."""
    return sorted(_parts.values(), key=lambda part: (part.order, part.name))

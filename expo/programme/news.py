"""What the programme tells those above it, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConferenceDaysChanged:
    """A conference has other dates, closed days or another time zone: what its tickets open changes too."""

    conference_id: int


@dataclass(frozen=True, slots=True)
class SessionsScheduled:
    """These sessions, their times or who appears in them changed. `keep` is why what clashes shall stay, if so."""

    expo_id: int
    session_ids: tuple[int, ...]
    keep: str = ""


@dataclass(frozen=True, slots=True)
class PlacesChanged:
    """A venue or room is not what it was: it holds less, or is open otherwise."""

    expo_id: int


@dataclass(frozen=True, slots=True)
class RoleCounted:
    """A role counts in clashes from now on: who has it is in one place at a time."""

    expo_id: int


@dataclass(frozen=True, slots=True)
class OccurrencesGoing:
    """These times are about to be taken away for good: whatever hangs on them alone goes too."""

    occurrence_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SessionGoing:
    """This session is about to be taken away for good; its times are gone."""

    expo_id: int
    session_id: int


@dataclass(frozen=True, slots=True)
class TermsChanged:
    """How seats of a kind of session, or of one occurrence, are booked has changed."""

    expo_id: int
    type_id: int | None
    occurrence_id: int | None


@dataclass(frozen=True, slots=True)
class FilesGone:
    """These files of these sessions are erased: whatever was released names them no more."""

    session_ids: frozenset[int]
    file_ids: frozenset[int]

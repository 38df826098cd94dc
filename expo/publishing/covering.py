"""What a release covers: which differences, and how that is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from expo.programme import queries as programme
from expo.programme.models import Conference, Session

from . import breaks, changes, differences
from .breaks import BreakDifference
from .differences import Difference
from .models import Scope


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that a release of a scope would change."""

    sessions: list[Difference]
    breaks: list[BreakDifference]

    def __bool__(self) -> bool:
        return bool(self.sessions or self.breaks)

    def told(self) -> list[changes.Change]:
        """The changes as the list of a release keeps them."""
        return changes.told(self.sessions) + breaks.told(self.breaks)

    def digest(self) -> str:
        """What tells these changes from any others."""
        return differences.digest(self.sessions, breaks.digest(self.breaks))

    def conferences(self) -> list[Conference]:
        """Whose they are."""
        own = {one.session.conference_id: one.session.conference for one in self.sessions}
        own |= {one.pause.conference.id: one.pause.conference for one in self.breaks if one.pause.conference}
        return list(own.values())


@dataclass(frozen=True, slots=True)
class Covered:
    """A scope with its name, and what tells its differences from others."""

    kind: Scope
    key: str
    conference_id: int | None = None
    session_ids: tuple[int, ...] | None = None
    day: date | None = None
    break_ids: frozenset[int] = frozenset()  # beside sessions that are named

    def waiting(self, expo_id: int) -> Waiting:
        """What a release of it would change now."""
        if self.session_ids is not None:
            return waiting(expo_id, session_ids=self.session_ids, break_ids=self.break_ids)
        conference_ids = None if self.conference_id is None else [self.conference_id]
        return waiting(expo_id, conference_ids=conference_ids, day=self.day)


def waiting(
    expo_id: int,
    *,
    conference_ids: Collection[int] | None = None,
    session_ids: Collection[int] | None = None,
    day: date | None = None,
    break_ids: Collection[int] = (),
) -> Waiting:
    """What a release would change in the expo, in these conferences or in these sessions; on one day of it."""
    found = differences.find(expo_id, conference_ids=conference_ids, session_ids=session_ids, day=day)
    if session_ids is None:
        return Waiting(found, breaks.differences(expo_id, conference_ids, day))
    named = breaks.differences(expo_id) if break_ids else []
    return Waiting(found, [one for one in named if one.pause.id in break_ids])


def scope_of(
    *,
    conference: Conference | None = None,
    session: Session | None = None,
    day: date | None = None,
    session_ids: Collection[int] | None = None,
    break_ids: Collection[int] = (),
) -> Covered:
    """The expo, where nothing is named."""
    if session is not None:
        return Covered(Scope.SESSION, session.code, session_ids=(session.id,))
    if session_ids is not None:
        return Covered(
            Scope.SEVERAL, "", session_ids=tuple(sorted(session_ids)), break_ids=frozenset(break_ids)
        )
    conference_id = conference.id if conference else None
    slug = conference.slug if conference else ""
    if day is not None:
        key = f"{slug}/{day.isoformat()}" if slug else day.isoformat()
        return Covered(Scope.DAY, key, conference_id, day=day)
    return Covered(Scope.CONFERENCE if conference else Scope.EXPO, slug, conference_id)


def read(expo_id: int, kind: Scope, key: str) -> Covered | None:
    """A scope out of how it was written down; None where it is no more."""
    conference = session = day = None
    if kind is Scope.SESSION:
        session = programme.session(expo_id, key)
    elif kind is Scope.CONFERENCE:
        conference = programme.conference(expo_id, key)
    elif kind is Scope.DAY:
        slug, _slash, written = key.rpartition("/")
        conference = programme.conference(expo_id, slug) if slug else None
        day = date.fromisoformat(written)
        if slug and conference is None:
            return None
    gone = (kind is Scope.SESSION and session is None) or (kind is Scope.CONFERENCE and conference is None)
    return (
        None if gone or kind is Scope.SEVERAL else scope_of(conference=conference, session=session, day=day)
    )

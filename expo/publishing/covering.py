"""What a release covers: which differences, and how that is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from expo.programme import queries as programme
from expo.programme.models import Conference, Session

from . import differences
from .differences import Difference
from .models import Scope


@dataclass(frozen=True, slots=True)
class Covered:
    """A scope with its name, and what tells its differences from others."""

    kind: Scope
    key: str
    conference_id: int | None = None
    session_ids: tuple[int, ...] | None = None
    day: date | None = None

    def differences(self, expo_id: int) -> list[Difference]:
        """What a release of it would change now."""
        return differences.find(
            expo_id,
            conference_ids=None if self.conference_id is None else [self.conference_id],
            session_ids=self.session_ids,
            day=self.day,
        )


def scope_of(
    *,
    conference: Conference | None = None,
    session: Session | None = None,
    day: date | None = None,
    session_ids: Collection[int] | None = None,
) -> Covered:
    """The expo, where nothing is named."""
    if session is not None:
        return Covered(Scope.SESSION, session.code, session_ids=(session.id,))
    if session_ids is not None:
        return Covered(Scope.SEVERAL, "", session_ids=tuple(sorted(session_ids)))
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

"""What releases changed, as strangers may know it: of what was listed then and still is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from expo.core.db import db
from expo.programme.models import Conference, Session
from expo.programme.words import LISTED, Visibility, stricter

from .models import Release, SessionVersion

MOST_RELEASES = 100
# Of a session for ticket holders, strangers know these.
_KNOWN_TO_ALL = frozenset({"title", "type_id", "track_id", "cancelled", "tentative"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a release. `told` is as the release told it, without what is for ticket holders."""

    number: int
    at: datetime
    code: str
    told: dict[str, Any]


def changes(expo_id: int) -> Iterator[Change]:
    """The changes of the latest releases, newest first. Two queries."""
    releases = db.session.execute(
        sa.select(Release.id, Release.number, Release.published_at, Release.changes)
        .where(Release.expo_id == expo_id)
        .order_by(Release.number.desc())
        .limit(MOST_RELEASES)
    ).all()
    seen = _Seen.read(expo_id)
    for release_id, number, at, told in releases:
        for change in told:
            if "break" in change:
                continue  # no session: whoever follows changes has nothing to look up
            known = _known(change, seen.at(change["session"], release_id))
            if known is not None:
                yield Change(number, at, str(change.get("occurrence") or change["session"]), known)


@dataclass(frozen=True, slots=True)
class _Span:
    """The visibility that a session's content had from one release until another."""

    visibility: Visibility
    since: int
    until: int | None


class _Seen:
    """Who could see which session when: by its code, the spans of its versions."""

    def __init__(self) -> None:
        self._spans: dict[str, list[_Span]] = {}

    @classmethod
    def read(cls, expo_id: int) -> _Seen:
        seen = cls()
        for code, of_conference, own, since, until in db.session.execute(
            sa.select(
                Session.code,
                Conference.visibility,
                SessionVersion.visibility,
                SessionVersion.release_id,
                SessionVersion.until_release_id,
            )
            .join(Session, SessionVersion.session_id == Session.id)
            .join(Conference, SessionVersion.conference_id == Conference.id)
            .where(SessionVersion.expo_id == expo_id)
        ):
            seen._spans.setdefault(code, []).append(_Span(stricter(of_conference, own), since, until))
        return seen

    def at(self, code: str, release_id: int) -> Visibility:
        """The stricter of what held when this release was out, and what holds now. Later releases have higher ids."""
        spans = self._spans.get(code, ())
        then = [
            span for span in spans if span.since <= release_id and (span.until or release_id + 1) > release_id
        ]
        now = [span for span in spans if span.until is None]
        if not then or not now:
            return Visibility.HIDDEN
        return stricter(then[0].visibility, now[0].visibility)


def _known(change: dict[str, Any], visibility: Visibility) -> dict[str, Any] | None:
    """What strangers may know of a change; None where that is nothing."""
    if visibility is Visibility.PUBLIC:
        return change
    if visibility not in LISTED:
        return None
    placings: dict[str, Any] = {
        name: {key: text for key, text in change[name].items() if key in ("starts_at", "ends_at")}
        for name in ("before", "after")
        if name in change
    }
    fields = [name for name in change.get("fields", ()) if name in _KNOWN_TO_ALL]
    kind = change["kind"]
    nothing = placings.get("before") == placings.get("after") if kind == "moved" else not fields
    if nothing and kind in ("moved", "changed", "text"):
        return None
    return {**change, **placings, "fields": fields}

"""What is not for everybody, for those who are invited: on its own page, among the sessions of its day, in agendas.

Everything else (counts, filters over all days, search, feeds of the programme) stays as strangers have it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from expo.programme.words import Visibility
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.publishing.models import OccurrenceVersion
from expo.web.context import this_expo

from .viewer import Viewer


def session_named(code: str, who: Viewer) -> int | None:
    """The session that answers to this code, if the viewer is invited to it."""
    if not who.invited:
        return None
    found = publishing.session_by_code(this_expo().id, code)
    return found if found is not None and times_of(found, who) else None


def times_of(session_id: int, who: Viewer) -> list[Item]:
    """All times of a session to which the viewer is invited; none of others, nor of what is hidden."""
    if session_id not in who.invited:
        return []
    return _shown(publishing.of_session(this_expo().id, session_id, hidden_too=True))


def ahead(who: Viewer) -> list[Item]:
    """All to which the viewer is invited, that is to come and not booked yet, by start. At most one query."""
    if not who.invited:
        return []
    found = publishing.items(
        this_expo().id, OccurrenceVersion.session_id.in_(sorted(who.invited)), hidden_too=True
    )
    return [
        item
        for item in _shown(found)
        if item.ends_at > who.now and not item.cancelled and item.occurrence_id not in who.booked
    ]


def among(found: list[Item], day: date, who: Viewer) -> list[Item]:
    """These sessions of a day, and those to which the viewer is invited, by start."""
    if not who.invited:
        return found
    mine = publishing.items(
        this_expo().id,
        OccurrenceVersion.session_id.in_(sorted(who.invited)),
        OccurrenceVersion.day == day,
        hidden_too=True,
    )
    theirs = {item.occurrence_id: item for item in _shown(mine)}
    others = [item for item in found if item.occurrence_id not in theirs]
    return sorted([*others, *theirs.values()], key=lambda item: item.starts_at)


def without_theirs(blocks: Iterable[Item], shown: Iterable[Item]) -> list[Item]:
    """Private events but for those that the viewer sees with their names."""
    named = {(item.starts_at, item.ends_at, item.room_id) for item in shown if item.invited}
    return [block for block in blocks if (block.starts_at, block.ends_at, block.room_id) not in named]


def _shown(found: Iterable[Item]) -> list[Item]:
    return [item.for_guest() for item in found if item.visibility is not Visibility.HIDDEN]

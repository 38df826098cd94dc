"""What a release changes, as its list of changes keeps it, and as sentences. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from expo.programme import queries as programme

from .differences import Difference
from .models import OccurrenceVersion

Change = dict[str, Any]

# What people call the columns of a session and of an occurrence.
_WORDS = {
    "conference_id": _l("conference"),
    "parent_id": _l("parent"),
    "title": _l("title"),
    "abstract": _l("abstract"),
    "type_id": _l("type"),
    "track_id": _l("track"),
    "languages": _l("languages"),
    "sdgs": _l("Global Goals"),
    "tags": _l("tags"),
    "visibility": _l("visibility"),
    "admission": _l("admission"),
    "shows_block": _l("private event shown"),
    "instead_of_parent": _l("instead of the whole"),
    "state": _l("state"),
    "people": _l("people"),
    "text_language": _l("language of the text"),
    "titles": _l("title in other languages"),
    "abstracts": _l("abstract in other languages"),
    "machine_made": _l("who translated"),
    "interpretation": _l("interpretation"),
    "content_notes": _l("content notes"),
    "notes": _l("content notes in other languages"),
    "materials": _l("materials"),
    "contributions": _l("contributions"),
    "also_in": _l("conferences it is a guest of"),
    "seats": _l("seats"),
    "tentative": _l("how sure the time is"),
    "cancelled": _l("cancellation"),
    "language": _l("language of the text"),
    "rooms": _l("rooms"),
    "area_id": _l("area"),
}


def told(found: list[Difference]) -> list[Change]:
    """The changes of a release, one for each occurrence, and one for each session whose content alone changed.

    Times carry the offset of the place. Room names are kept as they are now: a release says what was said.
    """
    if not found:
        return []
    rooms = {room.id: room for room in programme.rooms(found[0].session.expo_id)}

    def placing(difference: Difference, values: Any) -> Change:
        room = rooms[values["room_id"]]
        zone = ZoneInfo(room.venue.time_zone or difference.session.conference.time_zone)
        return {
            "starts_at": values["starts_at"].astimezone(zone).isoformat(),
            "ends_at": values["ends_at"].astimezone(zone).isoformat(),
            "room": values["room_id"],
            "room_name": room.name,
        }

    changes: list[Change] = []
    for difference in found:
        session = difference.session
        about: Change = {
            "session": session.code,
            "title": session.title,
            "conference": session.conference.slug,
            "fields": _content_fields(difference),
        }
        for occurrence, values, current in difference.occurrences:
            change = {
                **about,
                "occurrence": occurrence.code,
                "kind": difference.kind_of(values, current),
                "after": placing(difference, values),
            }
            if current is not None:
                before = {name: getattr(current, name) for name in ("starts_at", "ends_at", "room_id")}
                change["before"] = placing(difference, before)
                change["fields"] = about["fields"] + _occurrence_fields(values, current)
            changes.append(change)
        if not difference.occurrences:
            changes.append({**about, "kind": "text"})
    return changes


def word(field: str) -> str:
    """What people call a field of a session or an occurrence."""
    return str(_WORDS[field])


@dataclass(frozen=True, slots=True)
class Said:
    """One change for people: `word` (Moved), what it is about, and the rest of the sentence."""

    kind: str
    word: str
    code: str
    title: str
    what: str


def said(change: Change) -> Said:
    """The change in the reader's language, e.g. Moved · H22-015 Drums · from … to …"""
    kind, after, before = change["kind"], change.get("after"), change.get("before")
    fields = [name for name in change.get("fields", ()) if name in _WORDS]
    words, what = _KINDS[kind], ""
    if kind in ("new", "cancelled") and after:
        what = _when_and_where(after)
    elif kind == "moved" and after and before:
        what = _("from %(before)s to %(after)s", before=_when_and_where(before), after=_when_and_where(after))
    elif kind == "text" and not fields:
        words, what = _KINDS["new"], _("without a time")
    else:
        what = ", ".join(str(_WORDS[name]) for name in dict.fromkeys(fields))
    code = str(_("Break")) if "break" in change else str(change.get("occurrence") or change["session"])
    return Said(kind, str(words), code, str(change["title"]), what)


_KINDS = {
    "new": _l("New"),
    "cancelled": _l("Cancelled"),
    "moved": _l("Moved"),
    "changed": _l("Changed"),
    "text": _l("Changed"),
}


def _when_and_where(placing: Change) -> str:
    starts, ends = (datetime.fromisoformat(placing[name]) for name in ("starts_at", "ends_at"))
    day = format_date(starts, "EEE d MMM", locale=get_locale() or "en").replace(".", "")
    return f"{day} {starts:%H:%M}–{ends:%H:%M}, {placing.get('room_name', '')}".rstrip(", ")


def _content_fields(difference: Difference) -> list[str]:
    if difference.content is None or difference.current is None:
        return []
    return [name for name, value in difference.content.items() if getattr(difference.current, name) != value]


def _occurrence_fields(values: Change, current: OccurrenceVersion) -> list[str]:
    shown_elsewhere = ("starts_at", "ends_at", "room_id", "day")
    return [
        name
        for name, value in values.items()
        if name not in shown_elsewhere and getattr(current, name) != value
    ]

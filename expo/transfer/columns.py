"""Which column of a sheet is what: guessed by its head, corrected by people, and kept for each source."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from expo.core.text import folded


class Kind(enum.StrEnum):
    """What the rows of a sheet are."""

    SESSIONS = "sessions"
    SPEAKERS = "speakers"
    ROOMS = "rooms"
    APPEARANCES = "appearances"  # who appears where


KINDS = {
    Kind.SESSIONS: _l("Sessions"),
    Kind.SPEAKERS: _l("Speakers"),
    Kind.ROOMS: _l("Rooms"),
    Kind.APPEARANCES: _l("Who appears where"),
}
# What a sheet can say: its name here, its label, and the heads (folded) by which it is guessed.
_SESSIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "key": (_l("Id in the other system"), ("id", "guid", "uid", "external id", "key")),
    "code": (_l("Code"), ("code", "kod")),
    "session": (_l("Session (id that its times share)"), ("session", "session code", "session id")),
    "conference": (_l("Conference"), ("conference", "konferens", "event")),
    "title": (_l("Title"), ("title", "titel", "rubrik", "session title", "name")),
    "abstract": (_l("Abstract"), ("abstract", "description", "beskrivning", "sammanfattning", "text")),
    "type": (_l("Type"), ("type", "typ", "format", "session type", "kind")),
    "track": (_l("Track"), ("track", "spar", "theme", "tema", "stream")),
    "day": (_l("Day, where times stand without one"), ("day", "date", "dag", "datum")),
    "starts": (_l("Starts"), ("starts at", "starts", "start", "start time", "begins", "borjar", "from")),
    "ends": (_l("Ends"), ("ends at", "ends", "end", "end time", "slut", "slutar", "to")),
    "minutes": (_l("Minutes"), ("minutes", "duration", "length", "langd", "minuter")),
    "room": (_l("Room"), ("room", "rum", "lokal", "sal", "location")),
    "people": (_l("People"), ("people", "speakers", "speaker", "persons", "personer", "talare", "medverkande")),
    "languages": (_l("Languages"), ("languages", "language", "sprak")),
    "sdgs": (_l("Global Goals"), ("sdgs", "sdg", "goals", "global goals", "globala mal")),
    "tags": (_l("Tags"), ("tags", "tag", "keywords", "taggar", "nyckelord")),
    "seats": (_l("Seats"), ("seats", "capacity", "platser", "antal platser")),
    "visibility": (_l("Who sees it"), ("visibility", "synlighet")),
    "admission": (_l("How one gets in"), ("admission", "booking", "bokning")),
    "state": (_l("State"), ("state", "status")),
    "parent": (_l("Part of"), ("parent", "parent code", "part of")),
}  # fmt: skip
_SPEAKERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "key": (_l("Id in the other system"), ("slug", "id", "key", "external id")),
    "name": (_l("Name"), ("name", "namn", "full name", "speaker")),
    "title": (_l("Title"), ("title", "titel", "role")),
    "organisation": (_l("Organisation"), ("organisation", "organization", "company", "foretag")),
    "city": (_l("City"), ("city", "stad", "ort")),
    "country": (_l("Country"), ("country", "land", "country code")),
    "bio": (_l("About"), ("bio", "biography", "about", "biografi", "om")),
}
_ROOMS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "venue": (_l("Venue"), ("venue", "plats", "building")),
    "name": (_l("Room"), ("room", "name", "rum", "lokal", "sal")),
    "seats": (_l("Capacity"), ("capacity", "seats", "platser", "kapacitet")),
    "text": (_l("Accessibility"), ("accessibility", "tillganglighet")),
}
_APPEARANCES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "session": (_l("Session"), ("session code", "session", "code")),
    "speaker": (_l("Speaker"), ("speaker slug", "speaker", "person", "name")),
    "role": (_l("Role"), ("role", "roll")),
}
FIELDS = {
    Kind.SESSIONS: _SESSIONS,
    Kind.SPEAKERS: _SPEAKERS,
    Kind.ROOMS: _ROOMS,
    Kind.APPEARANCES: _APPEARANCES,
}
NEEDED = {
    Kind.SESSIONS: ("title",),
    Kind.SPEAKERS: ("name",),
    Kind.ROOMS: ("venue", "name", "seats"),
    Kind.APPEARANCES: ("session", "speaker"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose for a source. Without `venue` an unknown room is a fault; `confirm` what is new."""

    kind: Kind = Kind.SESSIONS
    columns: dict[str, str] = field(default_factory=dict)
    venue: str = ""  # in which rooms that nobody knows are made
    capacity: int = 100
    confirm: bool = False

    def kept(self) -> dict[str, Any]:
        """As the database keeps them."""
        return {**asdict(self), "kind": self.kind.value}

    @classmethod
    def of(cls, kept: Any) -> Choices:
        return cls(**{**kept, "kind": Kind(kept["kind"])}) if kept else cls()


def guessed_kind(heads: list[str]) -> Kind:
    """What the rows most likely are."""
    plain = {_plain(head) for head in heads}
    if {"session code", "speaker slug"} <= plain:
        return Kind.APPEARANCES
    if {"venue", "capacity"} <= plain and "title" not in plain:
        return Kind.ROOMS
    if plain & {"bio", "biography", "biografi"}:
        return Kind.SPEAKERS
    return Kind.SESSIONS


def guessed(kind: Kind, heads: list[str]) -> dict[str, str]:
    """The columns whose heads say what they are, each for one field."""
    plain = {_plain(head): head for head in reversed(heads)}
    columns: dict[str, str] = {}
    for name, (_label, known) in FIELDS[kind].items():
        head = next((plain[word] for word in known if word in plain), None)
        if head is not None and head not in columns.values():
            columns[name] = head
    return columns


def _plain(head: str) -> str:
    return folded(head).replace("_", " ").strip()

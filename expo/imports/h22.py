"""The form of the H22 data set (its README names every column), read into what the rooms understand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.organisations.models import Organisation
from expo.programme.drafts import ConferenceDraft, RoomDraft
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.models import Conference, Room, Session, Track, Venue
from expo.programme.texts import LONGEST_NOTE
from expo.programme.words import Admission, Mode, Visibility
from expo.registration.models import Category, TicketType
from expo.registration.tickets import TicketDraft
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker, SpeakerKind

from . import cells, sheets, texts
from .models import Provenance
from .sheets import Fault, Row

EXPO = "h22-city-expo"  # the conference row that is the expo itself, and its open programme
OPEN_TICKET = "Open city pass"

COLUMNS = {
    "sources.csv": "key url supports",
    "conferences.csv": (
        "slug title hosts starts_on ends_on time_zone city venue visibility description parent series"
        " series_number closed_dates mode source source_note"
    ),
    "rooms.csv": "venue room capacity accessibility source",
    "speakers.csv": "slug name title organisation city country bio source",
    "sessions.csv": (
        "conference code title type starts_at ends_at room capacity languages sdgs track visibility abstract"
        " booking parent_code reality source source_note"
    ),
    "session_speakers.csv": "session_code speaker_slug role source",
    "ticket_types.csv": "conference name price_sek vat_rate quota needs_approval audience source",
}
TYPES = ("plenary", "panel", "workshop", "breakout", "concert", "guided tour", "social")
ROLES = (
    *("keynote", "speaker", "panelist", "moderator", "co-moderator", "facilitator", "chair", "rapporteur"),
    *("host", "guide", "guest", "performer"),
)
ADMISSIONS = {
    "none": Admission.OPEN,
    "ticket": Admission.TICKET,
    "required": Admission.SEAT,
    "invitation": Admission.INVITATION,
}
_GROUPS = re.compile(r"\b(band|choir|orchestra|duo|trio|quartet|ensemble|collective|company)$", re.IGNORECASE)
# As what one comes with a ticket: the first words that are found in its name and audience.
_CATEGORIES = (
    ("residents and visitors|wheelchair|anyone", Category.VISITOR),
    ("press|journalist", Category.PRESS),
    ("crew|staff of", Category.STAFF),
    ("speakers? and moderators", Category.SPEAKER),
    ("member state|governments", Category.MEMBER_STATE),
    ("international organisation|accredited organisations", Category.INTERNATIONAL),
    ("civil society|cultural sector", Category.CIVIL_SOCIETY),
    ("student|enrolment|teachers|invited experts", Category.ACADEMIA),
    ("city|cities|mayor|municipalities|delegate", Category.CITY),
    ("professionals|firms|one invoice", Category.COMPANY),
)

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row comes from and how true it is."""

    source: str
    note: str = ""
    reality: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    row: Row
    key: str
    url: str
    supports: str


@dataclass(frozen=True, slots=True)
class ConferenceRow:
    row: Row
    slug: str
    draft: ConferenceDraft
    zone: ZoneInfo | None
    parent: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class RoomRow:
    row: Row
    venue: str
    draft: RoomDraft
    origin: Origin


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    row: Row
    slug: str
    profile: Profile
    origin: Origin


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One time and room of a session; the moments carry the conference's zone."""

    row: Row
    conference: str
    code: str
    title: str
    type: str
    starts: datetime | None
    ends: datetime | None
    room: str
    capacity: int
    languages: tuple[str, ...]
    sdgs: tuple[int, ...]
    track: str
    visibility: Visibility
    abstract: str
    admission: Admission
    parent: str
    origin: Origin
    further: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppearanceRow:
    row: Row
    session: str
    speaker: str
    role: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class TicketRow:
    row: Row
    conference: str
    draft: TicketDraft
    origin: Origin


@dataclass(slots=True)
class DataSet:
    """All files, row by row as they stand there, and everything that is wrong with them."""

    sources: list[SourceRow] = field(default_factory=list)
    conferences: list[ConferenceRow] = field(default_factory=list)
    rooms: list[RoomRow] = field(default_factory=list)
    speakers: list[SpeakerRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    appearances: list[AppearanceRow] = field(default_factory=list)
    tickets: list[TicketRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


Reference = Callable[[str], str]


def read(folder: Path) -> DataSet:
    """Read the folder. References are looked up in the files that could be read."""
    found = DataSet()

    def rows(file: str, make: Callable[[Row], Made]) -> list[Made] | None:
        there = sheets.read(folder, file, tuple(COLUMNS[file].split()), found.faults, texts.FURTHER.get(file))
        return None if there is None else [make(row) for row in there]

    def names(kind: str, of: list[Made] | None, key: Callable[[Made], str]) -> Reference:
        if of is None:
            return str  # that file has its own fault; each reference to it would only repeat it
        return cells.one_of(frozenset(key(each) for each in of), kind)

    sources = rows("sources.csv", _source)
    source = names(_("source"), sources, lambda each: each.key)
    conferences = rows("conferences.csv", lambda row: _conference(row, source))
    conference = names(_("conference"), conferences, lambda each: each.slug)
    zones = {each.slug: each.zone for each in conferences or ()}
    rooms = rows("rooms.csv", lambda row: _room(row, source))
    room = names(_("room"), rooms, lambda each: each.draft.name)
    speakers = rows("speakers.csv", lambda row: _speaker(row, source))
    speaker = names(_("speaker"), speakers, lambda each: each.slug)
    sessions = rows("sessions.csv", lambda row: _session(row, conference, zones, room, source))
    session = names(_("session"), sessions, lambda each: each.code)
    appearances = rows("session_speakers.csv", lambda row: _appearance(row, session, speaker, source))
    tickets = rows("ticket_types.csv", lambda row: _ticket(row, conference, source))
    found.sources, found.conferences, found.rooms = sources or [], conferences or [], rooms or []
    found.speakers, found.sessions = speakers or [], sessions or []
    found.appearances, found.tickets = appearances or [], tickets or []
    return found


def _source(row: Row) -> SourceRow:
    return SourceRow(
        row,
        row.read("key", cells.key(Provenance.key), ""),
        row.read("url", cells.line(Provenance.source), ""),
        row.cells["supports"].strip(),
    )


def _origin(row: Row, source: Reference) -> Origin:
    return Origin(row.read("source", source, ""), row.cells.get("source_note", "").strip())


def _conference(row: Row, source: Reference) -> ConferenceRow:
    zone = row.read("time_zone", cells.time_zone, None)
    hosts = [host.strip() for host in row.cells["hosts"].split(";")]
    draft = ConferenceDraft(
        title=row.read("title", cells.line(Conference.title, needed=True), ""),
        starts_on=row.read("starts_on", cells.day, date.min),
        ends_on=row.read("ends_on", cells.day, date.max),
        time_zone=zone.key if zone else "",
        description=row.read("description", cells.prose, ""),
        closed_dates=row.read("closed_dates", cells.each(cells.day), ()),
        mode=row.read("mode", cells.word(Mode), Mode.ON_SITE),
        city=row.read("city", cells.line(Conference.city), ""),
        place_text=row.read("venue", cells.line(Conference.place_text), ""),
        visibility=row.read("visibility", cells.word(Visibility), Visibility.PUBLIC),
        series=row.read("series", cells.line(Conference.series), ""),
        series_number=row.read("series_number", cells.perhaps(cells.whole(least=1)), None),
        is_open_programme=row.cells["slug"] == EXPO,
        hosts=tuple(dict.fromkeys(host for host in hosts if host)),
    )
    for host in draft.hosts:
        row.read("hosts", lambda _text, host=host: cells.line(Organisation.name)(host), "")  # type: ignore[misc]
    texts.check_texts(row, "description", "venue", title=200, longest=LONGEST_TEXT, short=200)
    slug = row.read("slug", cells.key(Conference.slug), "")
    return ConferenceRow(row, slug, draft, zone, row.cells["parent"], _origin(row, source))


def _room(row: Row, source: Reference) -> RoomRow:
    draft = RoomDraft(
        name=row.read("room", cells.line(Room.name, needed=True), ""),
        capacity=row.read("capacity", cells.whole(), 0),
        accessibility_text=row.read("accessibility", cells.prose, ""),
        position=row.line,
    )
    return RoomRow(
        row, row.read("venue", cells.line(Venue.name, needed=True), ""), draft, _origin(row, source)
    )


def _speaker(row: Row, source: Reference) -> SpeakerRow:
    title = row.read("title", cells.line(Speaker.title), "")
    profile = Profile(
        name=row.read("name", cells.line(Speaker.name, needed=True), ""),
        title=title,
        organisation=row.read("organisation", cells.line(Organisation.name), ""),
        city=row.read("city", cells.line(Speaker.city), ""),
        country=row.read("country", cells.country, ""),
        bio=row.read("bio", cells.prose, ""),
        kind=SpeakerKind.GROUP if _GROUPS.search(title) else SpeakerKind.PERSON,
    )
    return SpeakerRow(row, row.read("slug", cells.key(Speaker.slug), ""), profile, _origin(row, source))


def _session(
    row: Row, conference: Reference, zones: dict[str, ZoneInfo | None], room: Reference, source: Reference
) -> SessionRow:
    zone = zones.get(row.cells["conference"])
    origin = _origin(row, source)
    reality = row.read(
        "reality", cells.among({word: word for word in ("fact", "partly", "illustrative")}), ""
    )
    texts.check_texts(row, "abstract", "content_notes", title=250, longest=LONGEST_TEXT, short=LONGEST_NOTE)
    return SessionRow(
        row=row,
        conference=row.read("conference", conference, ""),
        code=row.read("code", cells.key(Session.code), ""),
        title=row.read("title", cells.line(Session.title, needed=True), ""),
        type=row.read("type", cells.among({word: word for word in TYPES}), ""),
        starts=_moment(row, "starts_at", zone),
        ends=_moment(row, "ends_at", zone),
        room=row.read("room", room, ""),
        capacity=row.read("capacity", cells.whole(), 0),
        languages=row.read("languages", cells.each(cells.language), ()),
        sdgs=row.read("sdgs", cells.each(cells.whole(least=1, most=17)), ()),
        track=row.read("track", cells.line(Track.name), ""),
        visibility=row.read("visibility", cells.word(Visibility), Visibility.HIDDEN),
        abstract=row.read("abstract", cells.prose, ""),
        admission=row.read("booking", cells.among(ADMISSIONS), Admission.INVITATION),
        parent=row.cells["parent_code"],
        origin=Origin(origin.source, origin.note, reality),
        further=texts.of_session(row),
    )


def _moment(row: Row, column: str, zone: ZoneInfo | None) -> datetime | None:
    local = row.read(column, cells.local_time, None)
    if local is None or zone is None:
        return None
    return row.read(column, lambda _text: cells.in_zone(local, zone), None)


def _appearance(row: Row, session: Reference, speaker: Reference, source: Reference) -> AppearanceRow:
    return AppearanceRow(
        row,
        row.read("session_code", session, ""),
        row.read("speaker_slug", speaker, ""),
        row.read("role", cells.among({word: word for word in ROLES}), ""),
        _origin(row, source),
    )


# What the files say of a ticket type; the rest is the organisers'.
OF_A_TICKET = (
    "name", "price_minor", "currency", "vat_basis_points", "quota", "needs_approval", "audience", "category",
    "is_open_pass", "position",
)  # fmt: skip


def _ticket(row: Row, conference: Reference, source: Reference) -> TicketRow:
    name = row.read("name", cells.line(TicketType.name, needed=True), "")
    audience = row.read("audience", cells.line(TicketType.audience), "")
    slug = row.read("conference", conference, "")
    draft = TicketDraft(
        name=name,
        price_minor=100 * row.read("price_sek", cells.whole(most=1_000_000), 0),
        currency="SEK",
        vat_basis_points=100
        * row.read("vat_rate", cells.among({rate: int(rate) for rate in ("0", "6", "12", "25")}), 0),
        quota=row.read("quota", cells.perhaps(cells.whole()), None),
        needs_approval=row.read("needs_approval", cells.among({"yes": True, "no": False}), True),
        audience=audience,
        category=category(name, audience),
        is_open_pass=slug == EXPO and name == OPEN_TICKET,
        position=row.line,
    )
    return TicketRow(row, slug, draft, _origin(row, source))


def category(name: str, audience: str) -> Category:
    """As what one comes with a ticket of this name, for these people."""
    said = f"{name}; {audience}"
    for words, found in _CATEGORIES:
        if re.search(rf"\b({words})\b", said, re.IGNORECASE):
            return found
    return Category.VISITOR

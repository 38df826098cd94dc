"""What an organiser types, as one typed value each: forms, imports and the API all hand these to the actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from .hours import Hours
from .words import Admission, MaterialKind, Mode, Placement, SessionState, Visibility


@dataclass(frozen=True, slots=True)
class Text:
    """The title and the long text (abstract, description) of something in one more language, and its short one: the
    place of a conference, the content notes of a session. What is empty stands in the original."""

    language: str
    title: str = ""
    body: str = ""
    machine_made: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that was handed in: its number, and how readers see it. `size` is in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Material:
    """Something handed out with a session: a file, a link, or a short text. Public ones are for whoever may read the
    abstract; others are for ticket holders."""

    kind: MaterialKind
    title: str
    url: str = ""
    text: str = ""
    language: str = ""
    public: bool = True
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part of a session that somebody gives: a talk within a panel. Who reads the abstract may read it."""

    title: str
    minutes: int | None = None
    speaker_id: int | None = None
    text: str = ""
    url: str = ""
    file: File | None = None


@dataclass(frozen=True, slots=True)
class ConferenceDraft:
    """A conference. `hosts` are names in protocol order; dates are inclusive; `other_names` are searched too."""

    title: str
    starts_on: date
    ends_on: date
    time_zone: str
    description: str = ""
    closed_dates: tuple[date, ...] = ()
    mode: Mode = Mode.ON_SITE
    city: str = ""
    place_text: str = ""
    visibility: Visibility = Visibility.PUBLIC
    series: str = ""
    series_number: int | None = None
    is_open_programme: bool = False
    colour: int = 1
    hosts: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    text_language: str = ""
    texts: tuple[Text, ...] = ()
    day_change_hour: int = 0  # what begins before it belongs to the day before


@dataclass(frozen=True, slots=True)
class VenueDraft:
    """A venue. Its position in degrees (WGS84); an online venue has no time zone of its own. `access_texts` and
    `route_texts` are its notes in more languages; without `hours` nobody said when it is open."""

    name: str
    city: str = ""
    address: str = ""
    time_zone: str | None = None
    is_online: bool = False
    latitude: float | None = None
    longitude: float | None = None
    access_notes: str = ""
    step_free_route: str = ""
    area_id: int | None = None
    text_language: str = ""
    access_texts: dict[str, str] = field(default_factory=dict)
    route_texts: dict[str, str] = field(default_factory=dict)
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class RoomDraft:
    """A room. `capacity` in people; `features` by their fixed names, besides those that the text names. Without
    `hours` it is open when its venue is."""

    name: str
    capacity: int
    accessibility_text: str = ""
    position: int = 0
    parallel_items: int = 1
    features: tuple[str, ...] = ()
    text_language: str = ""
    accessibility_texts: dict[str, str] = field(default_factory=dict)
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """A session's content. `type` and `track` are names; an unknown one is made. `parent` is a code.

    `text_language` is the one in which title and abstract are written, "" where nobody said; `texts` are others.
    `interpretation` goes from one language into another.
    """

    title: str
    type: str
    abstract: str = ""
    track: str = ""
    languages: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    admission: Admission = Admission.OPEN
    shows_block: bool = False
    instead_of_parent: bool = False
    state: SessionState = SessionState.DRAFT
    text_language: str = ""
    texts: tuple[Text, ...] = ()
    interpretation: tuple[tuple[str, str], ...] = ()
    content_notes: str = ""
    materials: tuple[Material, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OccurrenceDraft:
    """A time and room. None in languages or abstract means the session's own; `seats` None has no limit. `abstracts`
    are the own abstract in more languages than the session's original."""

    starts_at: datetime | None
    ends_at: datetime | None
    room_id: int | None
    seats: int | None = None
    placement: Placement = Placement.FIRM
    languages: tuple[str, ...] | None = None
    abstract: str | None = None
    abstracts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutsideEventDraft:
    """Something else in the city that people who plan their days should know of. `url` and `place` may be empty."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Billing:
    """One name on the bill of a session: who, in which role."""

    speaker_id: int
    role: str
    confirmed: bool = field(default=True)

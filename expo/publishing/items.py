"""One released occurrence as lists, feeds and doors need it: everything in one row of one query."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.capacity.models import Pool
from expo.programme.models import Conference, Occurrence, Room, Session, SessionType, Track, Venue
from expo.programme.terms import FIELDS, PARTY, resolved
from expo.programme.terms_models import BookingTerms
from expo.programme.texts import told
from expo.programme.words import LISTED, SIGN_LANGUAGES, Admission, Visibility, stricter

from .models import OccurrenceVersion, SessionVersion

NOON, EVENING = 12, 17  # o'clock


class PartOfDay(enum.StrEnum):
    """When of a day something begins."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Item:
    """A released occurrence. Moments are UTC; `zone` is where it takes place."""

    expo_id: int
    occurrence_id: int
    session_id: int
    conference_id: int
    parent_id: int | None
    pool_id: int
    uid: str
    code: str
    session_code: str
    title: str
    type_slug: str
    type_name: str
    type_names: dict[str, str]
    track_slug: str | None
    track_name: str | None
    track_names: dict[str, str] | None
    conference_slug: str
    conference_title: str
    conference_colour: int
    conference_visibility: Visibility
    open_programme: bool
    own_visibility: Visibility
    admission: Admission
    session_languages: list[str]
    own_languages: list[str] | None
    sdgs: list[int]
    tags: list[str]
    day: date
    starts_at: datetime
    ends_at: datetime
    tentative: bool
    cancelled: bool
    sequence: int
    changed_at: datetime
    released_at: datetime
    seats: int | None
    taken: int
    over: int
    room_id: int
    room_slug: str
    room_name: str
    room_features: list[str]
    venue_slug: str
    venue_name: str
    venue_city: str
    venue_online: bool
    time_zone: str
    people: list[dict[str, Any]]
    own_people: list[dict[str, Any]] | None
    # In which language the title is written, "" where nobody said; and the titles in others.
    text_language: str
    titles: dict[str, str]
    conference_text_language: str
    conference_titles: dict[str, str]
    interpretation: list[list[str]]
    also_in: list[str]
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None
    meeting_point: str
    # How many seats one person may book.
    most_party: int
    # Whether details were taken out, because whoever looks has no ticket.
    closed: bool = False
    # Whether it is nothing but a time and a place that are taken.
    private: bool = False
    # Whether whoever looks is invited to what is not for everybody.
    invited: bool = False

    @property
    def visibility(self) -> Visibility:
        return stricter(self.conference_visibility, self.own_visibility)

    def open_to(self, ticket_conferences: Collection[int]) -> bool:
        """Whether room, people and abstract may be shown to somebody with tickets of these conferences."""
        return self.visibility is Visibility.PUBLIC or self.conference_id in ticket_conferences

    def for_guest(self) -> Item:
        """As somebody who is invited may see it."""
        return replace(self, invited=True)

    def seen_with(self, ticket_conferences: Collection[int]) -> Item:
        """As somebody with tickets of these conferences may see it: whole, or with title, type, track, time and
        venue alone. What was taken out can neither be shown, counted nor found."""
        if self.open_to(ticket_conferences):
            return self
        return replace(
            self,
            session_languages=[],
            own_languages=None,
            sdgs=[],
            tags=[],
            seats=None,
            taken=0,
            over=0,
            room_id=0,
            room_slug="",
            room_name="",
            room_features=[],
            people=[],
            own_people=None,
            interpretation=[],
            booking_opens_at=None,
            booking_closes_at=None,
            meeting_point="",
            most_party=PARTY,
            closed=True,
        )

    def as_block(self, number: int) -> Item:
        """The time and the place alone, under a number that leads nowhere: it must not lead to the session."""
        return replace(
            replace(self, own_visibility=Visibility.INVITATION).seen_with(()),
            occurrence_id=number,
            session_id=number,
            conference_id=0,
            parent_id=None,
            pool_id=0,
            uid="",
            code="",
            session_code="",
            title="",
            text_language="",
            titles={},
            conference_text_language="",
            conference_titles={},
            type_slug="",
            type_name="",
            type_names={},
            track_slug=None,
            track_name=None,
            track_names=None,
            also_in=[],
            conference_slug="",
            conference_title="",
            conference_colour=1,
            open_programme=False,
            conference_visibility=Visibility.INVITATION,
            own_visibility=Visibility.INVITATION,
            admission=Admission.INVITATION,
            tentative=False,
            cancelled=False,
            sequence=0,
            changed_at=self.starts_at,
            released_at=self.starts_at,
            room_id=self.room_id,
            room_slug=self.room_slug,
            room_name=self.room_name,
            private=True,
            invited=False,
        )

    @property
    def languages(self) -> list[str]:
        return self.session_languages if self.own_languages is None else self.own_languages

    @property
    def understood(self) -> list[str]:
        """The languages one can follow it in: those spoken, then those it is interpreted into."""
        return list(dict.fromkeys([*self.languages, *(into for _from, into in self.interpretation)]))

    @property
    def signed(self) -> bool:
        return not SIGN_LANGUAGES.isdisjoint(self.understood)

    def title_in(self, language: str) -> tuple[str, str]:
        """The title in this language if it is given in it, else as it was written; with the language that it is in."""
        return told(self.title, self.text_language, self.titles, language)

    def conference_title_in(self, language: str) -> str:
        return told(self.conference_title, self.conference_text_language, self.conference_titles, language)[0]

    def type_name_in(self, language: str) -> str:
        return self.type_names.get(language, self.type_name)

    def track_name_in(self, language: str) -> str:
        """ "" where it has no track."""
        return (self.track_names or {}).get(language, self.track_name or "")

    def told_in(self, language: str) -> Item:
        """The same with its title and the names around it in this language, where they are given in it."""
        if not (self.titles or self.conference_titles or self.type_names or self.track_names):
            return self
        title, written_in = self.title_in(language)
        return replace(
            self,
            title=title,
            text_language=written_in,
            conference_title=self.conference_title_in(language),
            type_name=self.type_name_in(language),
            track_name=self.track_name_in(language) or None,
        )

    @property
    def billed(self) -> list[dict[str, Any]]:
        """Who appears here: those of the session, then those of this occurrence alone."""
        return self.people + (self.own_people or [])

    @property
    def open_to_all(self) -> bool:
        """Whether anybody may walk in, without a ticket and without a seat."""
        return self.admission is Admission.OPEN and self.visibility is Visibility.PUBLIC

    @property
    def part_of_day(self) -> PartOfDay:
        """When it begins, where it takes place. What begins after midnight belongs to the evening before."""
        starts = self.starts
        if starts.date() > self.day or starts.hour >= EVENING:
            return PartOfDay.EVENING
        return PartOfDay.MORNING if starts.hour < NOON else PartOfDay.AFTERNOON

    @property
    def seats_left(self) -> int | None:
        """None where no seat is booked or there is no limit."""
        if not (self.admission is Admission.SEAT or self._by_invitation) or self.seats is None:
            return None
        return max(0, self.seats + self.over - self.taken)

    def not_yet_open(self, now: datetime) -> bool:
        """Whether its seats are booked later than now."""
        return self.booking_opens_at is not None and now < self.booking_opens_at

    def closed_early(self, now: datetime) -> bool:
        """Whether nobody can book a seat by themselves any more, though it is not over."""
        return self.booking_closes_at is not None and now >= self.booking_closes_at

    def takes_bookings(self, now: datetime) -> bool:
        """Whether seats are booked here now; it may be full."""
        return (
            ((self.admission is Admission.SEAT and self.visibility in LISTED) or self._by_invitation)
            and not (self.not_yet_open(now) or self.closed_early(now))
            and not (self.cancelled or self.tentative)
            and self.ends_at > now
        )

    @property
    def _by_invitation(self) -> bool:
        return self.invited and self.admission in (Admission.SEAT, Admission.INVITATION)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def starts(self) -> datetime:
        """The start as the clocks on site show it."""
        return self.starts_at.astimezone(self.zone)

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(self.zone)

    @property
    def step_free(self) -> bool:
        return "step-free" in self.room_features


_own, _kind = aliased(BookingTerms, name="own_terms"), aliased(BookingTerms, name="kind_terms")
# In the order of Item's fields, as far as they are columns; then what the occurrence and its kind say of booking.
COLUMNS = (
    OccurrenceVersion.expo_id,
    OccurrenceVersion.occurrence_id,
    OccurrenceVersion.session_id,
    SessionVersion.conference_id,
    SessionVersion.parent_id,
    Occurrence.pool_id,
    Occurrence.uid,
    Occurrence.code,
    Session.code,
    SessionVersion.title,
    SessionType.slug,
    SessionType.name,
    SessionType.names,
    Track.slug,
    Track.name,
    Track.names,
    Conference.slug,
    Conference.title,
    Conference.colour,
    Conference.visibility,
    Conference.is_open_programme,
    SessionVersion.visibility,
    SessionVersion.admission,
    SessionVersion.languages,
    OccurrenceVersion.languages,
    SessionVersion.sdgs,
    SessionVersion.tags,
    OccurrenceVersion.day,
    OccurrenceVersion.starts_at,
    OccurrenceVersion.ends_at,
    OccurrenceVersion.tentative,
    OccurrenceVersion.cancelled,
    OccurrenceVersion.sequence,
    OccurrenceVersion.changed_at,
    Occurrence.created_at,
    OccurrenceVersion.seats,
    Pool.taken,
    Pool.over,
    Room.id,
    Room.slug,
    Room.name,
    Room.accessibility,
    Venue.slug,
    Venue.name,
    Venue.city,
    Venue.is_online,
    sa.func.coalesce(Venue.time_zone, Conference.time_zone),
    SessionVersion.people,
    OccurrenceVersion.people,
    SessionVersion.text_language,
    SessionVersion.titles,
    Conference.text_language,
    Conference.titles,
    SessionVersion.interpretation,
    SessionVersion.also_in,
    Occurrence.booking_opens_at,
    Occurrence.booking_closes_at,
    Occurrence.meeting_point,
    *(getattr(terms, name) for terms in (_own, _kind) for name in FIELDS),
)
_TERMS = len(COLUMNS) - 2 * len(FIELDS)
_OPEN_PROGRAMME, _STARTS, _OPENS = (
    next(at for at, column in enumerate(COLUMNS) if column is wanted)
    for wanted in (
        Conference.is_open_programme, OccurrenceVersion.starts_at, Occurrence.booking_opens_at,
    )
)  # fmt: skip


def of_row(row: Sequence[Any]) -> Item:
    """One row of ITEMS. When booking opens and closes, and for how many, are what occurrence and kind say together."""
    own, kind = row[_TERMS : _TERMS + len(FIELDS)], row[_TERMS + len(FIELDS) :]
    terms = resolved(
        own, kind, row[_STARTS],
        opens_at=row[_OPENS], closes_at=row[_OPENS + 1], open_programme=row[_OPEN_PROGRAMME],
    )  # fmt: skip
    told = (terms.opens_at, terms.closes_at, *row[_OPENS + 2 : _TERMS], terms.most_party)
    return Item(*row[:_OPENS], *told)


def items_of(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The versions of which all this holds, as items, by start and place."""
    return (
        sa.select(*COLUMNS)
        .select_from(OccurrenceVersion)
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Session, OccurrenceVersion.session_id == Session.id)
        .join(Occurrence, OccurrenceVersion.occurrence_id == Occurrence.id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .join(SessionType, SessionVersion.type_id == SessionType.id)
        .outerjoin(Track, SessionVersion.track_id == Track.id)
        .join(Room, OccurrenceVersion.room_id == Room.id)
        .join(Venue, Room.venue_id == Venue.id)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .outerjoin(_own, _own.occurrence_id == Occurrence.id)
        .outerjoin(_kind, _kind.type_id == SessionVersion.type_id)
        .where(*which)
        .order_by(
            OccurrenceVersion.starts_at, Venue.name, Room.position, Room.name, OccurrenceVersion.occurrence_id
        )
    )


ITEMS = items_of(OccurrenceVersion.until_release_id.is_(None), SessionVersion.until_release_id.is_(None))

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Account
from expo.capacity.models import Pool
from expo.core import clock
from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.organisations.models import Organisation
from expo.speakers.models import Speaker

from .texts import told
from .words import Admission, AppearanceState, Mode, Placement, Role, SessionState, Visibility


class Conference(Base):
    """An event inside an expo with its own dates and rules. The open city programme is one too."""

    __tablename__ = "conferences"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "slug"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        choice_check("visibility", Visibility),
        choice_check("mode", Mode),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conferences.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(200))
    # By which people look for it, too: "H22 +50", an abbreviation, the name in another language.
    other_names: Mapped[Json] = mapped_column(default=list, server_default="[]")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    closed_dates: Mapped[Json] = mapped_column(default=list)
    time_zone: Mapped[str] = mapped_column(sa.String(40))
    day_change_hour: Mapped[int] = mapped_column(default=0)
    mode: Mapped[Mode] = choice(Mode, default=Mode.ON_SITE)
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    place_text: Mapped[str] = mapped_column(sa.String(200), default="")
    visibility: Mapped[Visibility] = choice(Visibility, default=Visibility.PUBLIC)
    series: Mapped[str] = mapped_column(sa.String(120), default="")
    series_number: Mapped[int | None]
    second_approves: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # each release
    cancelled_at: Mapped[Moment | None]  # as a whole; holds at once
    # The open programme's free pass is made by itself with the first booking.
    is_open_programme: Mapped[bool] = mapped_column(default=False)
    colour: Mapped[int] = mapped_column(default=1)
    # The language of title, description and place, "" where nobody said; and the same in others.
    text_language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    titles: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    descriptions: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    place_texts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    machine_made: Mapped[Json] = mapped_column(default=list, server_default="[]")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    expo: Mapped[Expo] = relationship()
    parent: Mapped[Conference | None] = relationship(remote_side="Conference.id")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def title_in(self, language: str) -> tuple[str, str]:
        """The title in this language if it is given in it, else as it was written; with the language that it is in."""
        return told(self.title, self.text_language, self.titles, language)

    def description_in(self, language: str) -> tuple[str, str]:
        """The same of the description."""
        return told(self.description, self.text_language, self.descriptions, language)

    def place_in(self, language: str) -> tuple[str, str]:
        """The same of where it is."""
        return told(self.place_text, self.text_language, self.place_texts, language)


class ConferenceHost(Base):
    """Who hosts a conference, in protocol order."""

    __tablename__ = "conference_hosts"
    __table_args__ = (sa.UniqueConstraint("conference_id", "organisation_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id))
    position: Mapped[int]

    organisation: Mapped[Organisation] = relationship()


class TeamMember(Base):
    """What an account may do in one conference, or in all of the expo's where none is named."""

    __tablename__ = "team_members"
    __table_args__ = (
        choice_check("role", Role),
        sa.Index("uq_team_members_conference", "conference_id", "account_id", "role", unique=True),
        partial_index("uq_team_members_expo", "expo_id", "account_id", "role", where="conference_id IS NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey(Account.id), index=True)
    role: Mapped[Role] = choice(Role)

    account: Mapped[Account] = relationship()


class Called:
    """What events of calendars are called by, or where they are: they say when that changed. None: never since then."""

    called_since: Mapped[Moment | None]


# What calendars say of a place, a track or a type.
_SAID = ("name", "names", "address", "city", "latitude", "longitude", "time_zone")


@sa.event.listens_for(Called, "before_update", propagate=True)
def _note_the_moment(_mapper: object, _connection: object, thing: Called) -> None:
    known = sa.inspect(thing).attrs
    if any(name in known and known[name].history.has_changes() for name in _SAID):
        thing.called_since = clock.now()


class NamedInLanguages:
    """What has a name, and that name in more languages."""

    expo_id: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    names: Mapped[Json] = mapped_column(default=dict, server_default="{}")

    def name_in(self, language: str) -> str:
        """The name in this language if it is given in it, else as it was written."""
        return str(self.names.get(language, self.name))


class Area(NamedInLanguages, Base):
    """A part of the city that holds venues."""

    __tablename__ = "areas"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))


class Venue(Called, Base):
    """A place with an address. An online venue has no zone of its own: the conference's holds."""

    __tablename__ = "venues"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Area.id), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    access_notes: Mapped[str] = mapped_column(sa.Text, default="")
    step_free_route: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    time_zone: Mapped[str | None] = mapped_column(sa.String(40))
    is_online: Mapped[bool] = mapped_column(default=False)
    # In which language its notes are written, "" where nobody said; and both in others, by language.
    text_language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    access_texts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    route_texts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    opening_hours: Mapped[Json | None]  # as hours.Hours writes them; None where nobody said
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    area: Mapped[Area | None] = relationship()

    def access_in(self, language: str) -> tuple[str, str]:
        """How one gets there, in this language if it is given in it, else as it was written; with its language."""
        return told(self.access_notes, self.text_language, self.access_texts, language)

    def route_in(self, language: str) -> tuple[str, str]:
        """The same of the step-free route."""
        return told(self.step_free_route, self.text_language, self.route_texts, language)


class Walk(Base):
    """Minutes on foot between two venues, either way, as somebody who walked it says: better than the estimate."""

    __tablename__ = "walks"
    __table_args__ = (
        sa.UniqueConstraint("one_id", "other_id"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(Venue.id))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(Venue.id), index=True)
    minutes: Mapped[int]


class Room(Called, Base):
    """Where one thing happens at a time, unless it holds more."""

    __tablename__ = "rooms"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "slug"),
        sa.CheckConstraint("capacity >= 0", name="capacity"),
        sa.CheckConstraint("parallel_items >= 1", name="parallel_items"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey(Venue.id), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    capacity: Mapped[int]
    parallel_items: Mapped[int] = mapped_column(default=1)
    # Known features as words ("step-free", "hearing-loop"), the rest as the venue wrote it.
    accessibility: Mapped[Json] = mapped_column(default=list)
    accessibility_text: Mapped[str] = mapped_column(sa.Text, default="")
    text_language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    accessibility_texts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    position: Mapped[int] = mapped_column(default=0)
    opening_hours: Mapped[Json | None]  # None means the venue's
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    venue: Mapped[Venue] = relationship()

    def access_in(self, language: str) -> tuple[str, str]:
        """What there is to say of its accessibility, in this language if it is given in it; with its language."""
        return told(self.accessibility_text, self.text_language, self.accessibility_texts, language)


class Track(NamedInLanguages, Called, Base):
    """A way to sort the sessions of a conference."""

    __tablename__ = "tracks"
    __table_args__ = (sa.UniqueConstraint("conference_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    conference: Mapped[Conference] = relationship()


class SessionType(NamedInLanguages, Called, Base):
    """Plenary, workshop, guided tour …: the expo's own list."""

    __tablename__ = "session_types"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(80))


class AppearanceRole(NamedInLanguages, Base):
    """Speaker, chair, guide …: the expo's own list. Uncounted roles make no clash."""

    __tablename__ = "appearance_roles"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(80))
    counts: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class Session(Base):
    """The content of one programme item. Its times and rooms are its occurrences."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "code"),
        choice_check("visibility", Visibility),
        choice_check("admission", Admission),
        choice_check("state", SessionState),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sessions.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(250))
    abstract: Mapped[str] = mapped_column(sa.Text, default="")
    type_id: Mapped[int] = mapped_column(sa.ForeignKey(SessionType.id), index=True)
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Track.id), index=True)
    languages: Mapped[Json] = mapped_column(default=list)
    sdgs: Mapped[Json] = mapped_column(default=list)
    tags: Mapped[Json] = mapped_column(default=list, server_default="[]")  # as tags.normal writes them
    visibility: Mapped[Visibility] = choice(Visibility, default=Visibility.PUBLIC)
    admission: Mapped[Admission] = choice(Admission, default=Admission.OPEN)
    # By invitation, and still shown to all as "private event": its time and place, nothing else.
    shows_block: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # A part that one goes to instead of the whole: the two clash for delegates, as any others do.
    instead_of_parent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    state: Mapped[SessionState] = choice(SessionState, default=SessionState.DRAFT)
    # In which language title, abstract and content notes are written, "" where nobody said; and in others, by language.
    text_language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    titles: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    abstracts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    notes: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    machine_made: Mapped[Json] = mapped_column(default=list, server_default="[]")
    # Pairs of languages: from, into.
    interpretation: Mapped[Json] = mapped_column(default=list, server_default="[]")
    content_notes: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # As drafts.Material, in order.
    materials: Mapped[Json] = mapped_column(default=list, server_default="[]")
    contributions: Mapped[Json] = mapped_column(default=list, server_default="[]")
    also_in: Mapped[Json] = mapped_column(default=list, server_default="[]")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    conference: Mapped[Conference] = relationship()
    type: Mapped[SessionType] = relationship()
    track: Mapped[Track | None] = relationship()
    parent: Mapped[Session | None] = relationship(remote_side="Session.id")


class Occurrence(Base):
    """One time and room of a session, as drafted. `uid` is for calendars and never changes or moves on.

    A None in languages or abstract means the session's own.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        sa.UniqueConstraint("uid"),
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint(
            "placement = 'unplaced' OR (starts_at IS NOT NULL AND ends_at IS NOT NULL AND room_id IS NOT NULL)",
            name="placed_somewhere",
        ),
        sa.CheckConstraint(
            "booking_closes_at IS NULL OR booking_opens_at IS NULL OR booking_closes_at > booking_opens_at",
            name="closes_after_opening",
        ),
        choice_check("placement", Placement),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    uid: Mapped[str] = mapped_column(sa.String(80))
    code: Mapped[str] = mapped_column(sa.String(40))
    placement: Mapped[Placement] = choice(Placement, default=Placement.UNPLACED)
    starts_at: Mapped[Moment | None]
    ends_at: Mapped[Moment | None]
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Room.id), index=True)
    seats: Mapped[int | None]  # as drafted; the pool holds what is released
    languages: Mapped[Json | None]
    abstract: Mapped[str | None] = mapped_column(sa.Text)
    abstracts: Mapped[Json] = mapped_column(default=dict, server_default="{}")  # of this time alone
    cancelled_at: Mapped[Moment | None]
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), unique=True)
    # These hold at once, without a release: when seats can be booked (None: always), and where people gather.
    booking_opens_at: Mapped[Moment | None]
    booking_closes_at: Mapped[Moment | None]
    meeting_point: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    session: Mapped[Session] = relationship()
    room: Mapped[Room | None] = relationship()
    pool: Mapped[Pool] = relationship()


class Appearance(Base):
    """A speaker in a session, or in one of its occurrences, with a role."""

    __tablename__ = "appearances"
    __table_args__ = (
        choice_check("state", AppearanceState),
        partial_index(
            "uq_appearances_session", "session_id", "speaker_id", "role_id", where="occurrence_id IS NULL"
        ),
        sa.Index("uq_appearances_occurrence", "occurrence_id", "speaker_id", "role_id", unique=True),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    occurrence_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Occurrence.id))
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey(Speaker.id), index=True)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey(AppearanceRole.id))
    state: Mapped[AppearanceState] = choice(AppearanceState, default=AppearanceState.INVITED)
    state_since: Mapped[Moment | None]
    # A word with the answer; and what was agreed to, as answers.placings writes it. Another one asks again.
    answer_note: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    agreed_to: Mapped[Json | None]
    position: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()
    speaker: Mapped[Speaker] = relationship()
    role: Mapped[AppearanceRole] = relationship()

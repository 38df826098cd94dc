from __future__ import annotations

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.programme.models import Area, Conference, Occurrence, Room, Session, SessionType, Track
from expo.programme.words import Admission, SessionState, Visibility
from expo.scheduling.models import Break


class Scope(enum.StrEnum):
    """What a release covers."""

    EXPO = "expo"
    CONFERENCE = "conference"
    DAY = "day"  # of the expo, or of one conference
    SESSION = "session"
    SEVERAL = "several"  # sessions that were cancelled or moved together


class Release(Base):
    """One published state of a scope, with its list of changes. Kept for ever; numbered per expo."""

    __tablename__ = "releases"
    __table_args__ = (sa.UniqueConstraint("expo_id", "number"), choice_check("scope", Scope))

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    number: Mapped[int]
    scope: Mapped[Scope] = choice(Scope)
    # Of a conference its slug, of a session its code; of a day the date, after the conference's slug if there is one.
    scope_key: Mapped[str] = mapped_column(sa.String(100), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[Json]
    published_at: Mapped[Moment]
    published_by: Mapped[str] = mapped_column(sa.String(80))


class Proposal(Base):
    """A release that somebody has drafted and a second person looks at: drafted, approved, then published or ended.

    What is approved is these changes and no others: `digest` is theirs.
    """

    __tablename__ = "release_proposals"
    __table_args__ = (
        choice_check("scope", Scope),
        sa.CheckConstraint("approved_by IS NULL OR approved_by != made_by", name="second_person"),
        sa.CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    scope: Mapped[Scope] = choice(Scope)
    scope_key: Mapped[str] = mapped_column(sa.String(100), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    changes: Mapped[Json]
    made_by: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[Moment]
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id))


_CURRENT = "until_release_id IS NULL"


class SessionVersion(Base):
    """A session's content as some release published it; current while no later release replaced it.

    `people` is a list of {"speaker": id, "role": slug}, in order.
    """

    __tablename__ = "session_versions"
    __table_args__ = (
        partial_index("uq_session_versions_current", "session_id", where=_CURRENT),
        choice_check("visibility", Visibility),
        choice_check("admission", Admission),
        choice_check("state", SessionState),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    release_id: Mapped[int] = mapped_column(sa.ForeignKey(Release.id), index=True)
    until_release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Session.id))
    title: Mapped[str] = mapped_column(sa.String(250))
    abstract: Mapped[str] = mapped_column(sa.Text)
    type_id: Mapped[int] = mapped_column(sa.ForeignKey(SessionType.id))
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Track.id), index=True)
    languages: Mapped[Json]
    sdgs: Mapped[Json]
    tags: Mapped[Json] = mapped_column(default=list, server_default="[]")
    visibility: Mapped[Visibility] = choice(Visibility)
    admission: Mapped[Admission] = choice(Admission)
    shows_block: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    instead_of_parent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    state: Mapped[SessionState] = choice(SessionState)
    people: Mapped[Json]
    text_language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    titles: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    abstracts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    notes: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    machine_made: Mapped[Json] = mapped_column(default=list, server_default="[]")
    interpretation: Mapped[Json] = mapped_column(default=list, server_default="[]")
    content_notes: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    materials: Mapped[Json] = mapped_column(default=list, server_default="[]")
    contributions: Mapped[Json] = mapped_column(default=list, server_default="[]")
    also_in: Mapped[Json] = mapped_column(default=list, server_default="[]")

    conference: Mapped[Conference] = relationship()
    session: Mapped[Session] = relationship(foreign_keys=[session_id])
    type: Mapped[SessionType] = relationship()
    track: Mapped[Track | None] = relationship()


class OccurrenceVersion(Base):
    """An occurrence's time, room and seats as some release published them.

    `day` is the local date it belongs to, with the conference's day change. `sequence` rises when start,
    end, room, title or status changed; it and `changed_at` are what calendars compare.
    """

    __tablename__ = "occurrence_versions"
    __table_args__ = (
        partial_index("uq_occurrence_versions_current", "occurrence_id", where=_CURRENT),
        partial_index(
            "ix_occurrence_versions_day", "expo_id", "day", "starts_at", where=_CURRENT, unique=False
        ),
        partial_index("ix_occurrence_versions_room", "room_id", "starts_at", where=_CURRENT, unique=False),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey(Release.id), index=True)
    until_release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id), index=True)
    day: Mapped[date]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    room_id: Mapped[int] = mapped_column(sa.ForeignKey(Room.id))
    seats: Mapped[int | None]
    tentative: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    languages: Mapped[Json | None]
    abstract: Mapped[str | None] = mapped_column(sa.Text)
    abstracts: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    people: Mapped[Json | None]
    changed_at: Mapped[Moment]

    occurrence: Mapped[Occurrence] = relationship()
    room: Mapped[Room] = relationship()


class BreakVersion(Base):
    """A break as some release showed it; current while no later release replaced it or took it away."""

    __tablename__ = "break_versions"
    __table_args__ = (
        partial_index("uq_break_versions_current", "break_id", where=_CURRENT),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_break_versions_expo_id_starts_at", "expo_id", "starts_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    break_id: Mapped[int] = mapped_column(sa.ForeignKey(Break.id), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey(Release.id), index=True)
    until_release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id), index=True)
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Area.id), index=True)
    rooms: Mapped[Json]
    title: Mapped[str] = mapped_column(sa.String(120))
    language: Mapped[str] = mapped_column(sa.String(8))
    day: Mapped[date]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]

    conference: Mapped[Conference | None] = relationship()
    area: Mapped[Area | None] = relationship()


class SearchKind(enum.StrEnum):
    """What can be found by words."""

    SESSION = "session"
    PERSON = "person"
    ROOM = "room"
    VENUE = "venue"
    CONFERENCE = "conference"


class SearchEntry(Base):
    """The folded words by which something may be found: derived from what is released, and made again with it.

    What has a `conference_id` is for holders of that conference's tickets; the rest is for everybody. Each of the
    four columns holds words with a space behind each. The database hangs its own index on them, named search_index:
    on SQLite an FTS5 table that triggers keep, on PostgreSQL a generated column. `spelling` is the name as people
    write it, for those who wrote it otherwise; `digest` tells whether the entry is still what it would be.
    """

    __tablename__ = "search_entries"
    __table_args__ = (
        choice_check("kind", SearchKind),
        partial_index("uq_search_entries_open", "kind", "subject_id", where="conference_id IS NULL"),
        partial_index(
            "uq_search_entries_closed",
            "kind",
            "subject_id",
            "conference_id",
            where="conference_id IS NOT NULL",
        ),
        sa.Index("ix_search_entries_expo", "expo_id", "kind"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    kind: Mapped[SearchKind] = choice(SearchKind)
    subject_id: Mapped[int]
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    title: Mapped[str] = mapped_column(sa.Text)
    people: Mapped[str] = mapped_column(sa.Text)
    places: Mapped[str] = mapped_column(sa.Text)
    abstract: Mapped[str] = mapped_column(sa.Text)
    spelling: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(32))

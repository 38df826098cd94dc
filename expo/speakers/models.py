from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.organisations.models import Organisation


class SpeakerKind(enum.StrEnum):
    """One human, or a choir, band or orchestra."""

    PERSON = "person"
    GROUP = "group"


class Speaker(Base):
    """A person or group as the programme shows them. May have no account and be no delegate."""

    __tablename__ = "speakers"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"), choice_check("kind", SpeakerKind))

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[SpeakerKind] = choice(SpeakerKind, default=SpeakerKind.PERSON)
    name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    bio: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str | None] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12), default="en", server_default="en")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    # The name of a picture that core/pictures.py keeps.
    picture: Mapped[str | None] = mapped_column(sa.String(64))
    # Between speaker and organisers alone: what they need on stage, how they travel, whom they ask.
    rider: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    travel: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    contact: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    availability_said_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    organisation: Mapped[Organisation | None] = relationship()

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else ""


class AvailabilitySource(enum.StrEnum):
    """Where a row of somebody's availability comes from. Each source is replaced as a whole."""

    SAID = "said"  # parts of days, in the calendar of their page
    CALENDAR = "calendar"  # a file that their own calendar wrote


class Availability(Base):
    """A stretch of time in which a speaker cannot appear. They can whenever no row says otherwise."""

    __tablename__ = "availabilities"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        choice_check("source", AvailabilitySource),
        sa.Index("ix_availabilities_speaker", "speaker_id", "starts_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey(Speaker.id))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    source: Mapped[AvailabilitySource] = choice(AvailabilitySource)


class SpeakerLink(Base):
    """A secret address of a speaker's own page: the speaker's, or, with a name, an assistant's.

    Kept as a digest. `seed` makes the same secret again with the installation's key, so that a reminder need not
    change the address that somebody has kept.
    """

    __tablename__ = "speaker_links"
    __table_args__ = (
        sa.UniqueConstraint("token_digest"),
        partial_index(
            "uq_speaker_links_own", "speaker_id", where="assistant_name IS NULL AND ended_at IS NULL"
        ),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey(Speaker.id), index=True)
    assistant_name: Mapped[str | None] = mapped_column(sa.String(200))
    assistant_email: Mapped[str | None] = mapped_column(sa.String(254))
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    seed: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    made_at: Mapped[Moment]
    opened_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    # Of the calendar that belongs to it; and of the speaker's own address, when its letters were sent.
    feed_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    reminded_at: Mapped[Moment | None]
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")

    speaker: Mapped[Speaker] = relationship()

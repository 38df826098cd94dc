from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.organisations.models import Organisation
from expo.programme.models import Conference, Session


class PartnerRole(enum.StrEnum):
    """As what an organisation stands behind something, in protocol order. Hosts of conferences come before all."""

    HOST = "host"
    CO_HOST = "co_host"
    PARTNER = "partner"
    SUPPORTER = "supporter"
    SPONSOR = "sponsor"
    MEDIA = "media"


class Partner(Base):
    """An organisation behind a conference, or behind one of its sessions. In its role by `position`."""

    __tablename__ = "partners"
    __table_args__ = (
        choice_check("role", PartnerRole),
        partial_index(
            "uq_partners_conference", "conference_id", "organisation_id", where="session_id IS NULL"
        ),
        sa.Index("uq_partners_session", "session_id", "organisation_id", unique=True),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Session.id))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    role: Mapped[PartnerRole] = choice(PartnerRole)
    position: Mapped[int] = mapped_column(default=0)
    url: Mapped[str] = mapped_column(sa.String(500), default="")

    organisation: Mapped[Organisation] = relationship()


class Logo(Base):
    """The sign of an organisation in one expo: the name of a picture that core/pictures.py keeps."""

    __tablename__ = "logos"
    __table_args__ = (sa.UniqueConstraint("expo_id", "organisation_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    picture: Mapped[str] = mapped_column(sa.String(64))


class OutcomeKind(enum.StrEnum):
    """What came of a session."""

    SUMMARY = "summary"
    PRACTICE = "practice"  # a document of good practice
    COMMITMENT = "commitment"  # signed by somebody


class Outcome(Base):
    """A summary, a document or a commitment. `signatories` are names, in the order of signing."""

    __tablename__ = "outcomes"
    __table_args__ = (choice_check("kind", OutcomeKind),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    kind: Mapped[OutcomeKind] = choice(OutcomeKind)
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    signatories: Mapped[Json] = mapped_column(default=list, server_default="[]")
    made_at: Mapped[Moment]
    changed_at: Mapped[Moment]

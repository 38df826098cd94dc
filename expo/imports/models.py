from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.accounts.models import Account
from expo.core.db import Base, Id, Json, Moment
from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.registration.models import Registration


class Provenance(Base):
    """Where an imported row comes from, and how true it is. Shown in demo mode only."""

    __tablename__ = "provenances"
    __table_args__ = (sa.UniqueConstraint("expo_id", "subject", "key"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    subject: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(160))
    reality: Mapped[str] = mapped_column(sa.String(20), default="")
    source: Mapped[str] = mapped_column(sa.String(300))
    note: Mapped[str] = mapped_column(sa.Text, default="")


class AttendeeFile(Base):
    """An uploaded list of attendees, kept from the upload to the end of its import, a day at most."""

    __tablename__ = "attendee_files"

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey(Account.id))
    name: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    # Which column is what, and how to import: see attendees.Choices. None until somebody has said.
    choices: Mapped[Json | None]
    expires_at: Mapped[Moment]


class AttendeeKey(Base):
    """By which id another system knows a registration, so that the same list imported again adds nobody."""

    __tablename__ = "attendee_keys"
    __table_args__ = (sa.UniqueConstraint("conference_id", "external_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    external_id: Mapped[str] = mapped_column(sa.String(120))

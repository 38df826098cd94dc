from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check
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
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    organisation: Mapped[Organisation | None] = relationship()

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else ""

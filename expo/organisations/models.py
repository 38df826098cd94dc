from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, choice, choice_check


class OrganisationKind(enum.StrEnum):
    """What an organisation is."""

    CITY = "city"
    MEMBER_STATE = "member_state"
    INTERNATIONAL = "international"
    CIVIL_SOCIETY = "civil_society"
    ACADEMIA = "academia"
    COMPANY = "company"
    PRESS = "press"
    OTHER = "other"


class Organisation(Base):
    """A body that hosts, sends or pays. Shared by all expos of the installation."""

    __tablename__ = "organisations"
    __table_args__ = (choice_check("kind", OrganisationKind), sa.UniqueConstraint("slug"))

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    kind: Mapped[OrganisationKind] = choice(OrganisationKind, default=OrganisationKind.OTHER)
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")

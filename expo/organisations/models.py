from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, choice, choice_check, partial_index


class OrganisationKind(enum.StrEnum):
    """What an organisation is."""

    CITY = "city"
    MUNICIPALITY = "municipality"
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
    __table_args__ = (
        choice_check("kind", OrganisationKind),
        sa.UniqueConstraint("slug"),
        # The number by which a country knows its municipality, a state or a body: nobody else there has it.
        partial_index(
            "uq_organisations_official_code", "country", "official_code", where="official_code <> ''"
        ),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    kind: Mapped[OrganisationKind] = choice(OrganisationKind, default=OrganisationKind.OTHER)
    official_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")


class Membership(Base):
    """One organisation is a member of another: a municipality of a region, a state of a union."""

    __tablename__ = "organisation_memberships"
    __table_args__ = (
        sa.UniqueConstraint("whole_id", "member_id"),
        sa.CheckConstraint("whole_id <> member_id", name="not_of_itself"),
    )

    id: Mapped[Id]
    whole_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id), index=True)


class Group(Base):
    """Organisations that somebody speaks of together: 112 mission cities, six climate leaders."""

    __tablename__ = "organisation_groups"
    __table_args__ = (sa.UniqueConstraint("slug"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    # On the badges of its people, e.g. "MC100"; nothing for no mark.
    mark: Mapped[str] = mapped_column(sa.String(12), default="", server_default="")


class GroupMember(Base):
    """An organisation in a group."""

    __tablename__ = "organisation_group_members"
    __table_args__ = (sa.UniqueConstraint("group_id", "organisation_id"),)

    id: Mapped[Id]
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(Group.id))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey(Organisation.id), index=True)

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from expo.core.db import db
from expo.core.text import folded

from .models import Group, GroupMember, Membership, Organisation, OrganisationKind


def by_name(name: str) -> Organisation | None:
    """The organisation of this name, whatever its case and diacritics."""
    return db.session.scalar(sa.select(Organisation).where(Organisation.folded_name == folded(name)))


def by_slug(slug: str) -> Organisation | None:
    return db.session.scalar(sa.select(Organisation).where(Organisation.slug == slug))


def by_ids(organisation_ids: Collection[int]) -> list[Organisation]:
    return list(
        db.session.scalars(
            sa.select(Organisation)
            .where(Organisation.id.in_(list(organisation_ids)))
            .order_by(Organisation.id)
        )
    )


def by_code(country: str, official_code: str) -> Organisation | None:
    """The organisation that its country knows by this number."""
    if not official_code:
        return None
    return db.session.scalar(
        sa.select(Organisation).where(
            Organisation.country == country, Organisation.official_code == official_code
        )
    )


def named(names: Collection[str]) -> dict[str, Organisation]:
    """The organisations of these names, by folded name. One query."""
    wanted = {folded(name) for name in names}
    found = db.session.scalars(sa.select(Organisation).where(Organisation.folded_name.in_(wanted)))
    return {one.folded_name: one for one in found}


def slugs() -> set[str]:
    return set(db.session.scalars(sa.select(Organisation.slug)))


def groups() -> list[tuple[Group, int]]:
    """All groups by name, with how many are in each."""
    rows = db.session.execute(
        sa.select(Group, sa.func.count(GroupMember.id))
        .outerjoin(GroupMember, GroupMember.group_id == Group.id)
        .group_by(Group.id)
        .order_by(Group.name)
    )
    return [(row[0], row[1]) for row in rows]


def group(slug: str) -> Group | None:
    return db.session.scalar(sa.select(Group).where(Group.slug == slug))


def members(group_id: int) -> set[int]:
    """Who is in the group."""
    return set(
        db.session.scalars(sa.select(GroupMember.organisation_id).where(GroupMember.group_id == group_id))
    )


def found(
    *,
    kind: OrganisationKind | None = None,
    group_slug: str = "",
    search: str = "",
    most: int = 100,
    after: int = 0,
) -> list[Organisation]:
    """Organisations with these words, of this kind, in this group; by name."""
    wanted = _like(sa.select(Organisation), kind, group_slug, search)
    return list(
        db.session.scalars(
            wanted.order_by(Organisation.folded_name, Organisation.id).limit(most).offset(after)
        )
    )


def count(*, kind: OrganisationKind | None = None, group_slug: str = "", search: str = "") -> int:
    """How many `found` would find."""
    counted = _like(sa.select(sa.func.count(Organisation.id)), kind, group_slug, search)
    return db.session.scalar(counted) or 0


def _like(wanted: sa.Select, kind: OrganisationKind | None, group_slug: str, search: str) -> sa.Select:  # type: ignore[type-arg]
    if kind is not None:
        wanted = wanted.where(Organisation.kind == kind)
    if group_slug:
        inside = sa.select(GroupMember.organisation_id).join(Group).where(Group.slug == group_slug)
        wanted = wanted.where(Organisation.id.in_(inside))
    for word in folded(search).split():
        wanted = wanted.where(
            sa.or_(
                Organisation.folded_name.contains(word, autoescape=True),
                sa.func.lower(Organisation.official_code) == word,
                sa.func.lower(Organisation.country) == word,
            )
        )
    return wanted


def kinds() -> dict[OrganisationKind, int]:
    """How many there are of each kind."""
    rows = db.session.execute(sa.select(Organisation.kind, sa.func.count()).group_by(Organisation.kind))
    return {row[0]: row[1] for row in rows}


def groups_of(organisation_ids: Collection[int]) -> dict[int, list[Group]]:
    """In which groups each of these is."""
    told: dict[int, list[Group]] = {}
    rows = db.session.execute(
        sa.select(GroupMember.organisation_id, Group)
        .join(Group)
        .where(GroupMember.organisation_id.in_(list(organisation_ids)))
        .order_by(Group.name)
    )
    for organisation_id, one in rows:
        told.setdefault(organisation_id, []).append(one)
    return told


def wholes_of(organisation_ids: Collection[int]) -> dict[int, list[Organisation]]:
    """Of whom each of these is a member."""
    told: dict[int, list[Organisation]] = {}
    rows = db.session.execute(
        sa.select(Membership.member_id, Organisation)
        .join(Organisation, Membership.whole_id == Organisation.id)
        .where(Membership.member_id.in_(list(organisation_ids)))
        .order_by(Organisation.folded_name)
    )
    for organisation_id, one in rows:
        told.setdefault(organisation_id, []).append(one)
    return told


def marks_of(name: str) -> list[str]:
    """The marks of the groups in which the organisation of this name stands."""
    if not name:
        return []
    return list(
        db.session.scalars(
            sa.select(Group.mark)
            .join(GroupMember, GroupMember.group_id == Group.id)
            .join(Organisation, GroupMember.organisation_id == Organisation.id)
            .where(Organisation.folded_name == folded(name), Group.mark != "")
            .order_by(Group.name)
        )
    )


def named_as(slug: str) -> sa.Select[tuple[str]]:
    """The name of an organisation in lower case, for the queries of other rooms."""
    return sa.select(sa.func.lower(Organisation.name)).where(Organisation.slug == slug)


def named_in(group_slug: str) -> sa.Select[tuple[str]]:
    """The names of a group's organisations in lower case, for the queries of other rooms."""
    return (
        sa.select(sa.func.lower(Organisation.name))
        .join(GroupMember, GroupMember.organisation_id == Organisation.id)
        .join(Group, GroupMember.group_id == Group.id)
        .where(Group.slug == group_slug)
    )

"""Who may do what in which conference. The only place that reads roles."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from expo.accounts.models import Account
from expo.accounts.signins import Visitor
from expo.core import audit
from expo.core.db import db, transaction

from .models import Conference, TeamMember
from .words import Role

# What an owner may do includes what every other role may.
_ALL = frozenset(Role)


def roles(visitor: Visitor | None, expo_id: int, conference_id: int | None = None) -> frozenset[Role]:
    """The visitor's roles in this conference; those held for the whole expo count in each of its conferences."""
    if visitor is None or visitor.account_id is None:
        return frozenset()
    if visitor.is_admin:
        return _ALL
    held = frozenset(
        db.session.scalars(
            sa.select(TeamMember.role).where(
                TeamMember.expo_id == expo_id,
                TeamMember.account_id == visitor.account_id,
                sa.or_(TeamMember.conference_id.is_(None), TeamMember.conference_id == conference_id),
            )
        )
    )
    return _ALL if Role.OWNER in held else held


def has_any(visitor: Visitor | None, expo_id: int, wanted: Iterable[Role] = ()) -> bool:
    """Whether the visitor has one of these roles (any role, if none is named) anywhere in the expo."""
    if visitor is None or visitor.account_id is None:
        return False
    if visitor.is_admin:
        return True
    held = sa.select(TeamMember.id).where(
        TeamMember.expo_id == expo_id, TeamMember.account_id == visitor.account_id
    )
    wanted = tuple(wanted)
    if wanted:
        held = held.where(TeamMember.role.in_([*wanted, Role.OWNER]))
    return db.session.scalar(held.limit(1)) is not None


def conferences(visitor: Visitor, expo_id: int, *wanted: Role) -> list[Conference]:
    """The conferences in which the visitor has one of these roles, by date."""
    found = (
        sa.select(Conference)
        .where(Conference.expo_id == expo_id)
        .order_by(Conference.starts_on, Conference.id)
    )
    if not visitor.is_admin:
        mine = sa.select(TeamMember).where(
            TeamMember.expo_id == expo_id,
            TeamMember.account_id == visitor.account_id,
            sa.or_(TeamMember.conference_id.is_(None), TeamMember.conference_id == Conference.id),
        )
        if wanted:
            mine = mine.where(TeamMember.role.in_([*wanted, Role.OWNER]))
        found = found.where(mine.exists())
    return list(db.session.scalars(found))


def join(*, expo_id: int, account: Account, role: Role, conference: Conference | None = None) -> None:
    """Give an account a role. Giving it twice is giving it once."""
    with transaction():
        conference_id = conference.id if conference else None
        held = sa.select(TeamMember.id).where(
            TeamMember.expo_id == expo_id,
            TeamMember.account_id == account.id,
            TeamMember.role == role,
            TeamMember.conference_id.is_(None)
            if conference_id is None
            else TeamMember.conference_id == conference_id,
        )
        if db.session.scalar(held) is not None:
            return
        db.session.add(
            TeamMember(expo_id=expo_id, conference_id=conference_id, account_id=account.id, role=role)
        )
        audit.record(
            "role_given",
            "account",
            account.id,
            expo_id=expo_id,
            after={"role": role, "conference": conference_id},
        )

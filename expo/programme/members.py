"""Who is in a team: roles given by address, and taken back."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.core import audit
from expo.core.db import db, lock, transaction
from expo.expos.models import Expo
from expo.mail import outbox

from . import teams
from .models import Conference, TeamMember
from .refusals import LastOwner
from .words import Role


def of(expo_id: int, conference_id: int | None) -> list[TeamMember]:
    """Who has which role in this conference; in the expo as a whole, where none is named. By name."""
    return list(
        db.session.scalars(
            sa.select(TeamMember)
            .join(TeamMember.account)
            .where(TeamMember.expo_id == expo_id, _in(conference_id))
            .options(joinedload(TeamMember.account))
            .order_by(Account.name, Account.id, TeamMember.role)
        )
    )


def member(expo_id: int, conference_id: int | None, member_id: int) -> TeamMember | None:
    """One role that somebody has here."""
    return db.session.scalar(
        sa.select(TeamMember).where(
            TeamMember.expo_id == expo_id, _in(conference_id), TeamMember.id == member_id
        )
    )


def invite(
    *, expo: Expo, conference: Conference | None, email: str, name: str, role: Role, language: str
) -> bool:
    """Give whoever has this address a role, and write to them. False, and no letter, if they have it already.

    An address without account gets one, to be entered by mailed links until a password is set.
    """
    with transaction():
        lock(expo)  # the same address given two roles at once makes one account
        account = accounts.account_for(email=email, name=name, language=language)
        if not teams.join(expo_id=expo.id, account=account, role=role, conference=conference):
            return False
        outbox.queue(
            "team_joined",
            to=account.email,
            language=account.language,
            expo_id=expo.id,
            name=account.name,
            role=role.value,
            conference=conference.title if conference else None,
        )
    return True


def leave(*, expo: Expo, found: TeamMember) -> None:
    """Take a role back. Raises LastOwner: somebody must be left who can give roles."""
    with transaction():
        lock(expo)  # two owners who take each other's role at once: one of them stays
        found = db.session.get(TeamMember, found.id, populate_existing=True)  # type: ignore[assignment]
        if found is None:
            return  # the second click
        if found.role is Role.OWNER and not _other_owner(found):
            raise LastOwner(_("Make somebody else an owner first: a team needs one."))
        db.session.delete(found)
        audit.record(
            "role_taken",
            "account",
            found.account_id,
            expo_id=expo.id,
            before={"role": found.role, "conference": found.conference_id},
        )


def _in(conference_id: int | None) -> sa.ColumnElement[bool]:
    if conference_id is None:
        return TeamMember.conference_id.is_(None)
    return TeamMember.conference_id == conference_id


def _other_owner(found: TeamMember) -> bool:
    """Whether somebody else owns the same: of a conference, the owners of the whole expo do, too."""
    others = sa.select(TeamMember.id).where(
        TeamMember.expo_id == found.expo_id,
        TeamMember.role == Role.OWNER,
        TeamMember.account_id != found.account_id,
        sa.or_(_in(found.conference_id), TeamMember.conference_id.is_(None)),
    )
    return db.session.scalar(others.limit(1)) is not None

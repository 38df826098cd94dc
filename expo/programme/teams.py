"""Who may do what in which conference. The only place that reads roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Account
from expo.accounts.signins import Visitor
from expo.core import audit
from expo.core.db import db, transaction
from expo.core.refusals import Forbidden, NotFound

from .models import Appearance, Conference, Session, TeamMember
from .words import Deed, Role

# What an owner may do includes what every other role may.
_ALL = frozenset(Role)

# The table of rights. Owners stand in every line.
_MAY: dict[Deed, frozenset[Role]] = {
    Deed.READ: _ALL,
    Deed.SCHEDULE: frozenset({Role.OWNER, Role.SCHEDULER}),
    Deed.PUBLISH: frozenset({Role.OWNER, Role.SCHEDULER}),
    Deed.SET_UP: frozenset({Role.OWNER}),
    Deed.READ_PEOPLE: frozenset({Role.OWNER, Role.REGISTRATION, Role.FINANCE, Role.DOOR_LEAD, Role.VIEWER}),
    Deed.READ_ADDRESSES: frozenset({Role.OWNER, Role.REGISTRATION, Role.FINANCE}),
    Deed.WALK_IN: frozenset({Role.OWNER, Role.REGISTRATION, Role.DOOR_LEAD}),
    Deed.DECIDE: frozenset({Role.OWNER, Role.REGISTRATION}),
    Deed.PRE_APPROVE: frozenset({Role.OWNER, Role.REGISTRATION}),
    Deed.APPROVE_LAST: frozenset({Role.OWNER}),
    Deed.TAKE_MONEY: frozenset({Role.OWNER, Role.FINANCE}),
    Deed.READ_DOORS: frozenset({Role.OWNER, Role.DOOR_LEAD, Role.REGISTRATION, Role.VIEWER}),
    Deed.RUN_DOORS: frozenset({Role.OWNER, Role.DOOR_LEAD}),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What one visitor may do in one expo: roles held for the whole expo, and for single conferences."""

    everywhere: frozenset[Role] = frozenset()
    at: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    def may(self, deed: Deed, conference_id: int | None = None) -> bool:
        """Whether the visitor may do this in the conference; in the expo as a whole, if none is named."""
        held = self.everywhere
        if conference_id is not None:
            held = held | self.at.get(conference_id, frozenset())
        return not held.isdisjoint(_MAY[deed])

    def roles(self, conference_id: int) -> frozenset[Role]:
        """The roles held in this conference, for the whole expo or there."""
        return self.everywhere | self.at.get(conference_id, frozenset())

    def anywhere(self, deed: Deed) -> bool:
        """Whether there is any conference in which the visitor may do this."""
        return self.may(deed) or any(self.may(deed, conference_id) for conference_id in self.at)

    def require(self, deed: Deed, conference_id: int | None) -> None:
        """Refuse. Another team's conference looks as if it did not exist (NotFound); in one's own, Forbidden."""
        if conference_id is not None and not self.may(Deed.READ, conference_id):
            raise NotFound(_("There is no such thing in the conferences of your team."))
        if not self.may(deed, conference_id):
            raise Forbidden(_("Your role does not include this. Ask an owner of the conference."))


def rights(visitor: Visitor | None, expo_id: int) -> Rights:
    """All that the visitor may do in this expo. One query."""
    if visitor is None or visitor.account_id is None:
        return Rights()
    if visitor.is_admin:
        return Rights(_ALL)
    held: dict[int | None, frozenset[Role]] = {}
    for conference_id, role in db.session.execute(
        sa.select(TeamMember.conference_id, TeamMember.role).where(
            TeamMember.expo_id == expo_id, TeamMember.account_id == visitor.account_id
        )
    ):
        held[conference_id] = held.get(conference_id, frozenset()) | {role}
    return Rights(held.pop(None, frozenset()), {key: roles for key, roles in held.items() if key is not None})


def conferences_with(held: Rights, expo_id: int, deed: Deed = Deed.READ) -> list[Conference]:
    """The conferences in which this may be done, by date."""
    found = (
        sa.select(Conference)
        .where(Conference.expo_id == expo_id)
        .order_by(Conference.starts_on, Conference.ends_on.desc(), Conference.id)
    )
    if not held.may(deed):
        found = found.where(Conference.id.in_([key for key in held.at if held.may(deed, key)]))
    return list(db.session.scalars(found))


def accounts_with(expo_id: int, conference_id: int, deed: Deed) -> list[Account]:
    """Whoever may do this in the conference, by a role held there or in the whole expo; by address."""
    return list(
        db.session.scalars(
            sa.select(Account)
            .where(
                Account.disabled_at.is_(None),
                sa.exists().where(
                    TeamMember.account_id == Account.id,
                    TeamMember.expo_id == expo_id,
                    sa.or_(TeamMember.conference_id == conference_id, TeamMember.conference_id.is_(None)),
                    TeamMember.role.in_(_MAY[deed]),
                ),
            )
            .order_by(Account.email)
        )
    )


def may_edit_speaker(held: Rights, speaker_id: int) -> bool:
    """Speakers belong to the expo: whoever schedules a conference edits those who appear there, or nowhere yet."""
    if held.may(Deed.SCHEDULE):
        return True
    own = [key for key in held.at if held.may(Deed.SCHEDULE, key)]
    appears = set(
        db.session.scalars(
            sa.select(Session.conference_id)
            .join(Appearance, Appearance.session_id == Session.id)
            .where(Appearance.speaker_id == speaker_id)
            .distinct()
        )
    )
    return bool(own) and (not appears or not appears.isdisjoint(own))


def require_speaker(held: Rights, speaker_id: int) -> None:
    """Refuse whoever may not edit this speaker. Raises Forbidden."""
    if not may_edit_speaker(held, speaker_id):
        raise Forbidden(_("This speaker appears in other teams' conferences only. Ask one of them."))


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


def join(*, expo_id: int, account: Account, role: Role, conference: Conference | None = None) -> bool:
    """Give an account a role. Giving it twice is giving it once: False then."""
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
            return False
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
    return True

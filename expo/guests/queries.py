from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.core import stamps, tokens
from expo.core.db import db
from expo.delegations.models import Delegation, Nominee, NomineeState

from .models import AcceptedInvitation, SessionInvitation


@dataclass(frozen=True, slots=True)
class Invited:
    """One way in which a person is invited to a session; `seats` None has no limit of its own."""

    id: int
    session_id: int
    seats: int | None


# Whether an expo has any invitation at all: most have none, and then nobody's page asks for their own.
_any: stamps.Kept[bool] = stamps.Kept()


def of_person(person: Person) -> list[Invited]:
    """All ways in which somebody is invited, those without a limit first. One query; none where the expo has no
    invitations.

    An address counts once the person has shown that it is theirs; a delegation or organisation, while it has the
    person registered.
    """
    live = sa.and_(SessionInvitation.expo_id == person.expo_id, SessionInvitation.withdrawn_at.is_(None))
    if not _any.get(
        f"programme:{person.expo_id}", lambda: bool(db.session.scalar(sa.select(sa.exists().where(live))))
    ):
        return []
    sent = sa.and_(Nominee.person_id == person.id, Nominee.state == NomineeState.REGISTERED)
    ways = [
        SessionInvitation.person_id == person.id,
        SessionInvitation.id.in_(
            sa.select(AcceptedInvitation.invitation_id).where(AcceptedInvitation.person_id == person.id)
        ),
        SessionInvitation.delegation_id.in_(sa.select(Nominee.delegation_id).where(sent)),
        SessionInvitation.organisation_id.in_(
            sa.select(Delegation.organisation_id)
            .join(Nominee, Nominee.delegation_id == Delegation.id)
            .where(sent, Delegation.organisation_id.is_not(None))
        ),
    ]
    if person.email and person.email_verified_at:
        ways.append(SessionInvitation.email == person.email)
    rows = db.session.execute(
        sa.select(SessionInvitation.id, SessionInvitation.session_id, SessionInvitation.seats)
        .where(live, sa.or_(*ways))
        .order_by(sa.case((SessionInvitation.seats.is_(None), 0), else_=1), SessionInvitation.id)
    )
    return [Invited(*row) for row in rows]


def to_session(person: Person, session_id: int) -> list[Invited]:
    """The ways in which somebody is invited to this session."""
    return [one for one in of_person(person) if one.session_id == session_id]


def of_session(session_id: int) -> list[SessionInvitation]:
    """The live invitations of a session, the oldest first, with whom they mean."""
    return list(
        db.session.scalars(
            sa.select(SessionInvitation)
            .where(SessionInvitation.session_id == session_id, SessionInvitation.withdrawn_at.is_(None))
            .options(
                joinedload(SessionInvitation.person),
                joinedload(SessionInvitation.organisation),
                joinedload(SessionInvitation.delegation),
            )
            .order_by(SessionInvitation.id)
        )
    )


def invitation(session_id: int, invitation_id: int) -> SessionInvitation | None:
    """One invitation of a session."""
    return db.session.scalar(
        sa.select(SessionInvitation).where(
            SessionInvitation.session_id == session_id, SessionInvitation.id == invitation_id
        )
    )


def accepted(invitation_ids: list[int]) -> dict[int, int]:
    """How many people came by each of these codes and links."""
    rows = db.session.execute(
        sa.select(AcceptedInvitation.invitation_id, sa.func.count())
        .where(AcceptedInvitation.invitation_id.in_(invitation_ids))
        .group_by(AcceptedInvitation.invitation_id)
    )
    return {row[0]: row[1] for row in rows}


def holds(expo_id: int, token: str) -> bool:
    """Whether the link of a letter still opens something here."""
    wanted = sa.exists().where(
        SessionInvitation.expo_id == expo_id,
        SessionInvitation.token_digest == tokens.digest(token),
        SessionInvitation.withdrawn_at.is_(None),
    )
    return bool(db.session.scalar(sa.select(wanted)))

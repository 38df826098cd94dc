from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.delegations.models import Delegation
from expo.expos.models import Expo
from expo.organisations.models import Organisation
from expo.programme.models import Session


class Subject(enum.StrEnum):
    """Who is meant by an invitation."""

    PERSON = "person"
    ADDRESS = "address"  # whoever has this mailbox
    ORGANISATION = "organisation"  # who is registered by one of its delegations
    DELEGATION = "delegation"  # who is registered by it
    CODE = "code"  # whoever knows it


_LIVE = "withdrawn_at IS NULL"


class SessionInvitation(Base):
    """An invitation to a session: all its times. `seats` is how many may be booked under it in each time, together;
    None has no limit but the session's own."""

    __tablename__ = "session_invitations"
    __table_args__ = (
        choice_check("subject", Subject),
        sa.CheckConstraint("seats IS NULL OR seats >= 1", name="seats"),
        sa.CheckConstraint(
            "(subject = 'person') = (person_id IS NOT NULL)"
            " AND (subject = 'address') = (email IS NOT NULL)"
            " AND (subject = 'organisation') = (organisation_id IS NOT NULL)"
            " AND (subject = 'delegation') = (delegation_id IS NOT NULL)"
            " AND (subject = 'code') = (code IS NOT NULL)",
            name="one_subject",
        ),
        sa.UniqueConstraint("token_digest"),
        partial_index("uq_session_invitations_person", "session_id", "person_id", where=_LIVE),
        partial_index("uq_session_invitations_email", "session_id", "email", where=_LIVE),
        partial_index("uq_session_invitations_organisation", "session_id", "organisation_id", where=_LIVE),
        partial_index("uq_session_invitations_delegation", "session_id", "delegation_id", where=_LIVE),
        # A code opens one session of an expo.
        partial_index("uq_session_invitations_code", "expo_id", "code", where=_LIVE),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    subject: Mapped[Subject] = choice(Subject)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Delegation.id), index=True)
    code: Mapped[str | None] = mapped_column(sa.String(40))
    # Of the link in the letter to an address: whoever opens it has the mailbox.
    token_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    seats: Mapped[int | None]
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(sa.String(80))
    withdrawn_at: Mapped[Moment | None]

    session: Mapped[Session] = relationship()
    person: Mapped[Person | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    delegation: Mapped[Delegation | None] = relationship()


class AcceptedInvitation(Base):
    """A person who came by a code, or by the link that was mailed to an address."""

    __tablename__ = "accepted_invitations"
    __table_args__ = (sa.UniqueConstraint("invitation_id", "person_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey(SessionInvitation.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    at: Mapped[Moment]

    invitation: Mapped[SessionInvitation] = relationship()

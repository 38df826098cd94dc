from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Account
from expo.core.db import Base, Id, Moment
from expo.expos.models import Expo

from .models import Conference, Session


class GuestSession(Base):
    """A session that another conference may show in its own programme, once it says yes. It stays one session."""

    __tablename__ = "guest_sessions"
    __table_args__ = (sa.UniqueConstraint("session_id", "conference_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    offered_at: Mapped[Moment]
    accepted_at: Mapped[Moment | None]

    session: Mapped[Session] = relationship()
    conference: Mapped[Conference] = relationship()


class SessionEditor(Base):
    """A co-host: whoever edits this one session, and sees nothing else of its conference."""

    __tablename__ = "session_editors"
    __table_args__ = (sa.UniqueConstraint("session_id", "account_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey(Account.id), index=True)

    session: Mapped[Session] = relationship()
    account: Mapped[Account] = relationship()

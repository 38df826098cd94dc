from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo
from expo.programme.models import Appearance, Session
from expo.speakers.models import Speaker


class Substitute(Base):
    """Whom a speaker names in their place. It waits until the organisers take them or not, and is history then.

    The appearance goes when somebody else has its place, so who and what it was stands here too.
    """

    __tablename__ = "substitutes"
    __table_args__ = (
        partial_index("uq_substitutes_waiting", "appearance_id", where="decided_at IS NULL"),
        sa.CheckConstraint("(decided_at IS NULL) = (taken IS NULL)", name="decided"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey(Speaker.id), index=True)
    appearance_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Appearance.id, ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254))
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    named_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]
    taken: Mapped[bool | None]

    session: Mapped[Session] = relationship()
    speaker: Mapped[Speaker] = relationship()
    appearance: Mapped[Appearance | None] = relationship()

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Moment
from expo.expos.models import Expo
from expo.speakers.models import Speaker

from .models import Session


class SessionFile(Base):
    """A file of a session: of one of its contributions, or handed out with it. It never changes: another file is
    another row. `stored` is its name in the folder of uploads. Since `unnamed_since` neither draft nor programme
    names it."""

    __tablename__ = "session_files"
    __table_args__ = (sa.CheckConstraint("size > 0", name="size"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    speaker_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Speaker.id), index=True)
    stored: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(140))
    type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    made_at: Mapped[Moment]
    unnamed_since: Mapped[Moment | None]

    session: Mapped[Session] = relationship()

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo
from expo.programme.models import Occurrence


class Favourite(Base):
    """One time of a session that a person keeps in mind.

    A time and not the whole session, as bookings, clashes and calendars speak of times: who marks the tour on
    Tuesday at eleven wants it there, and not on each of thirty days. A dropped one stays as a row, because the
    person's calendar must learn that it has changed.
    """

    __tablename__ = "favourites"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "occurrence_id"),
        partial_index("ix_favourites_kept", "person_id", where="dropped_at IS NULL", unique=False),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    kept_at: Mapped[Moment]
    dropped_at: Mapped[Moment | None]

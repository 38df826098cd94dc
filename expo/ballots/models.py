from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Json, Moment, partial_index
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence


class Ballot(Base):
    """A lot over some occurrences of one conference. Open until `closes_at`, over once it is drawn or called off.

    `seed` stays secret until then; `seed_hash` is its promise. `published` is what anybody may draw again from
    (drawing.py names its parts), without a name.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("closes_at > opened_at", name="closes"),
        sa.CheckConstraint("most_wishes >= 1", name="most_wishes"),
        sa.CheckConstraint("(drawn_at IS NULL) = (published IS NULL)", name="drawn"),
        sa.CheckConstraint("called_off_at IS NULL OR drawn_at IS NULL", name="called_off"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    code: Mapped[str] = mapped_column(sa.String(16))
    title: Mapped[str] = mapped_column(sa.String(200))
    most_wishes: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64))
    seed_hash: Mapped[str] = mapped_column(sa.String(64))
    opened_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    drawn_at: Mapped[Moment | None]
    published: Mapped[Json | None]
    called_off_at: Mapped[Moment | None]
    called_off_why: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")

    @property
    def is_over(self) -> bool:
        return self.drawn_at is not None or self.called_off_at is not None

    conference: Mapped[Conference] = relationship()
    sessions: Mapped[list[BallotSession]] = relationship(order_by="BallotSession.id", viewonly=True)


class BallotSession(Base):
    """One occurrence whose seats are drawn. In one undrawn ballot at a time."""

    __tablename__ = "ballot_sessions"
    __table_args__ = (
        sa.UniqueConstraint("ballot_id", "occurrence_id"),
        partial_index("uq_ballot_sessions_live", "occurrence_id", where="over_at IS NULL"),
    )

    id: Mapped[Id]
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey(Ballot.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    over_at: Mapped[Moment | None]

    occurrence: Mapped[Occurrence] = relationship()


class BallotEntry(Base):
    """What one person wishes, best first, as codes of occurrences; none at all where they changed their mind.

    `number` is their ticket in the lot: the how manieth entry it is, so that nobody can choose a lucky one.
    """

    __tablename__ = "ballot_entries"
    __table_args__ = (
        sa.UniqueConstraint("ballot_id", "person_id"),
        sa.UniqueConstraint("ballot_id", "number"),
        sa.CheckConstraint("seats >= 1", name="seats"),
        sa.CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[Id]
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey(Ballot.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    number: Mapped[int]
    seats: Mapped[int]
    wishes: Mapped[Json]
    entered_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    person: Mapped[Person] = relationship()

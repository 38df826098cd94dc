from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment
from expo.expos.models import Expo


class Erasure(Base):
    """That a person was erased, and why: without anything that says who it was.

    `digest` is keyed, over what a backup still has (expo, id, moment of coming): so that after a restore the same
    person is found, and no other that has got the number meanwhile.
    """

    __tablename__ = "erasures"
    __table_args__ = (sa.UniqueConstraint("person_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    erased_at: Mapped[Moment]
    # "person:12" for oneself, "account:7" for an organiser on request, with their reason.
    erased_by: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.Text, default="")

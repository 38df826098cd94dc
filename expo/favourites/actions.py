"""Keeping in mind and dropping. Both may come twice, from two devices, or late: the second time changes nothing.

There are no audit entries here: a favourite is no right, no seat and no money, and what somebody merely likes
is nobody else's to read.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import add_unless_there, execute, lock, transaction
from expo.publishing import queries as publishing

from . import queries
from .models import Favourite
from .refusals import TooManyKept
from .sharing import MOST


def keep(*, person: Person, occurrence_ids: Collection[int]) -> None:
    """Keep these in mind; what strangers may not know of is passed over. All of them, or a TooManyKept."""
    with transaction():
        lock(person)  # two devices at once count what the other one kept
        wanted = {item.occurrence_id for item in publishing.listed_among(person.expo_id, occurrence_ids)}
        known = queries.kept_by(person.id)
        if len(known | wanted) > MOST:
            raise TooManyKept(
                _("You keep %(most)s favourites already. Take some away first.", most=len(known))
            )
        now = clock.now()
        for occurrence_id in sorted(wanted - known):
            again = execute(
                sa.update(Favourite)
                .where(Favourite.person_id == person.id, Favourite.occurrence_id == occurrence_id)
                .values(kept_at=now, dropped_at=None)
            )
            if not again:
                add_unless_there(
                    Favourite(
                        expo_id=person.expo_id,
                        person_id=person.id,
                        occurrence_id=occurrence_id,
                        kept_at=now,
                    )
                )


def drop(*, person: Person, occurrence_id: int) -> None:
    """Keep it in mind no longer."""
    with transaction():
        execute(
            sa.update(Favourite)
            .where(
                Favourite.person_id == person.id,
                Favourite.occurrence_id == occurrence_id,
                Favourite.dropped_at.is_(None),
            )
            .values(dropped_at=clock.now())
        )

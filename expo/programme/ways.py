"""How long it takes on foot between the venues of an expo: as somebody who walked it says, or as estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.expos.models import Expo

from . import walking
from .models import Venue, Walk

LONGEST = 600  # minutes


class Spot(walking.Placed, Protocol):
    """A venue, or what is known of one."""

    @property
    def id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways between venues of one expo. `walked` holds what somebody said, by the ids of both, lower first."""

    walked: Mapping[tuple[int, int], int]
    _estimates: dict[tuple[int, int], int | None] = field(default_factory=dict, repr=False, compare=False)

    def said(self, one: Spot, other: Spot) -> int | None:
        """Minutes as an organiser gave them; None where nobody did."""
        return self.walked.get(_pair(one, other))

    def minutes(self, one: Spot, other: Spot) -> int | None:
        """Minutes on foot, either way; None where neither a position nor anybody tells. The same place is 0."""
        pair = _pair(one, other)
        said = self.walked.get(pair)
        if said is not None:
            return said
        if pair not in self._estimates:
            self._estimates[pair] = walking.minutes(one, other)
        return self._estimates[pair]


def of(expo_id: int) -> Ways:
    """The ways of this expo. One query."""
    rows = db.session.execute(
        sa.select(Walk.one_id, Walk.other_id, Walk.minutes).where(Walk.expo_id == expo_id)
    )
    return Ways({(one, other): minutes for one, other, minutes in rows})


def say(*, venue: Venue, minutes: Mapping[int, int | None]) -> int:
    """Say how long it takes from this venue to others, by their ids; None goes back to the estimate. Shown at
    once. Returns how many ways changed.

    Raises BadInput.
    """
    with transaction():
        lock(db.session.get_one(Expo, venue.expo_id))  # from both ends of a way at once
        others = {
            other.id: other
            for other in db.session.scalars(
                sa.select(Venue).where(Venue.expo_id == venue.expo_id, Venue.id.in_(minutes))
            )
        }
        known = {
            (walk.one_id, walk.other_id): walk
            for walk in db.session.scalars(
                sa.select(Walk).where(sa.or_(Walk.one_id == venue.id, Walk.other_id == venue.id))
            )
        }
        before: dict[str, int | None] = {}
        after: dict[str, int | None] = {}
        for key, said in minutes.items():
            if key == venue.id or key not in others:
                raise BadInput(_("There is no such place in this expo."))
            if said is not None and not 0 <= said <= LONGEST:
                raise BadInput(_("A way takes 0 to %(most)s minutes.", most=LONGEST), field=f"to_{key}")
            pair = _pair(venue, others[key])
            walk = known.get(pair)
            if (walk.minutes if walk else None) == said:
                continue
            before[others[key].slug], after[others[key].slug] = walk.minutes if walk else None, said
            _write(venue.expo_id, pair, walk, said)
        if after:
            audit.record(
                "walks_changed", "venue", venue.id, expo_id=venue.expo_id, before=before, after=after
            )
            stamps.raise_stamp(f"programme:{venue.expo_id}")
    return len(after)


def _write(expo_id: int, pair: tuple[int, int], walk: Walk | None, minutes: int | None) -> None:
    if walk is None:
        assert minutes is not None
        db.session.add(Walk(expo_id=expo_id, one_id=pair[0], other_id=pair[1], minutes=minutes))
    elif minutes is None:
        db.session.delete(walk)
    else:
        walk.minutes = minutes
    db.session.flush()


def _pair(one: Spot, other: Spot) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)

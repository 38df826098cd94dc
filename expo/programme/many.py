"""Hundreds of sessions made at once, by the rules and with the traces of making one: the database is asked a few times
instead of ten times each, so that nobody else waits long behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from expo.capacity.models import Pool
from expo.core.db import db, transaction

from . import clashes, codes, places
from .actions import made_occurrence, made_session, new_occurrence, new_session
from .drafts import OccurrenceDraft, SessionDraft
from .models import Conference, Session
from .values import check_session, of_occurrence, of_session


@dataclass(frozen=True, slots=True)
class New:
    """A session to be made with its times. `key` is the maker's own name for it, `parent` that of the one it is part
    of, which is made too."""

    key: int
    draft: SessionDraft
    times: tuple[OccurrenceDraft, ...] = ()
    parent: int | None = None


def create(*, conference: Conference, new: Sequence[New]) -> dict[int, Session]:
    """Make them, parents before their parts. Returns them by their keys. Raises BadInput, BadPlacement, Clashes."""
    for one in new:
        check_session(one.draft)
    with transaction(), clashes.together(conference.expo_id), db.session.no_autoflush:
        made: dict[int, Session] = {}
        free = codes.free_ones(conference)
        kind_id = cache(lambda name: places.find_or_create_type(conference.expo, name).id)
        track_id = cache(lambda name: places.find_or_create_track(conference, name).id)
        waiting = list(new)
        while waiting:
            now = [one for one in waiting if one.parent is None or one.parent in made]
            for one in now:
                values = of_session(conference, one.draft, kind_id=kind_id, track_id=track_id)
                parent = made.get(one.parent or 0)
                made[one.key] = new_session(conference, values, next(free), parent)
            db.session.flush()
            waiting = [one for one in waiting if one.key not in made]
            if not now:
                raise ValueError("a part of what is not made")
        _times(made, new)
        for one in new:
            made_session(made[one.key], one.draft)
    return made


def _times(made: dict[int, Session], new: Sequence[New]) -> None:
    wanted = [(made[one.key], time) for one in new for time in one.times]
    pools = [Pool(expo_id=one.expo_id, capacity=time.seats, taken=0, over=0) for one, time in wanted]
    db.session.add_all(pools)
    db.session.flush()
    taken = codes.of_times(wanted[0][0].expo_id) if wanted else set[str]()
    rows = []
    for (session, time), pool in zip(wanted, pools, strict=True):
        values = of_occurrence(session, time)
        code = codes.first_free(session.code, taken)
        taken.add(code)
        rows.append((new_occurrence(session, values, code, pool.id), values))
    db.session.flush()
    for row, values in rows:
        made_occurrence(row, values)
    for session in made.values():
        clashes.check(session)

"""Hundreds of sessions made at once, by the rules and with the traces of making one: the database is asked a few times
instead of ten times each, so that nobody else waits long behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from uuid import uuid4

from expo.capacity.models import Pool
from expo.core import audit, clock
from expo.core.db import db, transaction

from . import clashes, codes, places
from .drafts import OccurrenceDraft, SessionDraft
from .models import Conference, Occurrence, Session
from .values import check_session, of_occurrence, of_session, plain


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
                made[one.key] = _session(conference, values, next(free), parent)
            db.session.flush()
            waiting = [one for one in waiting if one.key not in made]
            if not now:
                raise ValueError("a part of what is not made")
        _times(made, new)
        for one in new:
            session = made[one.key]
            audit.record(
                "session_created", "session", session.id, expo_id=session.expo_id,
                after=plain(asdict(one.draft)),
            )  # fmt: skip
    return made


def _session(conference: Conference, values: dict[str, object], code: str, parent: Session | None) -> Session:
    now = clock.now()
    session = Session(
        expo_id=conference.expo_id, conference_id=conference.id, code=code, version=1, created_at=now,
        changed_at=now, parent_id=parent.id if parent else None, **values,
    )  # fmt: skip
    db.session.add(session)
    return session


def _times(made: dict[int, Session], new: Sequence[New]) -> None:
    wanted = [(made[one.key], time) for one in new for time in one.times]
    pools = [Pool(expo_id=one.expo_id, capacity=time.seats, taken=0, over=0) for one, time in wanted]
    db.session.add_all(pools)
    db.session.flush()
    taken = codes.of_times(wanted[0][0].expo_id) if wanted else set[str]()
    rows, now = [], clock.now()
    for (session, time), pool in zip(wanted, pools, strict=True):
        values = of_occurrence(session, time)
        code = codes.first_free(session.code, taken)
        taken.add(code)
        rows.append(
            Occurrence(
                expo_id=session.expo_id,
                session_id=session.id,
                uid=f"{uuid4()}@expo",
                code=code,
                pool_id=pool.id,
                version=1,
                created_at=now,
                changed_at=now,
                **values,
            )
        )
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        audit.record(
            "occurrence_created", "occurrence", row.id, expo_id=row.expo_id,
            after=plain({key: getattr(row, key) for key in _SAID}),
        )  # fmt: skip
    for session in made.values():
        clashes.check(session)


# What a time says of itself, as the audit keeps it.
_SAID = OccurrenceDraft.__slots__

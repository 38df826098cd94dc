"""Cancelling or moving a day, venue or conference: drafted as a whole, then published or undone as a whole.

What follows for thousands (places that end, money that goes back) is done by a job in small steps. None of them is
half done, and none shows anything that the release has not said already: the sale is over with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import clashes, queries
from expo.programme.models import Conference, Occurrence
from expo.programme.refusals import Clashes
from expo.programme.values import draft_of_conference, draft_of_occurrence
from expo.publishing import actions as publishing
from expo.scheduling import breaks

from . import ending, numbers, touching
from .models import Kind, Upheaval, Whole
from .refusals import NothingThere, NotTheName, UpheavalIsOver
from .touching import Wish


class _Tried(Exception):
    """Undoes what was only tried."""


def try_it(wish: Wish) -> list[Any]:
    """What would clash. Everything is done and undone again, so that it is the very rules that answer."""
    touching.check(wish)
    try:
        with transaction():
            _apply(wish, "")
            raise _Tried
    except _Tried:
        return []
    except Clashes as no:
        found: Any = no.facts["clashes"]
        return list(found)
    finally:
        db.session.expire_all()


def draft(*, wish: Wish, typed: str, why: str) -> Upheaval:
    """Cancel or move all of it in the draft: nobody is told yet, and it can be undone. `typed` is its name, as a
    promise that it is meant. Raises NotTheName, NothingThere, Clashes, BadInput."""
    touching.check(wish)
    if " ".join(typed.split()).casefold() != " ".join(wish.name.split()).casefold():
        raise NotTheName(_("Type “%(name)s”, so that nothing else is meant.", name=wish.name), field="typed")
    with transaction():
        lock(db.session.get_one(Expo, wish.expo_id))
        touched = _apply(wish, why)
        made = Upheaval(
            expo_id=wish.expo_id, conference_id=wish.conference.id if wish.conference else None,
            kind=wish.kind, whole=wish.whole, key=wish.key, name=wish.name, why=why.strip(), touched=touched,
            days=wish.days if wish.kind is Kind.MOVE else 0,
            made_by=audit.actor(), made_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        _record("upheaval_drafted", made)
    return made


def _apply(wish: Wish, why: str) -> list[dict[str, Any]]:
    found = touching.times(wish)
    if not found:
        raise NothingThere(_("Nothing of yours that is still to come stands there."), field="typed")
    touched = []
    with clashes.together(wish.expo_id):
        for time in found:
            before = touching.placing(time)
            if wish.kind is Kind.CANCEL:
                programme.cancel_occurrence(occurrence=time, why=why)
            else:
                starts_at, ends_at, room_id = touching.moved(time, wish)
                moved = replace(
                    draft_of_occurrence(time), starts_at=starts_at, ends_at=ends_at, room_id=room_id
                )
                programme.edit_occurrence(occurrence=time, draft=moved)
            touched.append({"id": time.id, "before": before, "after": touching.placing(time)})
    return touched


def publish(*, upheaval: Upheaval) -> None:
    """Tell everybody, in one release; from now on nothing of it is sold. Raises UpheavalIsOver, NothingToPublish,
    NeedsApproval."""
    with transaction():
        expo = db.session.get_one(Expo, upheaval.expo_id)
        lock(expo)
        _check_open(upheaval)
        upheaval.published_at = clock.now()
        ending.begin(upheaval)
        sessions = numbers.sessions_of([row["id"] for row in upheaval.touched])
        release = publishing.publish(
            expo=expo, session_ids=sessions, break_ids=_breaks_follow(upheaval), note=upheaval.why
        )
        upheaval.release_id = release.id
        conference = upheaval.conference
        if conference is not None and upheaval.whole is Whole.CONFERENCE:
            if upheaval.kind is Kind.CANCEL:
                programme.cancel_conference(conference=conference, why=upheaval.why)
            elif upheaval.days:
                _move_conference(conference, upheaval.days)
        _record("upheaval_published", upheaval)


def undo(*, upheaval: Upheaval) -> None:
    """Put all of it back where it was, before anybody was told. Raises UpheavalIsOver, also where something of it
    was changed since; Clashes where something else stands there now."""
    with transaction():
        lock(db.session.get_one(Expo, upheaval.expo_id))
        _check_open(upheaval)
        rows = {row["id"]: row for row in upheaval.touched}
        times = list(db.session.scalars(sa.select(Occurrence).where(Occurrence.id.in_(rows))))
        if any(touching.placing(time) != rows[time.id]["after"] for time in times):
            raise UpheavalIsOver(_("Some of it was changed since. Put it back session by session."))
        with clashes.together(upheaval.expo_id):
            for time in times:
                _put_back(time, rows[time.id]["before"])
        upheaval.undone_at = clock.now()
        _record("upheaval_undone", upheaval)


def _put_back(time: Occurrence, was: dict[str, Any]) -> None:
    if time.cancelled_at is not None and not was["cancelled"]:
        programme.restore_occurrence(occurrence=time)
        return
    draft = replace(
        draft_of_occurrence(time),
        starts_at=datetime.fromisoformat(was["starts_at"]),
        ends_at=datetime.fromisoformat(was["ends_at"]),
        room_id=was["room"],
    )
    programme.edit_occurrence(occurrence=time, draft=draft)


def _check_open(upheaval: Upheaval) -> None:
    lock(upheaval)
    if upheaval.published_at is not None or upheaval.undone_at is not None:
        raise UpheavalIsOver(_("This is published or undone already."))


def _breaks_follow(upheaval: Upheaval) -> set[int]:
    """The breaks of the conference, or of its day, go where its sessions went; those of a venue stay."""
    conference = upheaval.conference
    if conference is None or upheaval.whole is Whole.VENUE:
        return set()
    day = date.fromisoformat(upheaval.key) if upheaval.whole is Whole.DAY else None
    if upheaval.kind is Kind.CANCEL:
        return breaks.follow(conference=conference, day=day, days=None)
    return breaks.follow(conference=conference, day=day, days=upheaval.days) if upheaval.days else set()


def _move_conference(conference: Conference, days: int) -> None:
    known = draft_of_conference(conference, queries.hosts([conference.id])[conference.id])
    by = timedelta(days=days)
    moved = replace(
        known,
        starts_on=known.starts_on + by,
        ends_on=known.ends_on + by,
        closed_dates=tuple(day + by for day in known.closed_dates),
    )
    programme.save_conference(
        expo=conference.expo, draft=moved, conference=conference, parent=conference.parent
    )


def of_expo(expo_id: int, conference_ids: list[int] | None = None) -> list[Upheaval]:
    """All of them, the newest first; of these conferences alone, if some are named."""
    wanted = sa.select(Upheaval).where(Upheaval.expo_id == expo_id).order_by(Upheaval.id.desc())
    if conference_ids is not None:
        wanted = wanted.where(Upheaval.conference_id.in_(conference_ids))
    return list(db.session.scalars(wanted))


def one(expo_id: int, upheaval_id: int) -> Upheaval | None:
    return db.session.scalar(
        sa.select(Upheaval).where(Upheaval.expo_id == expo_id, Upheaval.id == upheaval_id)
    )


def _record(action: str, upheaval: Upheaval) -> None:
    audit.record(
        action, "upheaval", upheaval.id, expo_id=upheaval.expo_id, why=upheaval.why or None,
        after={"kind": upheaval.kind.value, "whole": upheaval.whole.value, "key": upheaval.key,
               "times": len(upheaval.touched)},
    )  # fmt: skip

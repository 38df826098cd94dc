from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.capacity.refusals import PoolInUse
from expo.core import audit, clock, news, stamps
from expo.core.db import db, lock, transaction
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence, Session
from expo.scheduling import clashes

from . import breaks
from .covering import Waiting, scope_of
from .differences import Difference
from .models import OccurrenceVersion, Proposal, Release, SessionVersion
from .news import ReleasePublished
from .refusals import FewerSeatsThanBooked, NeedsApproval, NothingToPublish


def publish(
    *,
    expo: Expo,
    conference: Conference | None = None,
    session: Session | None = None,
    day: date | None = None,
    session_ids: Collection[int] | None = None,
    break_ids: Collection[int] = (),
    note: str = "",
    approved: Proposal | None = None,
) -> Release:
    """Publish the draft of the expo, or of one conference, day, session, or of these sessions
    and breaks: all of it or nothing.

    Raises NothingToPublish, FewerSeatsThanBooked; NotToBePublished where a clash has to be settled first;
    NeedsApproval where a conference wants a second person, and this is not what they `approved`. Holders of the
    earlier state keep it: versions are superseded, never changed.
    """
    with transaction():
        lock(expo)  # of two releases at once the second waits, and finds what the first has left
        scope = scope_of(
            conference=conference, session=session, day=day, session_ids=session_ids, break_ids=break_ids
        )
        found = scope.waiting(expo.id)
        if not found:
            raise NothingToPublish(_("Everything in this scope is published already."))
        _check_approval(found, approved)
        clashes.before_release(expo.id, [difference.session.id for difference in found.sessions])
        release = Release(
            expo_id=expo.id,
            number=_next_number(expo.id),
            scope=scope.kind,
            scope_key=scope.key,
            note=note.strip(),
            changes=found.told(),
            published_at=clock.now(),
            published_by=audit.actor(),
        )
        db.session.add(release)
        db.session.flush()
        breaks.publish(found.breaks, release)
        _release(found.sessions, release)
    return release


def _release(found: list[Difference], release: Release) -> None:
    moved: list[int] = []
    cancelled: list[int] = []
    _supersede(found, release)
    for difference in found:
        _publish_session(difference, release)
        for occurrence, values, current in difference.occurrences:
            kind = difference.kind_of(values, current)
            _publish_occurrence(difference, occurrence, values, current, release)
            moved += [occurrence.id] if kind == "moved" else []
            cancelled += [occurrence.id] if kind == "cancelled" else []
    audit.record(
        "published",
        "release",
        release.id,
        expo_id=release.expo_id,
        why=release.note or None,
        after={"number": release.number, "changes": len(release.changes)},
    )
    stamps.raise_stamp(f"programme:{release.expo_id}")
    news.tell(ReleasePublished(release.id, release.expo_id, tuple(moved), tuple(cancelled)))


def _check_approval(found: Waiting, approved: Proposal | None) -> None:
    asks = next((one for one in found.conferences() if one.second_approves), None)
    if asks is None:
        return
    if approved is None or approved.approved_at is None or approved.digest != found.digest():
        raise NeedsApproval(
            _("%(conference)s wants a second person to look at what is published.", conference=asks.title)
        )


def _next_number(expo_id: int) -> int:
    last = db.session.scalar(sa.select(sa.func.max(Release.number)).where(Release.expo_id == expo_id))
    return (last or 0) + 1


def _supersede(found: list[Difference], release: Release) -> None:
    """End the present versions before the new ones begin: at no moment are there two."""
    for difference in found:
        if difference.content and difference.current:
            difference.current.until_release_id = release.id
        for _occurrence, _values, current in difference.occurrences:
            if current:
                current.until_release_id = release.id
    db.session.flush()


def _publish_session(difference: Difference, release: Release) -> None:
    if difference.content:
        db.session.add(
            SessionVersion(
                expo_id=release.expo_id,
                session_id=difference.session.id,
                release_id=release.id,
                **difference.content,
            )
        )


def _publish_occurrence(
    difference: Difference,
    occurrence: Occurrence,
    values: dict[str, Any],
    current: OccurrenceVersion | None,
    release: Release,
) -> None:
    db.session.add(
        OccurrenceVersion(
            expo_id=release.expo_id,
            occurrence_id=occurrence.id,
            session_id=difference.session.id,
            release_id=release.id,
            sequence=difference.sequence(values, current),
            changed_at=clock.now(),
            **values,
        )
    )
    # Resized even to the same size where it is cancelled: who books at this moment waits, and then sees it.
    if current is None or current.seats != values["seats"] or values["cancelled"]:
        try:
            pools.resize(occurrence.pool_id, values["seats"])
        except PoolInUse as too_small:
            raise FewerSeatsThanBooked(
                _(
                    "%(title)s has more booked seats than the %(seats)s of the draft. Raise the seats, or cancel bookings first.",
                    title=difference.session.title,
                    seats=values["seats"],
                )
            ) from too_small

"""How seats are booked: an occurrence's own terms, else those of its kind of session, else what holds everywhere.
And where people gather. All of it holds at once: no release is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity.models import Pool
from expo.core import audit, news, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo

from .models import Occurrence, SessionType
from .news import TermsChanged
from .terms_models import BookingTerms
from .values import plain
from .words import OverlapRule

MOST_PARTY = 20
PARTY, PARTY_OF_OPEN_PROGRAMME = 1, 6
LONGEST = 60 * 24 * 400  # minutes
FIELDS = (
    "overlap",
    "late_minutes",
    "opens_before",
    "closes_before",
    "most_party",
    "walk_ups",
    "walk_up_percent",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one occurrence. `opens_at` None: at any time; `closes_at` None: until it ends."""

    overlap: OverlapRule
    late_minutes: int
    opens_at: datetime | None
    closes_at: datetime | None
    most_party: int
    walk_ups: int
    walk_up_percent: int

    def kept_of(self, seats: int | None) -> int:
        """How many of so many seats are kept for those who walk up."""
        if seats is None:
            return 0
        return min(seats, max(self.walk_ups, ceil(seats * self.walk_up_percent / 100)))


def resolved(
    own: Sequence[Any],
    kind: Sequence[Any],
    starts_at: datetime,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    open_programme: bool,
) -> Terms:
    """From two rows of FIELDS, and the occurrence's own moments, which come before both. Where both rows say how many
    seats are kept, the occurrence's own holds."""
    overlap, late, opens, closes, party, _walk_ups, _percent = (
        mine if mine is not None else theirs for mine, theirs in zip(own, kind, strict=True)
    )
    walk_ups, percent = own[5:7] if own[5] is not None or own[6] is not None else kind[5:7]
    return Terms(
        overlap or OverlapRule.WARN,
        late or 0,
        opens_at or (None if opens is None else starts_at - timedelta(minutes=opens)),
        closes_at or (None if closes is None else starts_at - timedelta(minutes=closes)),
        party or (PARTY_OF_OPEN_PROGRAMME if open_programme else PARTY),
        walk_ups or 0,
        percent or 0,
    )


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """What an organiser says; None leaves it to the kind, or to the default."""

    overlap: OverlapRule | None = None
    late_minutes: int | None = None
    opens_before: int | None = None
    closes_before: int | None = None
    most_party: int | None = None
    walk_ups: int | None = None
    walk_up_percent: int | None = None


def of_kinds(expo_id: int) -> list[tuple[SessionType, BookingTerms | None]]:
    """All kinds of sessions of the expo with what was said of them, by name."""
    rows = db.session.execute(
        sa.select(SessionType, BookingTerms)
        .outerjoin(BookingTerms, BookingTerms.type_id == SessionType.id)
        .where(SessionType.expo_id == expo_id)
        .order_by(SessionType.name)
    )
    return [(row[0], row[1]) for row in rows]


def of_occurrence(occurrence_id: int) -> BookingTerms | None:
    """What was said of this one time."""
    return db.session.scalar(sa.select(BookingTerms).where(BookingTerms.occurrence_id == occurrence_id))


def draft_of(terms: BookingTerms | None) -> TermsDraft:
    """Terms as their draft would say them."""
    if terms is None:
        return TermsDraft()
    return TermsDraft(**{name: getattr(terms, name) for name in TermsDraft.__slots__})


def say(*, of: SessionType | Occurrence, draft: TermsDraft) -> bool:
    """Say how seats of a kind of session, or of one occurrence, are booked. In force at once. Returns whether
    anything changed. Raises BadInput; SeatsTaken where seats to be kept are booked already."""
    _check(draft)
    with transaction():
        lock(db.session.get_one(Expo, of.expo_id))
        of_kind = isinstance(of, SessionType)
        column = BookingTerms.type_id if of_kind else BookingTerms.occurrence_id
        known = db.session.scalar(sa.select(BookingTerms).where(column == of.id))
        before, after = draft_of(known), draft
        if before == after:
            return False
        if known is None:
            known = BookingTerms(expo_id=of.expo_id, **{"type_id" if of_kind else "occurrence_id": of.id})
            db.session.add(known)
        for name, value in asdict(draft).items():
            setattr(known, name, value)
        db.session.flush()
        audit.record(
            "booking_terms_changed",
            "session_type" if of_kind else "occurrence",
            of.id,
            expo_id=of.expo_id,
            before=_plain(before),
            after=_plain(after),
        )
        stamps.raise_stamp(f"programme:{of.expo_id}")
        news.tell(TermsChanged(of.expo_id, of.id if of_kind else None, None if of_kind else of.id))
    return True


def row_of(occurrence: Occurrence) -> BookingTerms:
    """The row of this one time, made where nothing was said of it yet. In the transaction of whoever asks."""
    known = of_occurrence(occurrence.id)
    if known is None:
        known = BookingTerms(expo_id=occurrence.expo_id, occurrence_id=occurrence.id)
        db.session.add(known)
        db.session.flush()
    return known


def set_aside(*, occurrence: Occurrence, reserve: Pool) -> None:
    """Name the pool of the seats that are kept in this time. Of the seats themselves booking/walk_ups.py knows."""
    row_of(occurrence).reserve_id = reserve.id
    db.session.flush()


def _plain(draft: TermsDraft) -> dict[str, Any]:
    return {name: value for name, value in asdict(draft).items() if value is not None}


def _check(draft: TermsDraft) -> None:
    if draft.walk_ups is not None and draft.walk_up_percent is not None:
        raise BadInput(
            _("Say either how many seats are kept, or which part of them."), field="walk_up_percent"
        )
    if (
        draft.opens_before is not None
        and draft.closes_before is not None
        and draft.closes_before >= draft.opens_before
    ):
        raise BadInput(_("Booking must close after it opens."), field="closes_before")
    for name, least, most in (
        ("late_minutes", 0, 600),
        ("opens_before", 0, LONGEST),
        ("closes_before", 0, LONGEST),
        ("most_party", 1, MOST_PARTY),
        ("walk_ups", 0, 100_000),
        ("walk_up_percent", 0, 100),
    ):
        value = getattr(draft, name)
        if value is not None and not least <= value <= most:
            raise BadInput(
                _("A whole number from %(min)s to %(max)s, please.", min=least, max=most), field=name
            )


def set_terms(
    *, occurrence: Occurrence, opens_at: datetime | None, closes_at: datetime | None, meeting_point: str
) -> bool:
    """Open and close booking at these moments (None: no such moment), and name the meeting point. Returns whether
    anything changed. Raises BadInput where it would close before it opens.
    """
    if opens_at and closes_at and closes_at <= opens_at:
        raise BadInput(_("Booking must close after it opens."), field="closes_at")
    values = {
        "booking_opens_at": opens_at,
        "booking_closes_at": closes_at,
        "meeting_point": one_line(meeting_point)[:200],
    }
    with transaction():
        lock(occurrence)
        before = {name: getattr(occurrence, name) for name in values}
        if before == values:
            return False
        for name, value in values.items():
            setattr(occurrence, name, value)
        audit.record(
            "booking_terms_set",
            "occurrence",
            occurrence.id,
            expo_id=occurrence.expo_id,
            before=plain(before),
            after=plain(values),
        )
        stamps.raise_stamp(f"programme:{occurrence.expo_id}")
    return True

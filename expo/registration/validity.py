"""When and where a ticket type opens its conference. Doors, badges and booking ask here, or read what this wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import news
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.programme.models import Conference, Occurrence, Session
from expo.programme.news import ConferenceDaysChanged

from .models import TicketOccurrence, TicketSpan, TicketType
from .news import TicketOpensAnew

Span = tuple[datetime, datetime]


def listen() -> None:
    news.listen(ConferenceDaysChanged, _all_again)


def check_times(days: Iterable[str], opens: str, closes: str) -> None:
    """Raises BadInput."""
    for day in days:
        date.fromisoformat(day)
    for text in (opens, closes):
        if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
            raise BadInput(_("A time such as 14:30, please."), field="valid_from")
    if bool(opens) != bool(closes):
        raise BadInput(_("Say both from when and until when."), field="valid_from")


def write(ticket_type: TicketType, occurrence_ids: Iterable[int] | None = None) -> None:
    """Write down when the type opens anything, and which occurrences (None: as before), and tell the doors."""
    db.session.execute(sa.delete(TicketSpan).where(TicketSpan.ticket_type_id == ticket_type.id))
    for opens_at, closes_at in _spans(ticket_type):
        db.session.add(
            TicketSpan(
                expo_id=ticket_type.expo_id,
                ticket_type_id=ticket_type.id,
                opens_at=opens_at,
                closes_at=closes_at,
            )
        )
    if occurrence_ids is not None:
        db.session.execute(
            sa.delete(TicketOccurrence).where(TicketOccurrence.ticket_type_id == ticket_type.id)
        )
        own = (
            sa.select(Occurrence.id)
            .join(Session, Occurrence.session_id == Session.id)
            .where(
                Session.conference_id == ticket_type.conference_id, Occurrence.id.in_(list(occurrence_ids))
            )
        )
        for occurrence_id in db.session.scalars(own).all():
            db.session.add(
                TicketOccurrence(
                    ticket_type_id=ticket_type.id, occurrence_id=occurrence_id, expo_id=ticket_type.expo_id
                )
            )
    db.session.flush()
    news.tell(TicketOpensAnew(ticket_type.conference_id))


def occurrences_of(ticket_type_id: int) -> list[Occurrence]:
    """The times that a type opens; empty where it opens those of all sessions."""
    return list(
        db.session.scalars(
            sa.select(Occurrence)
            .join(TicketOccurrence, TicketOccurrence.occurrence_id == Occurrence.id)
            .where(TicketOccurrence.ticket_type_id == ticket_type_id)
            .order_by(Occurrence.id)
        )
    )


def spans(ticket_type_ids: Iterable[int]) -> dict[int, list[Span]]:
    """When each type that is bound to days or times opens anything."""
    found: dict[int, list[Span]] = {}
    for row in db.session.scalars(
        sa.select(TicketSpan)
        .where(TicketSpan.ticket_type_id.in_(list(ticket_type_ids)))
        .order_by(TicketSpan.opens_at)
    ):
        found.setdefault(row.ticket_type_id, []).append((row.opens_at, row.closes_at))
    return found


def within(whole: Iterable[Span], own: list[Span] | None) -> Iterator[Span]:
    """The parts of these spans that a type's own ones leave; all of them where it has none."""
    for opens_at, closes_at in whole:
        if own is None:
            yield opens_at, closes_at
            continue
        for begins, ends in own:
            if max(opens_at, begins) < min(closes_at, ends):
                yield max(opens_at, begins), min(closes_at, ends)


def opens(ticket_type_id: int, occurrence_id: int, starts_at: datetime) -> bool:
    """Whether a ticket of this type opens this time of a session."""
    return bool(
        db.session.scalar(
            sa.select(
                condition(
                    sa.literal(ticket_type_id),
                    sa.literal(occurrence_id),
                    sa.literal(starts_at, TicketSpan.opens_at.type),
                )
            )
        )
    )


def condition(
    ticket_type_id: sa.ColumnElement[int],
    occurrence_id: sa.ColumnElement[int],
    starts_at: sa.ColumnElement[datetime],
) -> sa.ColumnElement[bool]:
    """The same as a condition, for the statements of a door."""
    of_times, of_spans = sa.inspect(TicketOccurrence).local_table, sa.inspect(TicketSpan).local_table
    times = sa.exists().where(of_times.c.ticket_type_id == ticket_type_id)
    this = sa.exists().where(
        of_times.c.ticket_type_id == ticket_type_id, of_times.c.occurrence_id == occurrence_id
    )
    spans = sa.exists().where(of_spans.c.ticket_type_id == ticket_type_id)
    now = sa.exists().where(
        of_spans.c.ticket_type_id == ticket_type_id,
        of_spans.c.opens_at <= starts_at,
        of_spans.c.closes_at > starts_at,
    )
    return sa.and_(sa.or_(sa.not_(times), this), sa.or_(sa.not_(spans), now))


def _spans(ticket_type: TicketType) -> Iterator[Span]:
    conference = ticket_type.conference
    if not ticket_type.valid_days and not ticket_type.valid_from:
        return
    days = [date.fromisoformat(day) for day in ticket_type.valid_days] or list(_days(conference))
    change = time(conference.day_change_hour)
    opens = time.fromisoformat(ticket_type.valid_from) if ticket_type.valid_from else change
    closes = time.fromisoformat(ticket_type.valid_until) if ticket_type.valid_until else change
    for day in days:
        until = day if closes > opens else day + timedelta(days=1)
        yield (
            datetime.combine(day, opens, conference.zone),
            datetime.combine(until, closes, conference.zone),
        )


def _days(conference: Conference) -> Iterator[date]:
    closed = set(conference.closed_dates or ())
    day = conference.starts_on
    while day <= conference.ends_on:
        if day.isoformat() not in closed:
            yield day
        day += timedelta(days=1)


def _all_again(told: ConferenceDaysChanged) -> None:
    bound = sa.select(TicketType).where(
        TicketType.conference_id == told.conference_id,
        TicketType.id.in_(sa.select(TicketSpan.ticket_type_id)),
    )
    for ticket_type in db.session.scalars(bound).all():
        write(ticket_type)

"""What the timetable's rules say when the programme changes."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import news
from expo.core.db import before_commit, db, execute
from expo.programme.models import Conference, Occurrence
from expo.programme.news import (
    ConferenceDaysChanged,
    OccurrencesGoing,
    PlacesChanged,
    RoleCounted,
    SessionGoing,
    SessionsScheduled,
)

from . import boards, clashes
from .models import KeptClash, SessionNeeds, SessionOrder


def listen() -> None:
    boards.listen()
    news.listen(SessionsScheduled, _check)
    news.listen(PlacesChanged, _settle)
    news.listen(RoleCounted, _settle_roles)
    news.listen(ConferenceDaysChanged, _settle_days)
    news.listen(OccurrencesGoing, _forget_times)
    news.listen(SessionGoing, _forget_session)


def _check(message: SessionsScheduled) -> None:
    clashes.check(message.expo_id, message.session_ids, keep=message.keep)


def _settle(message: PlacesChanged) -> None:
    _settle_at_the_end(message.expo_id, _("The place was changed after this was scheduled."))


def _settle_roles(message: RoleCounted) -> None:
    _settle_at_the_end(message.expo_id, _("The role began to count after this was scheduled."))


def _settle_days(message: ConferenceDaysChanged) -> None:
    """Hours, and how much a day holds, are told by the clocks of the conference where a room has none of its own."""
    conference = db.session.get_one(Conference, message.conference_id)
    _settle_at_the_end(
        conference.expo_id, _("The conference's clocks were changed after this was scheduled.")
    )


def _settle_at_the_end(expo_id: int, reason: str) -> None:
    """Once: an import changes many places."""
    boards.touch(expo_id)
    before_commit(f"settle:{expo_id}", lambda: clashes.settle(expo_id, reason))


def _forget_times(message: OccurrencesGoing) -> None:
    ids = message.occurrence_ids
    for expo_id in db.session.scalars(sa.select(Occurrence.expo_id).where(Occurrence.id.in_(ids)).distinct()):
        boards.touch(expo_id)
    execute(sa.delete(KeptClash).where(sa.or_(KeptClash.one_id.in_(ids), KeptClash.other_id.in_(ids))))


def _forget_session(message: SessionGoing) -> None:
    boards.touch(message.expo_id)
    number = message.session_id
    execute(sa.delete(SessionNeeds).where(SessionNeeds.session_id == number))
    execute(
        sa.delete(SessionOrder).where(sa.or_(SessionOrder.first_id == number, SessionOrder.then_id == number))
    )

"""What the timetable's rules say when the programme changes."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import news
from expo.core.db import before_commit, db, execute
from expo.programme.models import Occurrence
from expo.programme.news import OccurrencesGoing, PlacesChanged, SessionGoing, SessionsScheduled

from . import boards, clashes
from .models import KeptClash, SessionNeeds, SessionOrder


def listen() -> None:
    boards.listen()
    news.listen(SessionsScheduled, _check)
    news.listen(PlacesChanged, _settle)
    news.listen(OccurrencesGoing, _forget_times)
    news.listen(SessionGoing, _forget_session)


def _check(message: SessionsScheduled) -> None:
    clashes.check(message.expo_id, message.session_ids, keep=message.keep)


def _settle(message: PlacesChanged) -> None:
    """Once, at the end: an import changes many places."""
    reason = _("The place was changed after this was scheduled.")
    boards.touch(message.expo_id)
    before_commit(f"settle:{message.expo_id}", lambda: clashes.settle(message.expo_id, reason))


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

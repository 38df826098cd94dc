"""What the timetable's rules say when the programme changes."""

from __future__ import annotations

from flask_babel import gettext as _

from expo.core import news
from expo.core.db import before_commit
from expo.programme.news import PlacesChanged, SessionsScheduled

from . import boards, clashes


def listen() -> None:
    boards.listen()
    news.listen(SessionsScheduled, _check)
    news.listen(PlacesChanged, _settle)


def _check(message: SessionsScheduled) -> None:
    clashes.check(message.expo_id, message.session_ids, keep=message.keep)


def _settle(message: PlacesChanged) -> None:
    """Once, at the end: an import changes many places."""
    reason = _("The place was changed after this was scheduled.")
    before_commit(f"settle:{message.expo_id}", lambda: clashes.settle(message.expo_id, reason))

"""The badge of whom two turned out to be: the kept one's, else the other's, with its code."""

from __future__ import annotations

from expo.accounts.joining import Joining, follows, pass_on
from expo.core import news

from . import actions, queries
from .models import Badge
from .news import BadgeChanged


def _follow(told: Joining) -> None:
    kept = queries.active_badge(told.expo_id, told.kept_id)
    gone = queries.active_badge(told.expo_id, told.gone_id)
    if kept is not None and gone is not None:
        actions.end_claimed(gone)
    pass_on(told, Badge.person_id)
    live = kept or gone
    if live is not None:
        news.tell(BadgeChanged(live.id))


follows("badge", _follow, order=30)

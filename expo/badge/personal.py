"""The person's badges. Their codes carry no personal data; a live one ends with the person."""

from __future__ import annotations

from typing import Any

from expo.core.personal import Subject, keeps

from . import actions, queries
from .models import BadgeState


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {
            "code": queries.code_of(one),
            "state": one.state,
            "issued": one.issued_at,
            "ended": one.ended_at,
            "reason": one.reason,
        }
        for one in queries.badges_of(who.expo_id, who.person_id)
    ]


def _erase(who: Subject) -> None:
    for one in queries.badges_of(who.expo_id, who.person_id):
        if one.state is BadgeState.ACTIVE:
            actions.revoke(badge=one, reason="erased")


keeps("badges", tell=_tell, erase=_erase, order=20)

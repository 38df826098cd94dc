"""What opens for a person, and what doors must know of them, goes over with their badge."""

from __future__ import annotations

from expo.accounts.joining import Joining, follows, pass_on

from .crew_models import Attention
from .models import Entitlement


def _follow(told: Joining) -> None:
    pass_on(told, Entitlement.person_id)
    pass_on(told, Attention.person_id, only=Attention.ended_at.is_not(None))
    pass_on(told, Attention.person_id, Attention.expo_id)


follows("checkin", _follow, order=40)

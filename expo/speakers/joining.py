"""A speaker's profile is tied to whom its person turned out to be."""

from __future__ import annotations

from expo.accounts.joining import Joining, follows, pass_on

from .models import Speaker


def _follow(told: Joining) -> None:
    pass_on(told, Speaker.person_id)


follows("speakers", _follow)

"""Nominees, and who pays for a delegation, are whom they turned out to be."""

from __future__ import annotations

from expo.accounts.joining import Joining, follows, pass_on

from .models import Delegation, Nominee


def _follow(told: Joining) -> None:
    pass_on(told, Nominee.person_id)
    pass_on(told, Delegation.payer_id)


follows("delegations", _follow)

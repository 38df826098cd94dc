"""Who had an alias keeps one, and neither name of the two is left in what was written."""

from __future__ import annotations

from expo.accounts import protection
from expo.accounts.joining import Joining, follows
from expo.accounts.models import Person
from expo.core.db import db

from . import protecting


def _follow(told: Joining) -> None:
    kept, gone = (db.session.get_one(Person, one) for one in (told.kept_id, told.gone_id))
    if kept.protected_at is None and gone.protected_at is None:
        return
    if kept.protected_at is None:
        protecting.seal(kept, "" if protection.says_name(gone.name, kept.name) else gone.name, also=gone)
    protecting.take_out(kept, protection.real_name(gone), also=gone)


follows("privacy", _follow, order=99)

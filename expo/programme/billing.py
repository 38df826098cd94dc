"""One name on a bill: put there, moved up or down, taken off. Each reads the bill as it is now, then writes all of it."""

from __future__ import annotations

from flask_babel import gettext as _

from expo.core.db import transaction
from expo.core.refusals import BadInput, NotFound

from . import queries
from .actions import bill
from .drafts import Billing
from .models import Appearance, Occurrence, Session


def put_on(
    *,
    session: Session,
    occurrence: Occurrence | None,
    speaker_id: int,
    role: str,
    keep: str = "",
    asked: bool = False,
) -> None:
    """Let somebody appear, as the last one named. `asked`: they have yet to say yes. Raises Clashes, BadInput."""
    with transaction():
        if role not in {known.slug for known in queries.roles(session.expo_id)}:
            raise BadInput(_("Choose a role."), field="role")
        _write(session, occurrence, [*_now(session, occurrence), Billing(speaker_id, role, not asked)], keep)


def take_off(*, session: Session, occurrence: Occurrence | None, appearance_id: int) -> Billing:
    """Somebody appears no more. Returns who it was, so that it can be undone. Raises NotFound."""
    with transaction():
        there = _there(session, occurrence)
        gone = _one(there, appearance_id)
        was = _billing(gone)
        _write(session, occurrence, [_billing(one) for one in there if one is not gone])
    return was


def move(*, session: Session, occurrence: Occurrence | None, appearance_id: int, by: int) -> None:
    """One place up (-1) or down (+1); at the end of the list nothing happens. Raises NotFound."""
    with transaction():
        there = _there(session, occurrence)
        at = there.index(_one(there, appearance_id))
        to = min(max(at + by, 0), len(there) - 1)
        there.insert(to, there.pop(at))
        _write(session, occurrence, [_billing(one) for one in there])


def _there(session: Session, occurrence: Occurrence | None) -> list[Appearance]:
    wanted = occurrence.id if occurrence else None
    return [one for one in queries.appearances(session.id) if one.occurrence_id == wanted]


def _now(session: Session, occurrence: Occurrence | None) -> list[Billing]:
    return [_billing(one) for one in _there(session, occurrence)]


def _one(there: list[Appearance], appearance_id: int) -> Appearance:
    for one in there:
        if one.id == appearance_id:
            return one
    raise NotFound(_("Nobody like that appears here any more."))


def _billing(appearance: Appearance) -> Billing:
    return Billing(appearance.speaker_id, appearance.role.slug)


def _write(session: Session, occurrence: Occurrence | None, billings: list[Billing], keep: str = "") -> None:
    bill(session=session, billings=billings, occurrence=occurrence, keep=keep)

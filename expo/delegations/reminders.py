"""Letters of delegations: the first ones, those that remind, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, jobs
from expo.core.db import db, execute, transaction
from expo.expos.models import Expo
from expo.mail import outbox

from . import links, queries
from .models import Delegation, Nominee, NomineeState
from .refusals import NomineeIsOver, NotOpen

JOB = "delegation_reminder"
BEFORE = (timedelta(days=7), timedelta(days=1))  # the last day for naming people
PAUSE = timedelta(hours=1)  # nobody is reminded again sooner


def write(delegation: Delegation, letter: str, secret: str, **facts: Any) -> None:
    """A letter to the focal point, with the address of the delegation's page."""
    seats = sum(one.pool.capacity or 0 for one in queries.seats_of(delegation.id))
    outbox.queue(
        letter,
        to=delegation.focal_email,
        language=delegation.language,
        expo_id=delegation.expo_id,
        name=delegation.focal_name,
        delegation=delegation.name,
        seats=seats,
        conferences=[conference.title for conference in queries.conferences_of(delegation.id)],
        until=_day(delegation),
        message=delegation.message,
        secret=secret,
        **facts,
    )


def write_to_nominee(nominee: Nominee, letter: str, secret: str = "") -> None:
    """A letter to a nominee who has not come yet."""
    tickets = queries.tickets_of([nominee.id]).get(nominee.id, [])
    outbox.queue(
        letter,
        to=nominee.email,
        language=nominee.delegation.language,
        expo_id=nominee.expo_id,
        name=nominee.name,
        delegation=nominee.delegation.name,
        focal=nominee.delegation.focal_name,
        conferences=[one.ticket_type.conference.title for one in tickets],
        secret=secret,
    )


def _day(delegation: Delegation) -> str:
    """The last day as it is read everywhere, on the city's clocks."""
    if delegation.nominate_until is None:
        return ""
    expo = db.session.get_one(Expo, delegation.expo_id)
    return expo.local(delegation.nominate_until).strftime("%Y-%m-%d %H:%M")


def plan(delegation: Delegation) -> None:
    """Put the reminders into the running transaction. What was planned for another day does nothing when it comes."""
    until = delegation.nominate_until
    for ahead in BEFORE:
        if until is not None and until - ahead > clock.now():
            payload = {"delegation": delegation.id, "until": until.isoformat()}
            jobs.add(
                JOB, payload, at=until - ahead, key=f"{JOB}:{delegation.id}:{until.isoformat()}:{ahead.days}"
            )


@jobs.handler(JOB)
def _due(payload: dict[str, Any]) -> None:
    delegation = db.session.get(Delegation, payload["delegation"])
    if delegation is None or not delegation.is_open or delegation.nominate_until is None:
        return
    if delegation.nominate_until.isoformat() != payload["until"]:
        return
    with transaction():
        left = sum(one.pool.left or 0 for one in queries.seats_of(delegation.id))
        if left and _may_remind(delegation):
            write(delegation, "delegation_reminder", links.again(delegation), left=left)
        for nominee in queries.invited_nominees(delegation.id):
            if _may_remind(nominee):
                write_to_nominee(nominee, "nominee_reminder", links.again(delegation, nominee))


def remind(*, delegation: Delegation) -> None:
    """Remind the focal point now, with the same address. Raises NotOpen, also within an hour of the last time."""
    with transaction():
        db.session.refresh(delegation)
        left = sum(one.pool.left or 0 for one in queries.seats_of(delegation.id))
        if not delegation.is_open or not _may_remind(delegation):
            raise NotOpen(_("Not now: the last letter is too fresh, or the delegation is not open."))
        write(delegation, "delegation_reminder", links.again(delegation), left=left)
        audit.record("delegation_reminded", "delegation", delegation.id, expo_id=delegation.expo_id)


def remind_nominee(*, nominee: Nominee) -> None:
    """Remind a nominee now, with the same address. Raises NomineeIsOver, also within an hour of the last time."""
    with transaction():
        db.session.refresh(nominee)
        if nominee.state is not NomineeState.INVITED or not _may_remind(nominee):
            raise NomineeIsOver(_("Not now: the last letter is too fresh, or nothing is waited for."))
        write_to_nominee(nominee, "nominee_reminder", links.again(nominee.delegation, nominee))
        audit.record("nominee_reminded", "nominee", nominee.id, expo_id=nominee.expo_id)


def _may_remind(row: Delegation | Nominee) -> bool:
    """Note a reminder by one conditional statement, so that two at once are one."""
    table = type(row)
    noted = execute(
        sa.update(table)
        .where(
            table.id == row.id,
            sa.or_(table.reminded_at.is_(None), table.reminded_at <= clock.now() - PAUSE),
        )
        .values(reminded_at=clock.now())
    )
    return noted == 1

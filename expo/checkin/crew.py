"""The crew of the doors: who works there, known by a PIN for the time of a shift, and what they may do.

A paired device scans without anybody being known. Whoever gives a PIN is named in what is done by hand; only
supervisors search for people, let in against a rule, take a scan back, and resolve conflicts.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, limits, tokens
from expo.core.db import add_unless_there, db, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import queries
from .crew_models import CrewMember, CrewRole, Shift
from .models import Device
from .refusals import SupervisorNeeded, WrongPin

PIN_LENGTH = 6
LONGEST = timedelta(days=60)


def add_member(
    *,
    expo_id: int,
    name: str,
    role: CrewRole,
    starts_at: datetime,
    ends_at: datetime,
    conference_id: int | None = None,
    pin: str = "",
) -> tuple[CrewMember, str]:
    """Somebody new at the doors of a conference, or of the whole expo, and the PIN, shown this once. Raises BadInput.

    `pin` is for a demo, whose PIN everybody knows; it must be free.
    """
    name = one_line(name)
    if not name:
        raise BadInput(_("Give the name that colleagues know."), field="name")
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise BadInput(_("The end must be after the beginning, and within sixty days."), field="ends_at")
    with transaction():
        while True:
            pin = pin or "".join(secrets.choice("0123456789") for _digit in range(PIN_LENGTH))
            member = CrewMember(
                expo_id=expo_id,
                conference_id=conference_id,
                name=name[:80],
                role=role,
                pin_digest=_digest(expo_id, pin),
                starts_at=starts_at,
                ends_at=ends_at,
            )
            if add_unless_there(member):  # somebody else may have that PIN
                break
            pin = ""
        audit.record(
            "crew_member_added", "crew_member", member.id, expo_id=expo_id,
            after={"name": member.name, "role": str(role), "conference": conference_id},
        )  # fmt: skip
    return member, pin


def end_member(*, member: CrewMember) -> None:
    """The PIN opens nothing any more, and the shift that it began is over. Twice is once."""
    with transaction():
        db.session.refresh(member)
        if member.ended_at is None:
            member.ended_at = clock.now()
            _end(Shift.crew_member_id == member.id)
            audit.record("crew_member_ended", "crew_member", member.id, expo_id=member.expo_id)


def start_shift(*, device: Device, pin: str) -> CrewMember:
    """Let somebody work with this device; whoever did before has ended. Raises WrongPin or TooOften."""
    limits.count("door_pin", f"device:{device.id}", most=10, within=timedelta(minutes=15))
    # Six digits, and some hundred of them open something: who stole a scanner has no days to try.
    limits.count("door_pin_day", f"device:{device.id}", most=40, within=timedelta(days=1))
    digests = [_digest(device.expo_id, pin.strip(), key) for key in tokens.keys_for("door/pin")]
    with transaction():
        member = db.session.scalar(_valid(device.expo_id).where(CrewMember.pin_digest.in_(digests)))
        if member is None or not _works_at(member, device):
            raise WrongPin(_("No shift has this PIN now. Ask the organiser."), field="pin")
        _end(Shift.device_id == device.id)
        db.session.add(
            Shift(
                expo_id=device.expo_id, device_id=device.id, crew_member_id=member.id, started_at=clock.now()
            )
        )
        audit.record(
            "shift_started", "device", device.id, expo_id=device.expo_id, after={"crew_member": member.id}
        )
    limits.forget("door_pin", f"device:{device.id}")
    limits.forget("door_pin_day", f"device:{device.id}")
    return member


def end_shift(*, device: Device) -> None:
    """Nobody works with this device by name any more. Twice is once."""
    with transaction():
        if _end(Shift.device_id == device.id):
            audit.record("shift_ended", "device", device.id, expo_id=device.expo_id)


def end_out_of_reach(expo_id: int) -> None:
    """End the shifts at doors that are not, or no more, the member's conference's: which doors are whose has changed."""
    running = db.session.scalars(
        sa.select(Shift)
        .join(Shift.member)
        .where(Shift.expo_id == expo_id, Shift.ended_at.is_(None), CrewMember.conference_id.is_not(None))
        .options(joinedload(Shift.member))
    )
    for shift in list(running):
        if not _works_at(shift.member, db.session.get_one(Device, shift.device_id)):
            end_shift(device=db.session.get_one(Device, shift.device_id))


def on_duty(device: Device) -> CrewMember | None:
    """Who works with this device now."""
    return db.session.scalar(
        _valid(device.expo_id)
        .join(Shift, Shift.crew_member_id == CrewMember.id)
        .where(Shift.device_id == device.id, Shift.ended_at.is_(None))
    )


def supervisor(device: Device) -> CrewMember:
    """The supervisor who works with this device. Raises SupervisorNeeded."""
    member = on_duty(device)
    if member is None or member.role is not CrewRole.SUPERVISOR:
        raise SupervisorNeeded(_("Only a supervisor may do this. Give your PIN first."))
    return member


def members(expo_id: int, conference_ids: Collection[int] | None = None) -> list[CrewMember]:
    """All of these conferences who have a PIN, those to come too, by name. None: of all, and of the whole expo."""
    wanted = sa.select(CrewMember).where(
        CrewMember.expo_id == expo_id, CrewMember.ended_at.is_(None), CrewMember.ends_at > clock.now()
    )
    if conference_ids is not None:
        wanted = wanted.where(CrewMember.conference_id.in_(conference_ids))
    return list(
        db.session.scalars(
            wanted.options(joinedload(CrewMember.conference)).order_by(CrewMember.name, CrewMember.id)
        )
    )


def member(expo_id: int, member_id: int) -> CrewMember | None:
    return db.session.scalar(
        sa.select(CrewMember).where(CrewMember.expo_id == expo_id, CrewMember.id == member_id)
    )


def shifts_of(expo_id: int) -> dict[int, CrewMember]:
    """Who works with which device now, by the device's id. One query."""
    rows = db.session.scalars(
        sa.select(Shift)
        .where(Shift.expo_id == expo_id, Shift.ended_at.is_(None))
        .options(joinedload(Shift.member))
    )
    now = clock.now()
    return {shift.device_id: shift.member for shift in rows if shift.member.ends_at > now}


def _works_at(member: CrewMember, device: Device) -> bool:
    """Whether all gates of the device are the member's conference's."""
    if member.conference_id is None:
        return True
    gates = {gate.zone_id for gate in queries.gates_of_device(device)}
    return bool(gates) and gates <= queries.reach(device.expo_id, [member.conference_id])


def _valid(expo_id: int) -> sa.Select[CrewMember]:
    now = clock.now()
    return sa.select(CrewMember).where(
        CrewMember.expo_id == expo_id,
        CrewMember.ended_at.is_(None),
        CrewMember.starts_at <= now,
        CrewMember.ends_at > now,
    )


def _end(which: sa.ColumnElement[bool]) -> bool:
    ended = db.session.execute(
        sa.update(Shift)
        .where(which, Shift.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(Shift.id)
    )
    return ended.first() is not None


def _digest(expo_id: int, pin: str, key: bytes | None = None) -> bytes:
    # Keyed: six digits alone could be tried out by whoever has the table.
    return hmac.digest(key or tokens.key_for("door/pin"), f"{expo_id}:{pin}".encode(), "sha256")

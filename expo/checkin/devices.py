"""Scanners: made by an organiser, paired by a one-time code, recognised by a token, revoked at once."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, limits, tokens
from expo.core.db import db, note, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import queries
from .models import Device, DeviceGate
from .refusals import PairingCodeIsOver

PAIRING_LASTS = timedelta(minutes=10)
PAIRING_LENGTH = 8
SEEN_EVERY = timedelta(minutes=1)
COOKIE = "device"  # where a paired page keeps its token; pages set it, pages and API read it


def create_device(*, expo_id: int, name: str, gate_ids: Iterable[int]) -> tuple[Device, str]:
    """A new scanner for these gates, and the pairing code that makes a telephone into it, shown this once."""
    code = tokens.code(PAIRING_LENGTH)
    device = _create(
        expo_id, name, gate_ids, pairing_digest=_digest(code), pairing_until=clock.real_now() + PAIRING_LASTS
    )
    return device, code


def create_paired_device(*, expo_id: int, name: str, gate_ids: Iterable[int]) -> tuple[Device, str]:
    """A scanner that is paired already, and its token, shown this once: for scripts and readers without
    a page of ours."""
    token = tokens.new()
    device = _create(expo_id, name, gate_ids, token_digest=tokens.digest(token), paired_at=clock.real_now())
    return device, token


def _create(expo_id: int, name: str, gate_ids: Iterable[int], **how: object) -> Device:
    wanted = set(gate_ids)
    with transaction():
        known = {gate.id for gate in queries.gates(expo_id)}
        if not wanted or not wanted <= known:
            raise BadInput(_("Choose the gates of this expo that the device stands at."), field="gates")
        device = Device(
            expo_id=expo_id, name=one_line(name) or _("Scanner"), created_at=clock.real_now(), **how
        )
        db.session.add(device)
        db.session.flush()
        db.session.add_all(
            DeviceGate(expo_id=expo_id, device_id=device.id, gate_id=gate_id) for gate_id in sorted(wanted)
        )
        audit.record(
            "device_created", "device", device.id, expo_id=expo_id,
            after={"name": device.name, "gates": sorted(wanted)},
        )  # fmt: skip
    return device


def new_pairing_code(*, device: Device) -> str:
    """Another code for a device whose code ran out, or whose telephone is replaced. The telephone that holds
    it now stays until the new one is paired."""
    code = tokens.code(PAIRING_LENGTH)
    with transaction():
        if device.revoked_at:
            raise BadInput(_("This device was revoked. Make a new one."), field="device")
        device.pairing_digest = _digest(code)
        device.pairing_until = clock.real_now() + PAIRING_LASTS
        audit.record("pairing_code_made", "device", device.id, expo_id=device.expo_id)
    return code


def pair(*, code: str, from_address: str, expo_id: int | None = None) -> tuple[Device, str]:
    """Use a pairing code, once: of two telephones at the same time one wins. Returns the device's token.

    `expo_id` narrows to one expo. Raises PairingCodeIsOver, or TooOften after twenty tries from one network
    address in a quarter of an hour.
    """
    limits.count("pairing", from_address, most=20, within=timedelta(minutes=15))
    token, now = tokens.new(), clock.real_now()
    with transaction():
        paired = db.session.scalar(
            sa.update(Device)
            .where(
                Device.pairing_digest == _digest(_typed(code)),
                Device.pairing_until > now,
                Device.revoked_at.is_(None),
                sa.true() if expo_id is None else Device.expo_id == expo_id,
            )
            .values(
                pairing_digest=None, pairing_until=None, token_digest=tokens.digest(token), paired_at=now,
                seen_at=now,
            )
            .returning(Device.id)
        )  # fmt: skip
        if paired is None:
            raise PairingCodeIsOver(
                _("This code was used or is older than ten minutes. Ask the organiser for a new one.")
            )
        device = db.session.get_one(Device, paired)
        audit.record("device_paired", "device", device.id, expo_id=device.expo_id)
    return device, token


def revoke_device(*, device: Device, why: str = "") -> None:
    """Take a scanner out of service. It keeps its token, so that what it still sends is known and quarantined."""
    with transaction():
        if device.revoked_at is None:
            device.revoked_at = clock.real_now()
            device.pairing_digest = device.pairing_until = None
            audit.record("device_revoked", "device", device.id, expo_id=device.expo_id, why=why or None)


def note_seen(*, device: Device) -> None:
    """Remember that the scanner was here, to the minute."""
    now = clock.real_now()
    if device.seen_at is None or now - device.seen_at > SEEN_EVERY:
        note(sa.update(Device).where(Device.id == device.id).values(seen_at=now))


def _typed(code: str) -> str:
    return "".join(code.upper().split()).replace("-", "")[:64]


def _digest(code: str) -> bytes:
    # Keyed: eight characters alone could be tried out against a stolen table within its ten minutes.
    return hmac.digest(tokens.key_for("pairing"), code.encode(), "sha256")

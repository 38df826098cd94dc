from __future__ import annotations

import pytest

from expo.checkin import devices, queries
from expo.checkin.refusals import PairingCodeIsOver
from expo.core import clock, tokens
from expo.core.db import transaction
from expo.core.refusals import BadInput, TooOften
from tests import factories as a
from tests.checkin import doors

pytestmark = [pytest.mark.feature("D2"), pytest.mark.usefixtures("app")]


def test_a_pairing_code_makes_a_telephone_a_scanner_once():
    gate = doors.a_gate(doors.a_zone(a.an_expo()))
    device, code = devices.create_device(expo_id=gate.expo_id, name="Gate 1 left", gate_ids=[gate.id])
    assert queries.device_of(code) is None

    paired, token = devices.pair(code=f" {code[:4].lower()}-{code[4:]} ", from_address="192.0.2.1")

    assert paired.id == device.id
    assert queries.device_of(token) == device
    assert queries.gates_of_device(device) == [gate]
    with pytest.raises(PairingCodeIsOver):
        devices.pair(code=code, from_address="192.0.2.1")


def test_a_pairing_code_lasts_ten_minutes():
    gate = doors.a_gate(doors.a_zone(a.an_expo()))
    device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])
    with transaction():
        device.pairing_until = clock.real_now()

    with pytest.raises(PairingCodeIsOver):
        devices.pair(code=code, from_address="192.0.2.1")


def test_a_pairing_code_pairs_in_its_own_expo_only():
    gate, other = doors.a_gate(doors.a_zone(a.an_expo())), a.an_expo()
    _device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])

    with pytest.raises(PairingCodeIsOver):
        devices.pair(code=code, from_address="192.0.2.1", expo_id=other.id)
    assert devices.pair(code=code, from_address="192.0.2.1", expo_id=gate.expo_id)


def test_pairing_codes_cannot_be_tried_out():
    for _try in range(20):
        with pytest.raises(PairingCodeIsOver):
            devices.pair(code="22222222", from_address="192.0.2.1")
    with pytest.raises(TooOften):
        devices.pair(code="22222222", from_address="192.0.2.1")


def test_neither_code_nor_token_stands_in_the_database():
    gate = doors.a_gate(doors.a_zone(a.an_expo()))
    device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])
    assert code.encode() not in (device.pairing_digest or b"")
    _device, token = devices.pair(code=code, from_address="192.0.2.1")

    assert device.pairing_digest is None
    assert device.token_digest == tokens.digest(token)


def test_another_telephone_takes_over_when_it_is_paired_and_not_before():
    gate = doors.a_gate(doors.a_zone(a.an_expo()))
    device, old = doors.a_device(gate)
    code = devices.new_pairing_code(device=device)
    assert queries.device_of(old) == device

    _device, new = devices.pair(code=code, from_address="192.0.2.1")

    assert queries.device_of(old) is None
    assert queries.device_of(new) == device


def test_a_revoked_device_is_known_but_cannot_be_paired_again():
    gate = doors.a_gate(doors.a_zone(a.an_expo()))
    device, token = doors.a_device(gate)
    devices.revoke_device(device=device, why="lost")

    found = queries.device_of(token)
    assert found is not None
    assert found.revoked_at is not None
    with pytest.raises(BadInput):
        devices.new_pairing_code(device=device)


def test_a_device_gets_gates_of_its_own_expo_only():
    gate, other = doors.a_gate(doors.a_zone(a.an_expo())), doors.a_gate(doors.a_zone(a.an_expo()))
    for wrong in ([], [other.id], [gate.id, other.id]):
        with pytest.raises(BadInput):
            devices.create_device(expo_id=gate.expo_id, name="", gate_ids=wrong)

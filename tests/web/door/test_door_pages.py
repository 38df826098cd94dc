"""The door without JavaScript: a form in, a verdict out, and the next badge at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from expo.checkin import devices, queries
from expo.checkin.models import Gate, Scan
from expo.core.db import db
from expo.programme.models import Conference
from expo.programme.words import Admission
from tests import factories as a
from tests.checkin import doors
from tests.client import Client

pytestmark = [pytest.mark.feature("D1", "D2"), pytest.mark.usefixtures("app")]

Open = Callable[..., Client]


def paired(browser: Open, *gates: Gate) -> tuple[Client, str]:
    """A telephone that was paired by page, and the address of the door."""
    device, code = devices.create_device(
        expo_id=gates[0].expo_id, name="Left", gate_ids=[gate.id for gate in gates]
    )
    door = f"/{device.expo.slug}/door/"
    telephone = browser()
    answer = telephone.post(door + "pair", {"code": code})
    assert answer.status_code == 303, answer.text
    return telephone, door


def a_gate() -> tuple[Conference, Gate]:
    conference = a.a_conference()
    return conference, doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")


def test_a_telephone_that_is_no_scanner_is_asked_for_a_code(browser: Open):
    expo = a.an_expo()
    page = browser().get(f"/{expo.slug}/door/")
    assert page.status_code == 200
    assert "Pairing code" in page.text


def test_the_organisers_link_shows_the_code_and_does_not_use_it(browser: Open):
    _conference, gate = a_gate()
    device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])

    for _time in range(2):
        page = browser().get(f"/{device.expo.slug}/door/pair/{code}")
        assert f'value="{code}"' in page.text
    assert queries.devices(gate.expo_id)[0].token_digest is None


def test_pairing_sets_a_cookie_that_scripts_and_other_sites_cannot_use(browser: Open):
    _conference, gate = a_gate()
    device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])

    answer = browser().post(f"/{device.expo.slug}/door/pair", {"code": code})

    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_wrong_code_stops_with_a_sentence(browser: Open):
    expo = a.an_expo()
    page = browser().post(f"/{expo.slug}/door/pair", {"code": "WRONG222"})
    assert page.status_code == 410
    assert "Ask the organiser for a new one" in page.text


def test_a_scanner_with_one_gate_goes_straight_there_and_one_with_two_chooses(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    assert telephone.get(door).headers["Location"].endswith(f"/door/gates/{gate.slug}")

    other = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 2")
    telephone, door = paired(browser, gate, other)
    page = telephone.get(door).text
    assert gate.slug in page
    assert other.slug in page


def test_a_typed_code_is_admitted_then_already_in_then_another_is_refused(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    code = doors.code_of(doors.a_delegate(conference, "Þórdís Guðlaugsdóttir"))
    address = f"{door}gates/{gate.slug}"

    page = telephone.post(address, form_of(telephone.get(address).text, code=code.lower())).text
    assert "IN</p>" in page
    assert "Þórdís Guðlaugsdóttir" in page
    with doors.later(minutes=1):
        page = telephone.post(address, form_of(page, code=code)).text
    assert "ALREADY IN" in page
    assert "Already in at Gate 1" in page
    page = telephone.post(address, form_of(page, code="something else")).text
    assert "NOT HERE" in page
    assert "This is not a badge of this expo" in page
    doors.nothing_is_broken()


def form_of(page: str, **values: str) -> dict[str, str]:
    """What the code form of a page sends, with these values typed in."""
    form = page[page.index('<form class="typed') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {**hidden, **values}


def test_a_form_sent_twice_is_one_scan(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    address = f"{door}gates/{gate.slug}"
    sent = form_of(telephone.get(address).text, code=doors.code_of(doors.a_delegate(conference)))

    for _time in range(2):
        assert "IN</p>" in telephone.post(address, sent).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 1


def test_people_who_leave_are_counted_out(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    address = f"{door}gates/{gate.slug}"
    code = doors.code_of(doors.a_delegate(conference))
    telephone.post(address, form_of(telephone.get(address).text, code=code))

    page = telephone.post(address, form_of(telephone.get(address + "?way=out").text, code=code)).text

    assert "OUT</p>" in page
    assert queries.inside_by_zone(conference.expo) == {}


@pytest.mark.feature("D7")
def test_where_the_door_can_only_ask_a_steward_lets_in_by_hand(browser: Open):
    conference = a.a_conference()
    session = a.a_session(conference, admission=Admission.OPEN, title="Later")
    assert session.room is not None
    gate = doors.a_gate(doors.a_zone(conference.expo), name="Sundet 1", room=session.room)
    telephone, door = paired(browser, gate)
    address = f"{door}gates/{gate.slug}"
    code = doors.code_of(doors.a_delegate(conference))

    page = telephone.post(address, form_of(telephone.get(address).text, code=code)).text
    assert "ASK</p>" in page
    by_hand = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page[page.index("keys") :])
    )
    assert by_hand["by_hand"] == "1"
    assert "IN</p>" in telephone.post(address, by_hand).text
    doors.nothing_is_broken()


def test_the_bar_says_what_is_on_and_how_many_of_the_booked_came(browser: Open):
    from expo.booking.actions import book_seat

    conference = a.a_conference()
    session = a.a_session(conference, title="Workshop")
    assert session.room is not None
    gate = doors.a_gate(doors.a_zone(conference.expo), name="Sundet 1", room=session.room)
    telephone, door = paired(browser, gate)
    booked = doors.a_delegate(conference)
    book_seat(person=booked, occurrence_id=session.id)

    with doors.the_time_is(a.tomorrow_at(9)):
        address = f"{door}gates/{gate.slug}"
        page = telephone.get(address).text
        assert "Booked only, to " in page
        assert "of 1 booked" in page
        page = telephone.post(address, form_of(page, code=doors.code_of(booked))).text
    assert re.search(r"data-count>1<", page)


def test_a_revoked_scanner_stops_and_can_be_paired_again(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    [device] = queries.devices(conference.expo_id)
    devices.revoke_device(device=device)

    page = telephone.get(f"{door}gates/{gate.slug}")
    assert (page.status_code, "taken out of service" in page.text) == (403, True)
    assert "Pairing code" in telephone.get(door).text


def test_a_scanner_of_another_expo_is_none_here(browser: Open):
    _conference, gate = a_gate()
    telephone, _door = paired(browser, gate)
    other = a.an_expo()
    assert "Pairing code" in telephone.get(f"/{other.slug}/door/").text
    assert telephone.get(f"/{other.slug}/door/gates/{gate.slug}").status_code == 401


def test_a_scanner_sees_its_own_gates_only(browser: Open):
    conference, gate = a_gate()
    other = doors.a_gate(doors.a_zone(conference.expo, conference))
    telephone, door = paired(browser, gate)
    assert telephone.get(f"{door}gates/{other.slug}").status_code == 404


def test_at_the_end_of_a_shift_the_telephone_forgets(browser: Open):
    _conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    telephone.post(door + "leave")
    assert "Pairing code" in telephone.get(door).text


def test_only_the_door_may_use_camera_and_decoder(browser: Open):
    _conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    headers = telephone.get(f"{door}gates/{gate.slug}").headers
    assert "script-src 'self' 'wasm-unsafe-eval';" in headers["Content-Security-Policy"]
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_door_speaks_swedish(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    page = telephone.get(f"{door}gates/{gate.slug}", headers={"Accept-Language": "sv"})
    assert '<html lang="sv"' in page.text
    assert conference.expo.name

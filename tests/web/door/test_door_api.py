"""`/api/v1/door`, as a scanner speaks to it. Whatever is sent, the answer is never a fault of ours."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from expo.checkin import devices, queries
from expo.checkin.models import QuarantinedScan, Scan
from expo.core import tokens
from expo.core.db import db, transaction
from tests import factories as a
from tests.checkin import doors
from tests.databases import server_url

pytestmark = [pytest.mark.feature("D2", "D4", "I2"), pytest.mark.usefixtures("app")]

NOW = "2026-05-31T10:41:00+02:00"


class Scanner:
    """A device with its token; each request in a context of its own."""

    def __init__(self, app: Flask, door: doors.Door | None) -> None:
        self.app = app
        self.door = door
        self.headers = {"Authorization": f"Bearer {door.token}"} if door else {}

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        db.session.rollback()
        content = body if isinstance(body, (bytes, str)) else json.dumps(body)
        with self.app.app_context():
            return self.app.test_client().post(
                f"/api/v1/door/{path}",
                data=content,
                content_type=headers.pop("content_type", "application/json"),
                headers={"Accept-Language": "en", **self.headers, **headers},
            )

    def get(self, path: str, **headers: str) -> TestResponse:
        db.session.rollback()
        with self.app.app_context():
            return self.app.test_client().get(f"/api/v1/door/{path}", headers={**self.headers, **headers})

    def scan(self, code: str, /, **changes: Any) -> dict[str, Any]:
        assert self.door is not None
        body = {
            "id": str(uuid.uuid4()), "code": code, "gate": str(self.door.gate_id), "direction": "in",
            "scanned_at": NOW, "offline": False,
        }  # fmt: skip
        return {**body, **changes}


def a_scanner(app: Flask) -> tuple[Scanner, str]:
    """A scanner at a gate, and the code of somebody who may pass."""
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))
    code = doors.code_of(doors.a_delegate(conference, "Ada Nilsson"))
    return Scanner(app, door), code


def is_problem(response: TestResponse, status: int, code: str) -> bool:
    assert response.mimetype == "application/problem+json", response.text
    told = response.get_json(force=True)
    assert (response.status_code, told["code"]) == (status, code), told
    assert told["status"] == status
    assert {"type", "title", "detail"} <= told.keys()
    return True


def test_a_scan_is_answered_with_verdict_and_delegate(app: Flask):
    scanner, code = a_scanner(app)
    scan = scanner.scan(code)

    response = scanner.post("scans", scan)

    assert response.status_code == 200
    assert response.get_json() == {
        "id": scan["id"],
        "verdict": "admitted",
        "delegate": {"name": "Ada Nilsson", "category": "visitor", "ticket": "Delegate"},
        "stored": True,
    }
    assert scanner.post("scans", scan).get_json() == response.get_json()


def test_a_scan_after_all_connections_were_lost_is_answered_as_ever(app: Flask, database_kind: str):
    """A database that was restarted costs nobody a scan. Red where a lost connection was asked after it was let go."""
    scanner, code = a_scanner(app)
    assert scanner.post("scans", scanner.scan(code)).status_code == 200
    if database_kind == "postgresql":
        with psycopg.connect(server_url(), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (db.engine.url.database,),
            )

    again = scanner.scan(code)
    assert scanner.post("scans", again).get_json()["stored"] is True
    both = {"scans": [again, scanner.scan(code)]}
    assert [told["stored"] for told in scanner.post("scans", both).get_json()["results"]] == [True, True]


def test_a_refusal_has_a_reason_for_programs_and_a_sentence_for_people(app: Flask):
    scanner, _code = a_scanner(app)

    told = scanner.post("scans", scanner.scan("nonsense")).get_json()
    assert (told["verdict"], told["reason"], told["stored"]) == ("refused", "unknown_code", True)
    assert told["message"] == "This is not a badge of this expo. The desk can help."
    assert "delegate" not in told


def test_a_batch_is_answered_one_by_one_in_its_order(app: Flask):
    scanner, code = a_scanner(app)
    batch = [scanner.scan("nonsense"), scanner.scan(code), scanner.scan(code, direction="out")]

    told = scanner.post("scans", {"scans": batch}).get_json()["results"]

    assert [answer["id"] for answer in told] == [scan["id"] for scan in batch]
    assert [answer["verdict"] for answer in told] == ["refused", "admitted", "left"]
    doors.nothing_is_broken()


def test_one_bad_scan_does_not_keep_a_batch_from_being_stored(app: Flask):
    scanner, code = a_scanner(app)
    bad = [
        scanner.scan(code, scanned_at="2026-05-31T10:41:00"),
        scanner.scan(code, gate="4711"),
        scanner.scan(code, direction="sideways"),
        scanner.scan(code, occurrence="nowhere@example.org"),
    ]

    for _time in range(2):
        told = scanner.post("scans", {"scans": [*bad, scanner.scan(code)]}).get_json()["results"]

    assert [answer["verdict"] for answer in told[:-1]] == ["quarantined"] * len(bad)
    assert [answer["reason"] for answer in told[:-1]] == [
        "unreadable", "unknown_gate", "unreadable", "unknown_occurrence",
    ]  # fmt: skip
    kept = db.session.scalars(sa.select(QuarantinedScan.scan_id)).all()
    assert sorted(kept) == sorted(scan["id"] for scan in bad)
    doors.nothing_is_broken()


def test_a_batch_has_five_hundred_scans_at_most(app: Flask):
    scanner, code = a_scanner(app)
    batch = [scanner.scan(code) for _scan in range(501)]

    assert is_problem(scanner.post("scans", {"scans": batch}), 422, "too_many")
    assert scanner.post("scans", {"scans": batch[:500]}).status_code == 200
    assert scanner.post("scans", {"scans": []}).get_json() == {"results": []}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "1"},
        {"id": None},
        {"code": 7},
        {"code": "x" * 9000},
        {"gate": {}},
        {"gate": True},
        {"direction": "up"},
        {"direction": None},
        {"scanned_at": "2026-05-31T10:41:00"},
        {"scanned_at": "yesterday"},
        {"scanned_at": "2026-13-31T10:41:00Z"},
        {"scanned_at": "0001-01-01T00:00:00+23:59"},
        {"scanned_at": 1653986460},
        {"offline": "no"},
        {"count": 0},
        {"count": 1.5},
        {"count": True},
        {"local": []},
        {"override": "me"},
        {"override": {"by": "x" * 500}},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_what_cannot_be_meant_is_a_problem_and_is_not_stored(app: Flask, changes: dict[str, Any]):
    scanner, code = a_scanner(app)

    assert is_problem(scanner.post("scans", scanner.scan(code, **changes)), 422, "bad_input")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 0


def test_a_gate_of_another_device_does_not_exist(app: Flask):
    scanner, code = a_scanner(app)
    for gate in ("4711", "99999999999999999999", "north"):
        assert is_problem(scanner.post("scans", scanner.scan(code, gate=gate)), 422, "unknown_gate")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[[[[", b'{"id": "\\ud800"}'])
def test_what_is_not_json_is_a_problem(app: Flask, body: bytes):
    scanner, _code = a_scanner(app)
    assert is_problem(scanner.post("scans", body), 400, "bad_json")


def test_a_body_that_is_too_large_is_a_problem(app: Flask):
    scanner, _code = a_scanner(app)
    assert is_problem(scanner.post("scans", b" " * (1024 * 1024 + 1)), 413, "too_large")


def test_without_a_token_there_is_no_answer(app: Flask):
    stranger = Scanner(app, None)
    for response in (
        stranger.get("gates"),
        stranger.post("scans", {}),
        stranger.get("gates", Authorization="Bearer made-up"),
        stranger.post("scans", {"scans": []}, Authorization="Bearer made-up"),
    ):
        assert is_problem(response, 401, "not_paired")
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_device_pairs_and_sees_its_gates(app: Flask):
    gate = doors.a_gate(doors.a_zone(a.an_expo()), name="Gate 2")
    device, code = devices.create_device(expo_id=gate.expo_id, name="", gate_ids=[gate.id])
    slug = device.expo.slug

    told = Scanner(app, None).post("pair", {"pairing_code": code}).get_json()

    assert told["expo"] == slug
    assert told["gates"] == [{"id": str(gate.id), "name": "Gate 2", "zone": gate.zone.name}]
    scanner = Scanner(app, doors.Door(gate.id, told["device_token"]))
    assert scanner.get("gates").get_json() == {"expo": slug, "gates": told["gates"]}
    assert is_problem(Scanner(app, None).post("pair", {"pairing_code": code}), 410, "pairing_code_is_over")


def test_a_revoked_device_sees_nothing_and_is_heard_in_quarantine(app: Flask):
    scanner, code = a_scanner(app)
    assert scanner.door is not None
    device = queries.device_of(scanner.door.token)
    assert device is not None
    devices.revoke_device(device=device)

    assert is_problem(scanner.get("gates"), 403, "device_revoked")
    told = scanner.post("scans", scanner.scan(code)).get_json()
    assert (told["verdict"], told["reason"], told["stored"]) == ("quarantined", "device_revoked", True)


def test_the_cookie_of_a_paired_page_counts_only_with_json_from_our_own_pages(app: Flask):
    scanner, code = a_scanner(app)
    assert scanner.door is not None
    client = app.test_client()
    client.set_cookie("device", scanner.door.token)
    ours = {"Sec-Fetch-Site": "same-origin"}

    def send(content_type: str, headers: dict[str, str]) -> TestResponse:
        return client.post(
            "/api/v1/door/scans",
            data=json.dumps(scanner.scan(code)),
            content_type=content_type,
            headers=headers,
        )

    assert is_problem(send("text/plain", ours), 415, "not_json")
    assert send("application/json", {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert send("application/json", ours).get_json()["verdict"] == "admitted"


def test_a_scan_asks_for_no_sign_in_and_leaves_no_cookie(app: Flask):
    scanner, code = a_scanner(app)

    with doors.statements() as seen:
        response = scanner.post("scans", scanner.scan(code))

    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not [statement for statement in seen if "sign_ins" in statement]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
FIELDS = (
    "id",
    "code",
    "gate",
    "direction",
    "scanned_at",
    "offline",
    "count",
    "occurrence",
    "local",
    "override",
)
scan_like = st.dictionaries(
    st.sampled_from(FIELDS),
    anything
    | st.sampled_from(["in", "out", NOW, "1", "2022-05-31T10:41:00Z", str(uuid.UUID(int=5))])
    | st.fixed_dictionaries({"by": anything, "reason": anything}),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    body=st.one_of(
        anything, scan_like, st.fixed_dictionaries({"scans": st.lists(scan_like | anything, max_size=5)})
    )
)
def test_nothing_that_is_sent_is_a_fault_of_ours(app: Flask, body: Any):
    scanner = _kept(app)

    for path in ("scans", "pair"):
        response = scanner.post(path, body)
        assert response.status_code < 500, (body, response.text)
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(changes=scan_like)
def test_a_scan_with_something_odd_in_it_is_stored_or_refused(app: Flask, changes: dict[str, Any]):
    scanner = _kept(app)

    response = scanner.post("scans", scanner.scan("nonsense", **changes))

    assert response.status_code in (200, 422), (changes, response.text)
    response = scanner.post("scans", {"scans": [scanner.scan("nonsense", **changes)]})
    assert response.status_code in (200, 422), (changes, response.text)


def _kept(app: Flask) -> Scanner:
    """One scanner for all examples of a test: hypothesis empties no tables between them."""
    token = "kept by hypothesis"
    found = queries.device_of(token)
    if found is None:
        conference = a.a_conference()
        found, _token = doors.a_device(doors.a_gate(doors.a_zone(conference.expo, conference)))
        with transaction():
            found.token_digest = tokens.digest(token)
    return Scanner(app, doors.Door(queries.gates_of_device(found)[0].id, token))

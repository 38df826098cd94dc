"""Measures tell how it goes, requests have numbers, and nothing of anybody stands in logs."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose
from expo.cli import logs
from expo.core import jobs
from expo.core.db import transaction
from expo.core.logged import request_id
from expo.mail import outbox, sending
from expo.web.measured import desk_of
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.once, pytest.mark.feature("I7")]

NAME, MAIL = "Xantippa Öhrnberg", "xantippa.ohrnberg@example.org"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """All that is logged, at every level, in its JSON form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Structured())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_name_address_or_token_gets_into_the_logs(app: Flask, browser, said: io.StringIO, monkeypatch):
    """Red with the message of every fault in the log, or without the masks."""
    conference = a.a_conference()
    person = a.a_person(conference.expo, NAME, email=MAIL)
    a.a_registration(person, conference)
    with transaction():
        token = accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person)

    # What others say goes wrong: a mail server, a job, a page, a careless line of our own.
    def refuse(_letter: object, /) -> None:
        raise ValueError(f"550 <{MAIL}> {NAME}")

    def fail(_payload: object) -> None:
        raise ValueError(f"{NAME} {MAIL} {token}")

    sending.send_waiting(refuse)
    monkeypatch.setitem(jobs._handlers, "note", fail)
    with transaction():
        jobs.add("note", {"name": NAME})
    jobs.run_due()
    monkeypatch.setattr("expo.web.root.expos.all_expos", fail, raising=False)
    monkeypatch.setattr("expo.web.account.accounts", None, raising=False)
    logging.getLogger("expo.careless").warning("sent to %s by /login/%s", MAIL, token)
    browser().get(f"/{conference.expo.slug}/programme?q={NAME}")
    browser().get(f"/login/{token}")

    text = said.getvalue()
    assert "ValueError" in text
    assert "careless" in text
    for secret in (NAME, "Xantippa", "hrnberg", MAIL, token):
        assert secret not in text
    for line in text.splitlines():
        told = json.loads(line)
        assert {"at", "level", "logger", "says"} <= set(told)


def test_a_request_has_a_number_that_its_lines_and_its_answer_carry(browser, said: io.StringIO):
    expo = a.an_expo()

    made = browser().get(f"/{expo.slug}/").headers["X-Request-ID"]
    given = browser().get(f"/{expo.slug}/", headers={"X-Request-ID": "from-the-proxy-17"})
    odd = browser().get(f"/{expo.slug}/", headers={"X-Request-ID": "a b\tc"})

    assert len(made) == 16
    assert given.headers["X-Request-ID"] == "from-the-proxy-17"
    assert odd.headers["X-Request-ID"] != "a b\tc"
    request_id.set("0123456789abcdef")
    logging.getLogger("expo").warning("something")
    request_id.set("")
    assert json.loads(said.getvalue().splitlines()[-1])["request"] == "0123456789abcdef"


def test_measures_tell_what_waits_and_what_was_refused(browser):
    expo = a.an_expo()
    with transaction():
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="t")
        jobs.add("note", {})
    browser().get(f"/{expo.slug}/")

    text = browser().get("/metrics").text

    assert "expo_letters_waiting 1.0" in text
    assert "expo_jobs_due 1.0" in text
    assert "expo_workers 0.0" in text
    assert 'expo_requests_total{desk="public",method="GET",status="200"}' in text
    assert 'expo_request_seconds_bucket{desk="public",le="0.002"}' in text


def test_measures_are_for_this_machine_or_for_whoever_has_the_token(app: Flask, browser, monkeypatch):
    assert browser().get("/metrics").status_code == 200
    assert browser().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert browser().get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    monkeypatch.setitem(app.config, "EXPO", replace(app.config["EXPO"], metrics_token="let me see"))
    assert browser().get("/metrics").status_code == 404
    assert browser().get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 404
    right = {"Authorization": "Bearer let me see"}
    assert browser().get("/metrics", headers=right).status_code == 200


def test_readiness_tells_what_is_behind_to_those_who_may_look(browser):
    with transaction():
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="t")

    told = browser().get("/readyz")
    assert told.status_code == 200
    assert "letters waiting 1" in told.text
    assert "workers 0" in told.text
    assert browser().get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}).text == "ready\n"


def test_whatever_is_asked_for_the_list_of_desks_stays_short():
    paths = [
        "/",
        "/h22/",
        "/h22/organise/people",
        "/api/v1/x",
        "/../../etc/passwd",
        "/h22/speakers/ada",
        "//",
    ]
    assert [desk_of(path) for path in paths] == [
        "public", "public", "organise", "api", "public", "public", "public",
    ]  # fmt: skip

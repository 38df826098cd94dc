"""Pages of ballots: opened by an organiser, wished in by delegates, told to everybody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from expo.ballots import queries
from expo.core import clock
from expo.programme.words import Role
from tests import factories as a
from tests.ballots.balloting import a_ballot
from tests.booking.bookings import has, later, people

pytestmark = pytest.mark.feature("B5")


def test_from_opening_to_drawing_on_pages_alone(browser, app, tmp_path):
    conference = a.a_conference()
    expo, (ada, grace) = f"/{conference.expo.slug}", people(conference, 2)
    boat = a.a_session(conference, title="Boat", seats=1)
    tower = a.a_session(conference, title="Tower", seats=1, starts_at=a.tomorrow_at(15))
    boss = browser(a.an_organiser(conference.expo, Role.SCHEDULER, conference))
    desk = f"{expo}/organise/conferences/{conference.slug}/ballots"
    assert "No ballot yet" in boss.get(desk).text
    assert "Boat" in boss.get(f"{desk}/new").text
    closes = clock.now() + timedelta(hours=3)
    form = {"title": "Scarce tours", "most_wishes": "2", "closes_at": f"{closes:%Y-%m-%dT%H:%M}"}
    again = boss.post(f"{desk}/new", form)
    assert (again.status_code, "Choose between 1 and" in again.text) == (422, True)
    ids = [str(boat.id), str(tower.id)]
    opened = boss.post(f"{desk}/new", {**form, "occurrences": ids})
    assert opened.status_code == 303
    code = opened.location.rpartition("/")[2]
    assert "Scarce tours" in boss.get(desk).text

    stranger, phone = browser(), browser(ada)
    assert f"{expo}/ballots/{code}" in stranger.get(f"{expo}/sessions/{boat.code}").text
    page = stranger.get(f"{expo}/ballots/{code}").text
    assert re.search("<code>[0-9a-f]{64}</code>", page)
    assert stranger.get(f"{expo}/ballots/{code}.json").json["seed"] is None
    assert stranger.get(f"{expo}/my/ballots/{code}").status_code == 303
    mine = f"{expo}/my/ballots/{code}"
    assert "Best first" in phone.get(mine).text
    wrong = phone.post(mine, {"seats": "1", "wish1": boat.code, "wish2": boat.code})
    assert (wrong.status_code, "Choose each session once" in wrong.text) == (422, True)
    assert phone.post(mine, {"seats": "1", "wish1": boat.code, "wish2": tower.code}).status_code == 303
    assert "ticket in the lot is number 1" in phone.get(mine).text
    assert browser(grace).post(mine, {"seats": "1", "wish1": boat.code}).status_code == 303
    nobody = browser(a.a_person(conference.expo)).post(mine, {"seats": "1", "wish1": boat.code})
    assert (nobody.status_code, "needs a ticket" in nobody.text) == (409, True)
    assert boss.post(f"{desk}/{code}/draw").status_code == 303  # refused, it is open
    assert queries.ballot(conference.expo_id, code).drawn_at is None

    with later(closes + timedelta(hours=1)):
        boss, stranger, phone = (
            browser(a.an_organiser(conference.expo, Role.SCHEDULER, conference)), browser(), browser(ada),
        )  # fmt: skip
        assert "Draw now" in boss.get(f"{desk}/{code}").text
        boss.post(f"{desk}/{code}/draw")
        assert "Drawn" in boss.get(f"{desk}/{code}").text
        assert has(grace, boat) in ("booked", "waiting")
        assert "booked" in (has(ada, boat), has(ada, tower))
        assert "You won a seat in" in phone.get(mine).text
        assert "python3 draw.py" in stranger.get(f"{expo}/ballots/{code}").text
        told = stranger.get(f"{expo}/ballots/{code}.json").json
        (tmp_path / "draw.py").write_bytes(stranger.get(f"{expo}/ballots/draw.py").data)
        (tmp_path / "ballot.json").write_text(json.dumps(told))
    run = [sys.executable, "-I", str(tmp_path / "draw.py"), str(tmp_path / "ballot.json")]
    assert (
        "This is the published result."
        in subprocess.run(run, capture_output=True, text=True, check=True).stdout
    )


def test_a_ballot_is_of_its_own_expo_and_conference(browser, app):
    conference = a.a_conference()
    ballot = a_ballot(conference, a.a_session(conference))
    elsewhere, other = a.an_expo(), a.a_conference(conference.expo)
    boss = browser(a.an_organiser(conference.expo))
    for path in (f"/{elsewhere.slug}/ballots/{ballot.code}", f"/{elsewhere.slug}/ballots/{ballot.code}.json"):
        assert boss.get(path).status_code == 404
    assert (
        boss.get(
            f"/{conference.expo.slug}/organise/conferences/{other.slug}/ballots/{ballot.code}"
        ).status_code
        == 404
    )
    guest = browser(a.a_person(elsewhere))
    assert guest.get(f"/{elsewhere.slug}/my/ballots/{ballot.code}").status_code == 404


def test_an_organiser_calls_a_ballot_off_and_its_pages_say_why(browser):
    conference = a.a_conference()
    boat = a.a_session(conference, starts_at=a.tomorrow_at(15))
    ballot = a_ballot(conference, boat)
    expo = f"/{conference.expo.slug}"
    desk = f"{expo}/organise/conferences/{conference.slug}/ballots/{ballot.code}"
    viewer = browser(a.an_organiser(conference.expo, Role.VIEWER, conference))
    assert viewer.get(f"{desk}/call-off").status_code == 403
    assert viewer.post(f"{desk}/call-off", {"why": "x"}).status_code == 403
    boss = browser(a.an_organiser(conference.expo, Role.SCHEDULER, conference))
    assert f"{desk}/call-off" in boss.get(desk).text

    assert boss.post(f"{desk}/call-off", {"why": ""}).status_code == 422
    assert boss.post(f"{desk}/call-off", {"why": "The boat <b>sank</b>"}).status_code == 303

    for path in (desk, f"{expo}/ballots/{ballot.code}", f"{expo}/my/ballots/{ballot.code}"):
        page = boss.get(path).text
        assert "The boat &lt;b&gt;sank&lt;/b&gt;" in page
        assert "alled off" in page
    assert boss.get(f"{desk}/call-off").status_code == 404

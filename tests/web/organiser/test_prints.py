"""Pages that print badges: many as a file, one at a desk, each team its own."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from expo.badge import passes
from expo.badge import queries as badges
from expo.core import jobs
from expo.printing import queries
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = [pytest.mark.feature("Q3")]


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "EXPO", replace(app.config["EXPO"], var=str(tmp_path)))
    return tmp_path / "prints"


def test_a_batch_is_asked_for_made_by_the_worker_and_saved(desk: Desk):
    registration = a.a_registration(a.a_person(desk.expo, "Åsa Öhrström"), desk.conference)
    page = desk.open_as(Role.REGISTRATION)
    form = {
        "conference": desk.slug,
        "delegation": "",
        "first": "",
        "last": "",
        "paper": "a4",
        "language": "sv",
    }

    said = page.post(f"{desk.path}/badges", form)
    where = said.location
    waiting = page.get(where).text
    assert "data-live" in waiting
    assert page.get(f"{where}/progress").text.count("<progress") == 1
    assert page.get(f"{where}.pdf").status_code == 410

    jobs.run_due()
    assert "Save the PDF" in page.get(where).text
    file = page.get(f"{where}.pdf")
    assert file.data.startswith(b"%PDF")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "1" in page.get(f"{desk.path}/badges").text
    again = page.post(f"{desk.path}/badges", {**form, "only_new": "1"})
    assert (again.status_code, "nothing to print" in again.text) == (409, True)
    assert registration.conference_id == desk.conference.id


@pytest.mark.feature("D11")
def test_a_desk_prints_one_badge_and_prints_it_again(desk: Desk):
    registration = a.a_registration(a.a_person(desk.expo, "Åsa Öhrström"), desk.conference)
    badge = badges.active_badge(desk.expo.id, registration.person_id)
    assert badge is not None
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)
    number = badge.id

    for paper in ("label", "a6"):
        said = page.post(f"{desk.path}/people/{registration.code}/badge.pdf", {"paper": paper})
        assert (said.status_code, said.data[:5]) == (200, b"%PDF-")
    assert [one.paper for one in queries.times_printed(number)] == ["a6", "label"]
    shown = page.get(f"{desk.path}/people/{registration.code}").text
    assert "printed 2 times" in shown


def test_a_group_badge_is_printed(desk: Desk):
    kind = a.a_ticket_type(desk.conference, is_open_pass=True)
    group = passes.make(ticket_type=kind, size=28, label="Class 7B")
    said = desk.open_as().post(f"{desk.path}/group-badges/{group.id}/badge.pdf")
    assert said.data.startswith(b"%PDF")


def test_badges_of_another_team_are_not_there(desk: Desk):
    other = a.a_conference(desk.expo, title="Elsewhere")
    theirs = a.a_registration(a.a_person(desk.expo, "Olga"), other)
    page = desk.open_as(Role.REGISTRATION, desk.conference)
    owner = desk.open_as()
    form = {"conference": other.slug, "delegation": "", "paper": "a6", "language": "en"}
    number = owner.post(f"{desk.path}/badges", form).location.rsplit("/", 1)[1]

    assert page.post(f"{desk.path}/badges", form).status_code == 422
    assert page.post(f"{desk.path}/badges", {**form, "conference": ""}).status_code in (403, 422)
    assert page.get(f"{desk.path}/badges/{number}").status_code == 404
    assert page.get(f"{desk.path}/badges/{number}.pdf").status_code == 404
    assert page.post(f"{desk.path}/people/{theirs.code}/badge.pdf").status_code == 404
    assert page.get(f"{desk.path}/badges/layout?conference={other.slug}").status_code == 404
    assert "Elsewhere" not in page.get(f"{desk.path}/badges").text


def test_a_conference_says_what_stands_on_its_badges(desk: Desk):
    page = desk.open_as()
    where = f"{desk.path}/badges/layout?conference={desk.slug}"

    assert "checked" in page.get(where).text
    page.post(where, {"paper": "label", "shows_place": "y", "line": "Wi-Fi: harbour"})

    kept = queries.layout(desk.conference.id)
    assert kept is not None
    assert (kept.paper, kept.shows_organisation, kept.shows_place, kept.line) == (
        "label", False, True, "Wi-Fi: harbour",
    )  # fmt: skip
    assert re.search(
        r'<input checked[^>]*value="label"', page.get(f"{desk.path}/badges?conference={desk.slug}").text
    )

"""New conferences and editions by pages, and names that come and go."""

from __future__ import annotations

import pytest

from expo.expos import queries as expos
from expo.programme import queries as programme
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("P1")


def test_an_owner_makes_a_conference_and_another_like_it(desk: Desk):
    page = desk.open_as(Role.OWNER)

    made = page.post(
        f"{desk.path}/conferences/new", {"title": "Water", "starts_on": "2031-06-01", "ends_on": "2031-06-03"}
    )
    assert made.headers["Location"].endswith("/conferences/water")
    assert "Like" in page.get(f"{desk.path}/conferences/new?like=water").text
    page.post(
        f"{desk.path}/conferences/new",
        {"title": "Water two", "starts_on": "2032-06-01", "like": "water", "parts": ["tracks", "team"]},
    )

    copy = programme.conference(desk.expo.id, "water-two")
    assert copy is not None
    assert f"{copy.ends_on}" == "2032-06-03"
    wrong = page.post(
        f"{desk.path}/conferences/new", {"title": "Water", "starts_on": "2031-06-01", "ends_on": "2031-05-01"}
    )
    assert wrong.status_code == 422


def test_series_parent_and_day_change_are_on_the_conferences_page(desk: Desk):
    parent = a.a_conference(desk.expo, slug="parent")
    page = desk.open_as(Role.OWNER)
    form = {"title": "Night", "starts_on": "2031-06-01", "ends_on": "2031-06-02", "time_zone": "Europe/Stockholm",
            "visibility": "public", "mode": "onsite", "version": "1", "parent": "parent", "series": "Nights",
            "series_number": "3", "day_change_hour": "4"}  # fmt: skip

    assert page.post(f"{desk.path}/conferences/{desk.slug}", form).status_code == 303

    found = programme.conference(desk.expo.id, desk.slug)
    assert (found.parent_id, found.series, found.series_number, found.day_change_hour) == (
        parent.id,
        "Nights",
        3,
        4,
    )


def test_only_administrators_copy_a_whole_expo(desk: Desk, browser):
    form = {"name": "Next", "slug": "next-one", "starts_on": "2033-06-01", "parts": ["tracks"]}
    assert desk.open_as(Role.OWNER).post(f"{desk.path}/edition", form).status_code == 403
    admin = browser(a.an_account(admin=True))
    assert "Copy the whole expo" in admin.get(f"{desk.path}/edition").text

    assert admin.post(f"{desk.path}/edition", form).headers["Location"] == "/next-one/organise/"

    assert expos.by_slug("next-one") is not None
    assert admin.post(f"{desk.path}/edition", form).status_code == 422


def test_names_come_and_go(desk: Desk):
    page = desk.open_as(Role.SCHEDULER)
    page.post(f"{desk.path}/names/new/types", {"name": "Parade"})
    page.post(f"{desk.path}/names/new/tracks?conference={desk.slug}", {"name": "Rivers"})
    page.post(f"{desk.path}/names/new/roles", {"name": "Greeter"})
    assert page.post(f"{desk.path}/names/new/types", {"name": "parade"}).status_code == 422
    listed = page.get(f"{desk.path}/names").text
    assert all(name in listed for name in ("Parade", "Rivers", "Greeter"))

    page.post(f"{desk.path}/names/roles/greeter", {"name": "Greeter", "counts_asked": "1"})
    assert [role.counts for role in programme.roles(desk.expo.id)] == [False]
    for path in ("types/parade", f"tracks/{desk.slug}/rivers", "roles/greeter"):
        assert page.post(f"{desk.path}/names/{path}/remove").status_code == 303

    assert programme.session_types(desk.expo.id) == []
    assert programme.tracks(desk.conference.id) == []


def test_a_used_room_says_so_and_a_draft_session_goes(desk: Desk):
    page = desk.open_as(Role.SCHEDULER)
    time = a.a_session(desk.conference, published=False)
    code, room = time.session.code, time.room.slug

    refused = page.post(f"{desk.path}/places/rooms/{room}/remove")
    assert refused.status_code == 409
    assert "is used or was published" in refused.text
    assert page.post(f"{desk.path}/sessions/{code}/remove").status_code == 303
    assert page.post(f"{desk.path}/places/rooms/{room}/remove").status_code == 303

    assert programme.session(desk.expo.id, code) is None
    assert programme.rooms(desk.expo.id) == []

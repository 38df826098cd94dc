"""Many sessions edited at once: in cells or as text, seen before, taken back after."""

from __future__ import annotations

import html
import re

import pytest

from expo.programme import queries as programme
from expo.programme.words import Role
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("P9")


def boxes(text: str) -> dict[str, str]:
    found = re.findall(r'<input (?:type="hidden" )?name="([^"]+)" value="([^"]*)"', text)
    return {html.unescape(name): html.unescape(value) for name, value in found if name != "from"}


def test_only_changed_cells_are_changed_and_all_of_it_can_be_taken_back(desk: Desk):
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    first = a.a_session(desk.conference, title='First; "quoted"', code="A-1", published=False)
    second = a.a_session(
        desk.conference,
        title="Second",
        code="A-2",
        published=False,
        room=first.room,
        starts_at=a.tomorrow_at(12),
    )
    where = f"{desk.path}/grid?conference={desk.slug}"
    sent = boxes(page.get(where).text)
    codes = {one.session.title: one.code for one in (first, second)}
    assert sent[f"{codes['Second']}:title"] == "Second"
    sent[f"{codes['Second']}:title"] = "=Renamed"
    sent[f"{codes['Second']}:seats"] = "11"

    check = page.post(where, sent).headers["Location"]
    preview = page.get(check).text
    assert "=Renamed" in preview
    assert "quoted" not in preview
    assert second.session.title == "Second"
    page.post(check.replace("/check", "/import"))
    assert (second.session.title, second.seats, first.seats) == ("=Renamed", 11, 20)

    page.post(check.replace("/check", "/undo"))
    assert (second.session.title, second.seats) == ("Second", 20)


def test_text_from_a_spreadsheet_changes_and_adds(desk: Desk):
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    time = a.a_session(desk.conference, title="First", published=False)
    text = f"code\ttitle\tseats\n{time.code}\tPasted\t·\nNEW-1\tBrand new\t5\n"

    check = page.post(f"{desk.path}/grid?conference={desk.slug}", {"from": "text", "pasted": text}).headers[
        "Location"
    ]
    page.post(check.replace("/check", "/import"))

    assert (time.session.title, time.seats) == ("Pasted", 20)
    new = programme.occurrence(desk.expo.id, "NEW-1")
    assert new is not None
    assert (new.session.title, new.seats) == ("Brand new", 5)


@pytest.mark.parametrize(
    "sent",
    [
        {"from": "text", "pasted": ""},
        {"from": "text", "pasted": "title\nno code\n"},
        {"from": "text", "pasted": "code\n"},
    ],
)
def test_what_cannot_be_meant_comes_back_with_a_sentence(desk: Desk, sent):
    page = desk.open_as(Role.SCHEDULER, desk.conference)

    assert page.post(f"{desk.path}/grid?conference={desk.slug}", sent).status_code == 422


def test_nothing_changed_says_so_and_other_teams_see_nothing(desk: Desk):
    a.a_session(desk.conference, published=False)
    where = f"{desk.path}/grid?conference={desk.slug}"
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    assert "Nothing is changed yet" in page.post(where, boxes(page.get(where).text)).text

    stranger = desk.open_as(Role.SCHEDULER, a.a_conference(desk.expo))
    assert stranger.get(where).status_code == 404
    assert page.post(where, {"shown": "[]"}).status_code == 400


def test_the_grid_asks_as_much_for_three_as_for_one(desk: Desk):
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    where = f"{desk.path}/grid?conference={desk.slug}"
    a.a_session(desk.conference, published=False)
    page.get(where)
    with statements() as one:
        page.get(where)
    for hour in (11, 13):
        a.a_session(desk.conference, published=False, starts_at=a.tomorrow_at(hour))
    with statements() as three:
        page.get(where)

    assert len(three) == len(one)

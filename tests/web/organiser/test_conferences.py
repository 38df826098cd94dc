from __future__ import annotations

import re
from datetime import date

import pytest

from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.values import draft_of_conference
from expo.programme.words import Mode, Role, Visibility
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("P1")


def form(**changes: str) -> dict[str, str]:
    values = {
        "title": "City week", "description": "A week.", "starts_on": "2031-06-01", "ends_on": "2031-06-07",
        "closed_dates": "2031-06-06\r\n2031-06-05\r\n", "time_zone": "Europe/Helsinki", "visibility": "registered",
        "mode": "hybrid", "city": "Espoo", "place_text": "Town hall", "hosts": "City of Espoo\r\n\r\nUNECE",
        "version": "1",
    }  # fmt: skip
    return {**values, **changes}


def test_what_an_owner_saves_holds_at_once(desk: Desk):
    page = desk.open_as(Role.OWNER, desk.conference)

    saved = page.post(f"{desk.path}/conferences/{desk.slug}", form())

    assert saved.status_code == 303
    found = programme.conference(desk.expo.id, desk.slug)
    assert (found.starts_on, found.ends_on) == (date(2031, 6, 1), date(2031, 6, 7))
    assert found.closed_dates == ["2031-06-05", "2031-06-06"]
    assert (found.visibility, found.mode, found.time_zone) == (
        Visibility.REGISTERED,
        Mode.HYBRID,
        "Europe/Helsinki",
    )
    assert programme.hosts([found.id])[found.id] == ["City of Espoo", "UNECE"]
    assert "City of Espoo, UNECE" in page.get(f"{desk.path}/conferences").text


def test_what_the_form_does_not_ask_stays_as_it_was(desk: Desk):
    parent = a.a_conference(desk.expo)
    child = a.a_conference(
        desk.expo, series="Climate Breakfast", series_number=28, is_open_programme=True, colour=5
    )
    actions.save_conference(
        expo=desk.expo, draft=draft_of_conference(child, []), conference=child, parent=parent
    )

    done = desk.open_as().post(f"{desk.path}/conferences/{child.slug}", form(version="2"))

    assert done.status_code == 303
    assert (child.series_number, child.is_open_programme, child.colour) == (28, True, 5)
    assert child.parent_id == parent.id


def test_who_saves_second_sees_both_texts(desk: Desk):
    page = desk.open_as()
    page.post(f"{desk.path}/conferences/{desk.slug}", form(title="Theirs", city="Lund"))

    back = page.post(f"{desk.path}/conferences/{desk.slug}", form(title="Mine"))

    assert back.status_code == 409
    assert re.search(r"<dt>Title</dt><dd[^>]*>Theirs</dd>", back.text)
    assert re.search(r"<dt>City</dt><dd[^>]*>Lund</dd>", back.text)
    assert "<dt>Hosts</dt>" not in back.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Give the conference a title."),
        ("title", "x" * 10_000, "too long"),
        ("ends_on", "2031-05-31", "ends before it starts"),
        ("starts_on", "yesterday", "A date such as"),
        ("starts_on", "", "When does it begin?"),
        ("starts_on", "0001-01-01", "Check the year."),
        ("closed_dates", "Whitsun", "A date such as"),
        ("time_zone", "Europe", "is not a time zone"),
        ("time_zone", "/etc/passwd", "is not a time zone"),
        ("visibility", "nobody", "valid choice"),
        ("hosts", "x" * 201, "1 to 200 letters"),
        ("hosts", "x\n" * 101, "hundred lines"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(desk: Desk, field: str, value: str, said: str):
    back = desk.open_as().post(f"{desk.path}/conferences/{desk.slug}", form(**{field: value}))

    assert back.status_code == 422
    assert said in back.text
    assert f'id="{field}-error"' in back.text
    assert programme.conference(desk.expo.id, desk.slug).city == ""


def test_a_conference_of_another_expo_is_not_found(desk: Desk):
    a.a_conference(a.an_expo(), slug="stranger")
    page = desk.open_as()

    assert page.get(f"{desk.path}/conferences/stranger").status_code == 404
    assert page.post(f"{desk.path}/conferences/stranger", form()).status_code == 404


def test_lists_of_conferences_cost_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    for path in ("/conferences", "/numbers", "/"):
        page.get(desk.path + path)
        with statements() as one:
            page.get(desk.path + path)
        for _number in range(3):
            a.a_registration(a.a_person(desk.expo), a.a_conference(desk.expo))
        with statements() as many:
            page.get(desk.path + path)
        assert len(many) == len(one), path

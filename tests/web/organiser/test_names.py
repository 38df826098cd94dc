"""Tracks, types and roles get their names in the expo's languages from those who schedule."""

from __future__ import annotations

import pytest

from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Billing
from expo.programme.words import Role
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("F9")


@pytest.fixture
def walk(desk: Desk) -> Desk:
    session = a.a_session(desk.conference, type="guided tour", track="Harbour walks").session
    actions.bill(session=session, billings=[Billing(a.a_speaker(desk.expo).id, "guide")])
    return desk


def test_a_track_a_type_and_a_role_are_named_in_two_languages_and_shown_at_once(walk: Desk):
    page = walk.open_as(Role.SCHEDULER)
    for path, name in (
        (f"tracks/{walk.slug}/harbour-walks", "Hamnpromenader"),
        ("types/guided-tour", "Vandring"),
        ("roles/guide", "Ciceron"),
    ):
        before = page.get(f"{walk.path}/names/{path}")
        assert before.status_code == 200
        form = {"name": "By the sea", "name_sv": name, "name_en": ""}
        assert page.post(f"{walk.path}/names/{path}", form).status_code == 303
        assert name in page.get(f"{walk.path}/names").text
    public = walk.browser(**{"Accept-Language": "sv"}).get(f"/{walk.expo.slug}/tracks/harbour-walks").text
    assert "Hamnpromenader</h1>" in public


def test_a_form_that_asks_for_fewer_languages_takes_none_away(walk: Desk):
    page, path = walk.open_as(), f"{walk.path}/names/types/guided-tour"
    page.post(path, {"name": "Walk", "name_sv": "Vandring"})

    assert page.post(path, {"name": "Tour"}).status_code == 303

    (kind,) = programme.session_types(walk.expo.id)
    assert (kind.name, kind.names) == ("Tour", {"sv": "Vandring"})


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 41), ("name_sv", "x" * 41)])
def test_what_is_no_name_is_said_beside_its_field(walk: Desk, field: str, value: str):
    answer = walk.open_as().post(f"{walk.path}/names/types/guided-tour", {"name": "Walk", field: value})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    (kind,) = programme.session_types(walk.expo.id)
    assert kind.name == "Guided tour"


def test_a_team_names_its_own_tracks_and_neither_those_of_others_nor_what_all_share(walk: Desk):
    other = a.a_conference(walk.expo, title="Other week")
    a.a_session(other, track="Their track")
    page = walk.open_as(Role.SCHEDULER, walk.conference)
    form = {"name": "Mine"}

    assert page.post(f"{walk.path}/names/tracks/{walk.slug}/harbour-walks", form).status_code == 303
    assert page.get(f"{walk.path}/names/types/guided-tour").status_code == 200
    assert page.post(f"{walk.path}/names/types/guided-tour", form).status_code == 403
    assert page.post(f"{walk.path}/names/tracks/{other.slug}/their-track", form).status_code in (403, 404)
    assert "Their track" not in page.get(f"{walk.path}/names").text
    # A right conference with a wrong track is nothing.
    assert page.get(f"{walk.path}/names/tracks/{walk.slug}/their-track").status_code == 404
    viewer = walk.open_as(Role.VIEWER)
    assert viewer.get(f"{walk.path}/names/tracks/{walk.slug}/harbour-walks").status_code == 200
    assert viewer.post(f"{walk.path}/names/tracks/{walk.slug}/harbour-walks", form).status_code == 403


def test_the_list_of_names_costs_the_same_for_one_track_and_for_many(walk: Desk):
    page = walk.open_as()
    page.get(f"{walk.path}/names")
    with statements() as few:
        page.get(f"{walk.path}/names")
    for number in range(4):
        a.a_session(walk.conference, track=f"Track {number}", type=f"Type {number}")
    with statements() as many:
        page.get(f"{walk.path}/names")

    assert len(few) == len(many)

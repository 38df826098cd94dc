from __future__ import annotations

import re

import pytest

from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Role
from expo.speakers import queries
from expo.speakers.actions import Profile, edit_speaker
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("P5")


def profile(**changes: str) -> dict[str, str]:
    values = {
        "name": "Åsa Öhrström", "kind": "person", "title": "Mayor", "organisation": "Lunds kommun",
        "city": "Lund", "country": "SE", "bio": "Sings.", "version": "1",
    }  # fmt: skip
    return {**values, **changes}


def test_a_speaker_is_added_found_and_changed(desk: Desk):
    page = desk.open_as(Role.SCHEDULER, desk.conference)

    added = page.post(f"{desk.path}/speakers/new", profile())
    assert added.status_code == 303
    assert "Åsa Öhrström" in page.get(f"{desk.path}/speakers?q=ohrstrom").text
    saved = page.post(added.location, profile(name="Åsa Berg"))
    assert saved.status_code == 303
    assert "Åsa Berg is saved" in page.get(saved.location).text

    (asa,) = queries.every(desk.expo.id)
    assert (asa.name, asa.organisation_name, asa.country) == ("Åsa Berg", "Lunds kommun", "SE")


def test_who_saves_second_sees_both_texts_and_loses_nothing(desk: Desk):
    ada = a.a_speaker(desk.expo, "Ada")
    edit_speaker(speaker=ada, profile=Profile("Ada Theirs", bio="Theirs"))
    page = desk.open_as()

    back = page.post(f"{desk.path}/speakers/ada", profile(name="Ada Mine"))

    assert back.status_code == 409
    assert re.search(r"<dt>Name</dt><dd[^>]*>Ada Theirs</dd>", back.text)
    assert re.search(r"<dt>About</dt><dd[^>]*>Theirs</dd>", back.text)
    assert 'value="Ada Mine"' in back.text
    assert page.post(f"{desk.path}/speakers/ada", profile(name="Ada Mine", version="2")).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\0"),
        ("name", "x" * 10_000),
        ("title", "x" * 201),
        ("organisation", "x" * 201),
        ("bio", "x" * 5001),
        ("country", "Sweden"),
        ("kind", "robot"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(desk: Desk, field: str, value: str):
    back = desk.open_as().post(f"{desk.path}/speakers/new", profile(**{field: value}))

    assert back.status_code == 422
    assert f'id="{field}-error"' in back.text
    assert queries.every(desk.expo.id) == []


def test_a_speaker_of_another_team_is_read_and_not_changed(desk: Desk):
    other = a.a_conference(desk.expo, title="Other week")
    talk = a.a_session(other, title="Their talk").session
    ada = a.a_speaker(desk.expo, "Ada")
    programme.bill(session=talk, billings=[Billing(ada.id, "speaker")])
    page = desk.open_as(Role.SCHEDULER, desk.conference)

    text = page.get(f"{desk.path}/speakers/ada").text
    assert "Their talk" not in text
    assert "and 1 time in conferences of other teams" in text
    assert ">Save<" not in text
    assert page.post(f"{desk.path}/speakers/ada", profile()).status_code == 403
    assert ada.name == "Ada"


def test_a_speaker_of_another_expo_is_not_found(desk: Desk):
    a.a_speaker(a.an_expo(), "Ada")
    page = desk.open_as()

    assert page.get(f"{desk.path}/speakers/ada").status_code == 404
    assert page.post(f"{desk.path}/speakers/ada", profile()).status_code == 404


def test_where_somebody_appears_stands_beside_the_profile(desk: Desk):
    talk = a.a_session(desk.conference, title="Drums", code="T-1").session
    ada = a.a_speaker(desk.expo, "Ada")
    programme.bill(session=talk, billings=[Billing(ada.id, "chair")])

    text = desk.open_as(Role.VIEWER).get(f"{desk.path}/speakers/ada").text

    assert "Drums" in text
    assert "T-1 · Chair" in text


def test_a_name_is_text_whatever_it_looks_like(desk: Desk):
    page = desk.open_as()
    form = profile(name='"><img src=x onerror=alert(1)>', bio="</textarea><script>x</script>")
    added = page.post(f"{desk.path}/speakers/new", form)

    for path in (added.location, f"{desk.path}/speakers"):
        text = page.get(path).text
        assert "<img src=x" not in text
        assert "<script>x" not in text


def test_the_list_of_speakers_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    a.a_speaker(desk.expo)
    page.get(f"{desk.path}/speakers")
    with statements() as one:
        page.get(f"{desk.path}/speakers")
    for number in range(8):
        page.post(
            f"{desk.path}/speakers/new", profile(name=f"Speaker {number}", organisation=f"City {number}")
        )
    with statements() as many:
        page.get(f"{desk.path}/speakers")

    assert len(many) == len(one)

"""Texts in further languages, materials, and events outside the programme, as organisers write them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Material, Text
from expo.programme.texts import read
from expo.programme.values import draft_of_session
from expo.programme.words import MaterialKind, Role
from tests import factories as a

from .conftest import Desk

pytestmark = [pytest.mark.feature("F6"), pytest.mark.once]


@pytest.mark.feature("F9")
def test_a_session_is_written_in_two_languages_and_published(desk: Desk):
    a.a_session(desk.conference, code="T-1", title="Before")
    page = desk.open_as()
    form = desk.session_form(
        text_language="en", title_sv="Regnbäddar", abstract_sv="Om regn.", machine_sv="y",
        interpretation="sv>en, en-swl", content_notes="Loud",
    )  # fmt: skip

    assert page.post(f"{desk.path}/sessions/T-1", form).status_code == 303

    session = programme.session(desk.expo.id, "T-1")
    draft = draft_of_session(session)
    assert (draft.text_language, draft.texts) == ("en", (Text("sv", "Regnbäddar", "Om regn.", True),))
    assert (draft.interpretation, draft.content_notes) == ((("sv", "en"), ("en", "swl")), "Loud")
    text = page.get(f"{desk.path}/sessions/T-1").text
    assert "Title in Swedish" in text
    assert 'value="Regnbäddar"' in text
    assert 'value="sv&gt;en en&gt;swl"' in text
    assert "title_en" not in text  # the original's own language is not asked for twice
    assert "title in other languages" in text  # waits to be published


@pytest.mark.feature("F9")
def test_what_a_form_did_not_ask_for_is_not_lost_by_it(desk: Desk):
    session = a.a_session(
        desk.conference,
        code="T-1",
        texts=(Text("fi", "Sadepuutarhat"), Text("sv", "Regnbäddar")),
        materials=(Material(MaterialKind.LINK, "Map", "https://example.org/"),),
    ).session

    saved = desk.open_as().post(f"{desk.path}/sessions/T-1", desk.session_form(title="After"))

    assert saved.status_code == 303
    assert session.titles == {"fi": "Sadepuutarhat", "sv": "Regnbäddar"}
    assert len(session.materials) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title_sv", "x" * 251, "too long"),
        ("interpretation", "swedish", "Pairs of languages"),
        ("interpretation", "sv>sv", "Nobody interprets"),
        ("content_notes", "x" * 301, "too long"),
        ("text_language", "xx", "valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field_and_nothing_is_lost(desk: Desk, field, value, said):
    a.a_session(desk.conference, code="T-1")

    back = desk.open_as().post(
        f"{desk.path}/sessions/T-1", desk.session_form(abstract_sv="Kvar", **{field: value})
    )

    assert back.status_code == 422
    assert said in back.text
    assert f'id="{field}-error"' in back.text
    assert "Kvar" in back.text


@pytest.mark.feature("F9")
def test_a_text_in_the_originals_own_language_is_refused_beside_its_title(desk: Desk):
    a.a_session(desk.conference, code="T-1")

    form = desk.session_form(text_language="sv", title_sv="Två")
    back = desk.open_as().post(f"{desk.path}/sessions/T-1", form)

    assert back.status_code == 422
    assert 'id="title_sv-error"' in back.text
    assert 'value="Två"' in back.text


@pytest.mark.feature("F9")
def test_a_conference_is_written_in_two_languages(desk: Desk):
    page = desk.open_as()
    form = {
        "title": "City week", "starts_on": "2031-06-01", "ends_on": "2031-06-07", "time_zone": "Europe/Stockholm",
        "visibility": "public", "mode": "onsite", "version": "1", "text_language": "en",
        "title_sv": "Stadsveckan", "description_sv": "En vecka.",
    }  # fmt: skip

    assert page.post(f"{desk.path}/conferences/{desk.slug}", form).status_code == 303
    found = programme.conference(desk.expo.id, desk.slug)
    assert (found.titles, found.descriptions) == ({"sv": "Stadsveckan"}, {"sv": "En vecka."})
    assert "Description in Swedish" in page.get(f"{desk.path}/conferences/{desk.slug}").text
    again = page.post(f"{desk.path}/conferences/{desk.slug}", {**form, "version": "2", "title_sv": "x" * 201})
    assert again.status_code == 422


def version_of(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found
    return found[1]


def test_materials_are_added_changed_and_taken_away(desk: Desk):
    session = a.a_session(desk.conference, code="T-1").session
    page, path = desk.open_as(), f"{desk.path}/sessions/T-1/materials"

    def send(to: str = path, **changes: str) -> int:
        form = {"kind": "slides", "title": "Slides", "url": "https://example.org/", "text": "", "language": "",
                "version": version_of(page.get(path).text)}  # fmt: skip
        return page.post(to, {**form, **changes}).status_code

    assert send() == 303
    assert send(title="Recording", kind="recording", members="y") == 303
    assert [(one.title, one.public) for one in read(session.materials)] == [
        ("Slides", True),
        ("Recording", False),
    ]
    assert 'value="Recording"' in page.get(f"{path}?change=1").text
    assert send(row="0", title="Better slides", language="SV") == 303
    assert send(row="1", to=f"{path}/remove") == 303
    assert [(one.title, one.language) for one in read(session.materials)] == [("Better slides", "sv")]
    for row in ("7", "x", "-1", "²"):
        assert (
            send(row=row)
            == send(row=row, to=f"{path}/remove")
            == page.get(f"{path}?change={row}").status_code
            == 404
        )
    for changes in (
        {"url": "http://example.org"},
        {"url": ""},
        {"title": ""},
        {"kind": "film"},
        {"language": "12"},
    ):
        assert send(**changes) == 422, changes
    assert "Better slides" in page.get(f"{desk.path}/sessions/T-1").text


def test_materials_of_an_older_page_are_not_mixed_up(desk: Desk):
    session = a.a_session(desk.conference, code="T-1", materials=(
        Material(MaterialKind.LINK, "One", text="1"), Material(MaterialKind.LINK, "Two", text="2"),
    )).session  # fmt: skip
    page, path = desk.open_as(), f"{desk.path}/sessions/T-1/materials"
    seen = version_of(page.get(path).text)
    draft = draft_of_session(session)
    actions.edit_session(session=session, draft=replace(draft, materials=draft.materials[1:]))

    assert page.post(f"{path}/remove", {"row": "0", "version": seen}).status_code == 409
    back = page.post(path, {"row": "0", "version": seen, "kind": "link", "title": "Mine", "text": "x"})

    assert back.status_code == 409
    assert 'value="Mine"' in back.text
    assert [one.title for one in read(session.materials)] == ["Two"]


@pytest.mark.feature("F16")
def test_owners_of_the_expo_note_change_and_remove_outside_events(desk: Desk):
    page, path = desk.open_as(), f"{desk.path}/outside"
    form = {"title": "Regatta", "starts_at": "2031-06-02T10:00", "ends_at": "2031-06-02T18:00", "place": "Sundet",
            "url": "https://example.org/", "language": "sv", "version": "0"}  # fmt: skip

    assert page.post(f"{path}/new", form).status_code == 303
    (event,) = programme.outside_events(desk.expo.id)
    number = event.id
    assert event.starts_at.hour == 8  # ten o'clock in Stockholm
    assert "Regatta" in page.get(path).text
    assert 'value="2031-06-02T10:00"' in page.get(f"{path}/{number}").text
    assert (
        page.post(f"{path}/{number}", {**form, "title": "Great regatta", "version": "1"}).status_code == 303
    )
    stale = page.post(f"{path}/{number}", {**form, "title": "Mine", "version": "1"})
    assert (stale.status_code, 'value="Mine"' in stale.text) == (409, True)
    for changes, said in (
        ({"title": ""}, "Give the event a title."),
        ({"starts_at": ""}, "When does it begin?"),
        ({"ends_at": "2031-06-02T09:00"}, "ends before it starts"),
        ({"starts_at": "2031-03-30T02:30"}, "does not exist"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"language": "Swedish"}, "too long"),
    ):
        back = page.post(f"{path}/{number}", {**form, "version": "2", **changes})
        assert back.status_code == 422, changes
        assert said in back.text, changes
    assert page.post(f"{path}/{number}/remove").status_code == 303
    assert page.get(f"{path}/{number}").status_code == 404


@pytest.mark.feature("F16")
def test_outside_events_belong_to_one_expo_and_to_owners_of_all_of_it(desk: Desk):
    page = desk.open_as()
    form = {"title": "Regatta", "starts_at": "2031-06-02T10:00", "ends_at": "2031-06-02T18:00"}
    page.post(f"{desk.path}/outside/new", form)
    (event,) = programme.outside_events(desk.expo.id)
    number = event.id
    other = a.a_conference()
    stranger = desk.browser(a.an_organiser(other.expo))

    assert stranger.get(f"/{other.expo.slug}/organise/outside/{number}").status_code == 404
    assert stranger.post(f"/{other.expo.slug}/organise/outside/{number}/remove").status_code == 404
    for role, conference in ((Role.OWNER, desk.conference), (Role.SCHEDULER, None)):
        client = desk.open_as(role, conference)
        for path in ("/outside", "/outside/new", f"/outside/{number}"):
            assert client.get(desk.path + path).status_code == 403
        assert client.post(f"{desk.path}/outside/{number}/remove").status_code == 403
    assert len(programme.outside_events(desk.expo.id)) == 1

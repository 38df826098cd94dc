"""A file goes from upload to programme and back by pages alone, and other teams see none of it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.values import draft_of_session
from expo.programme.words import Role
from tests import factories as a

pytestmark = pytest.mark.feature("P9")

SHEET = "Code,Title,Starts,Ends,Room\nT-1,<b>Water</b>,2026-05-31 10:00,2026-05-31 11:00,Hall\nT-2,Night,soon,,Hall\n"


def upload(page, address: str, conference, content: str = SHEET):
    return page.post(
        address,
        data={
            "conference": conference.slug,
            "source": "Office",
            "file": (io.BytesIO(content.encode()), "list.csv"),
        },
        content_type="multipart/form-data",
    )


def test_the_file_of_faults_has_no_formula_in_its_head(browser):
    conference = a.a_conference()
    home = f"/{conference.expo.slug}/organise"
    page = browser(a.an_organiser(conference.expo, Role.SCHEDULER))

    where = upload(page, f"{home}/files", conference, "Title,Starts,=1+1\nNight,soon,\n").headers["Location"]
    page.post(where, data={"kind": "sessions", "column_title": "Title", "column_starts": "Starts"})

    assert "Title,Starts,'=1+1,Line" in page.get(f"{where}/faults.csv").text


def test_a_file_is_looked_at_brought_in_and_taken_back(browser):
    conference = a.a_conference()
    a.a_room(conference.expo, "Hall")
    home = f"/{conference.expo.slug}/organise"
    page = browser(a.an_organiser(conference.expo, Role.SCHEDULER))

    sent = upload(page, f"{home}/files", conference)
    where = sent.headers["Location"]
    how = page.get(where)
    assert 'name="column_title"' in how.text
    fields = {"code": "Code", "title": "Title", "starts": "Starts", "ends": "Ends", "room": "Room"}
    page.post(where, data={"kind": "sessions", **{f"column_{name}": head for name, head in fields.items()}})
    check = page.get(f"{where}/check")
    assert "&lt;b&gt;Water" in check.text
    assert "is not a time like" in check.text
    assert "T-2,Night,soon,,Hall,3,Starts" in page.get(f"{where}/faults.csv").text
    page.post(f"{where}/import")
    assert programme.occurrence(conference.expo_id, "T-1") is not None
    assert programme.occurrence(conference.expo_id, "T-2") is None
    assert "1 line is imported" in page.get(f"{where}/check").text

    page.post(f"{where}/undo")

    assert programme.occurrence(conference.expo_id, "T-1") is None
    assert "taken back" in page.get(f"{where}/check").text


def test_another_teams_file_looks_as_if_it_were_not_there(browser):
    expo = a.an_expo()
    conference, theirs = a.a_conference(expo), a.a_conference(expo)
    home = f"/{expo.slug}/organise"
    where = upload(
        browser(a.an_organiser(expo, Role.SCHEDULER, conference)), f"{home}/files", conference
    ).headers["Location"]
    stranger = browser(a.an_organiser(expo, Role.SCHEDULER, theirs))

    for path in ("", "/check", "/faults.csv"):
        assert stranger.get(where + path).status_code == 404
    for path in ("", "/import", "/undo", "/forget"):
        assert stranger.post(where + path).status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv", "frab.xml", "frab.json", "pretalx.json", "ics"])
def test_drafts_leave_in_each_form(browser, form):
    conference = a.a_conference(title="Summit")
    a.a_session(conference, title="Not told yet", published=False)
    page = browser(a.an_organiser(conference.expo))

    sent = page.get(f"/{conference.expo.slug}/organise/export/{form}?conference={conference.slug}")

    assert sent.headers["Content-Disposition"] == f'attachment; filename="{conference.slug}.{form}"'
    assert form == "xlsx" or "Not told yet" in sent.text


@pytest.mark.feature("P1", "O7")
def test_what_was_done_is_told_with_before_and_after_and_can_be_taken_back(browser):
    conference = a.a_conference()
    session = a.a_session(conference, title="First title", published=False).session
    actions.edit_session(session=session, draft=replace(draft_of_session(session), title="Second title"))
    page = browser(a.an_organiser(conference.expo, Role.SCHEDULER, conference))
    where = f"/{conference.expo.slug}/organise/history/session/{session.id}"

    told = page.get(where)
    assert "First title" in told.text
    assert "Second title" in told.text
    undo = next(iter(re.findall(r'action="([^"]+/undo)"', told.text)))
    page.post(undo)

    assert programme.session(conference.expo_id, session.code).title == "First title"
    page.post(undo)
    refused = page.get(where)
    assert "Somebody has changed the same again since" in refused.text


@pytest.mark.feature("O7")
def test_the_whole_record_is_for_owners_of_the_expo(browser):
    expo = a.an_expo()
    conference = a.a_conference(expo)
    a.a_session(conference, title="Told")
    theirs = a.a_conference(expo)
    home = f"/{expo.slug}/organise"
    session = programme.sessions(expo.id, [conference.id])[0]

    owner = browser(a.an_organiser(expo))
    assert "Harbour" in owner.get(f"{home}/history").text
    assert owner.get(f"{home}/history?subject=session&day=2001-01-01&who=nobody")
    scheduler = browser(a.an_organiser(expo, Role.SCHEDULER, theirs))
    assert scheduler.get(f"{home}/history").status_code == 403
    assert scheduler.get(f"{home}/history/session/{session.id}").status_code == 404

"""Who may have a file of a session: whoever may read the page that names it, and whoever works on it."""

from __future__ import annotations

import pytest

from expo.programme import guesting
from expo.programme.words import Role, Visibility
from tests import factories as a
from tests.client import Client
from tests.programme.handing_in import PDF, a_pptx, chosen
from tests.speaking.asking import asked, invited
from tests.web.organiser.conftest import Desk

pytestmark = pytest.mark.feature("P16")


@pytest.fixture
def desk(browser) -> Desk:
    conference = a.a_conference(title="City week")
    return Desk(conference.expo, conference, browser)


def material(session, **changes):
    return {"kind": "slides", "title": "Slides", "version": str(session.version), **changes}


def file_of(session) -> tuple[int, str]:
    (one,) = [row["file"] for row in (*session.materials, *session.contributions) if "file" in row]
    return one["id"], one["name"]


def handed_in(desk: Desk, session, **changes) -> tuple[Client, str]:
    """A scheduler's browser that has handed in a file, and the file's end of addresses."""
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    where = f"{desk.path}/sessions/{session.code}/materials"
    answer = page.post(where, material(session, file=chosen(a_pptx(), "Regn över.exe"), **changes))
    assert answer.status_code == 303, answer.text
    number, name = file_of(session)
    assert name == "Regn över.pptx"
    return page, f"files/{number}/{name}"


def test_an_organiser_hands_in_a_file_that_readers_have_once_it_is_published(desk: Desk):
    session = a.a_session(desk.conference, title="Panel", published=False).session
    page, file = handed_in(desk, session)
    public, ours = (
        f"/{desk.expo.slug}/sessions/{session.code}/{file}",
        f"{desk.path}/sessions/{session.code}/{file}",
    )
    assert file.split("/")[1] in page.get(f"{desk.path}/sessions/{session.code}/materials").text
    assert page.get(ours).data == a_pptx()
    assert page.get(public).status_code == 404

    a.publish(desk.expo)

    stranger = desk.browser()
    assert f"/{file.split('/')[1]}/" in stranger.get(f"/{desk.expo.slug}/sessions/{session.code}").text
    answer = stranger.get(public)
    assert answer.data == a_pptx()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"].endswith("presentationml.presentation")
    assert stranger.get(public, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for wrong in (public.replace("/files/", "/files/9"), public[:-1], ours):
        assert stranger.get(wrong).status_code in (404, 303)
    other = a.a_session(desk.conference, starts_at=a.tomorrow_at(15)).session
    assert stranger.get(public.replace(session.code, other.code)).status_code == 404
    assert desk.open_as(Role.OWNER, a.a_conference(desk.expo)).get(ours).status_code in (403, 404)

    page.post(f"{desk.path}/sessions/{session.code}/materials",
              material(session, row="0", no_file="y", text="Without"))  # fmt: skip
    assert "file" not in session.materials[0]
    assert stranger.get(public).status_code == 200
    a.publish(desk.expo)
    assert stranger.get(public).status_code == 404


def test_another_file_takes_the_place_of_the_first_and_nothing_chosen_keeps_it(desk: Desk):
    session = a.a_session(desk.conference, published=False).session
    page, _file = handed_in(desk, session)
    where = f"{desk.path}/sessions/{session.code}/materials"
    first = file_of(session)

    page.post(where, material(session, row="0", title="Renamed"))
    assert file_of(session) == first
    answer = page.post(where, material(session, row="0", file=chosen(b"MZ\x90\x00", "a.pdf")))
    assert answer.status_code == 422
    assert "A PDF, a presentation" in answer.text
    page.post(where, material(session, row="0", file=chosen(PDF)))
    assert file_of(session)[1] == "slides.pdf"


def test_a_file_for_ticket_holders_is_for_ticket_holders(desk: Desk):
    session = a.a_session(desk.conference, published=False).session
    _page, file = handed_in(desk, session, members="y")
    a.publish(desk.expo)
    public = f"/{desk.expo.slug}/sessions/{session.code}/{file}"

    assert desk.browser().get(public).status_code == 404
    person = a.a_person(desk.expo)
    assert desk.browser(person).get(public).status_code == 404
    a.a_registration(person, desk.conference)
    answer = desk.browser(person).get(public)
    assert answer.data == a_pptx()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("visibility", [Visibility.REGISTERED, Visibility.INVITATION, Visibility.HIDDEN])
def test_a_file_of_what_is_not_for_strangers_is_not_for_them(desk: Desk, visibility):
    session = a.a_session(desk.conference, published=False, visibility=visibility).session
    _page, file = handed_in(desk, session)
    a.publish(desk.expo)
    assert desk.browser().get(f"/{desk.expo.slug}/sessions/{session.code}/{file}").status_code == 404


def test_a_co_host_hands_in_the_file_of_a_contribution(desk: Desk, browser):
    session = a.a_session(desk.conference, published=False).session
    ada = a.an_account(name="Ada Co-host")
    guesting.let_edit(session=session, email=ada.email, name="Ada", language="en")
    page, home = browser(ada), f"/{desk.expo.slug}/cohost/{session.code}"
    talk = {"title": "A talk", "version": str(session.version), "file": chosen(PDF)}

    assert page.post(f"{home}/contributions", talk).status_code == 303
    number, name = file_of(session)
    assert name in page.get(home).text
    assert page.get(f"{home}/files/{number}/{name}").data == PDF
    assert browser().get(f"{home}/files/{number}/{name}").status_code in (303, 404)
    a.publish(desk.expo)
    assert browser().get(f"/{desk.expo.slug}/sessions/{session.code}/files/{number}/{name}").data == PDF


def test_a_speaker_hands_in_slides_by_their_own_page_and_takes_them_back(app):
    appearance = asked(a.a_session(published=False))
    session = appearance.session
    home = f"/{session.conference.expo.slug}/speaker/{invited(appearance)}/sessions/{appearance.id}/files"
    page = Client(app)
    sent = {"version": str(session.version), "of": "", "title": "", "file": chosen(PDF, "My talk.pdf")}

    assert page.post(home, {**sent, "file": chosen(b"", "")}).status_code == 422
    assert page.post(home, sent).status_code == 303
    number, name = file_of(session)
    assert session.materials[0]["title"] == "Slides of Mira Holm"
    assert name in page.get(home).text
    assert page.get(f"{home}/{number}/{name}").data == PDF
    assert page.post(home, {**sent, "file": chosen(PDF)}).status_code == 409  # its version is another by now
    other = asked(a.a_session(published=False), email="else@example.org")
    theirs = f"/{other.session.conference.expo.slug}/speaker/{invited(other)}/sessions"
    assert page.get(f"{theirs}/{appearance.id}/files").status_code == 404
    assert page.get(f"{theirs}/{other.id}/files/{number}/{name}").status_code == 404
    assert page.post(f"{theirs}/{other.id}/files/{number}/remove", {"version": "1"}).status_code == 404

    answer = page.post(f"{home}/{number}/remove", {"version": str(session.version)})
    assert answer.status_code == 303
    assert session.materials == []

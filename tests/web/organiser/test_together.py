"""Co-hosts edit one session and see nothing else; guests and contributions by pages."""

from __future__ import annotations

import pytest

from expo.programme import guesting
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("P16")


def test_a_co_host_edits_one_session_and_reaches_nothing_else(desk: Desk, browser):
    session = a.a_session(desk.conference, title="Shared", published=False).session
    other = a.a_session(desk.conference, starts_at=a.tomorrow_at(15), published=False).session
    owner = desk.open_as(Role.SCHEDULER, desk.conference)
    ada = a.an_account(name="Ada Co-host")
    added = owner.post(
        f"{desk.path}/sessions/{session.code}/together/hosts", {"name": "Ada", "email": ada.email}
    )
    assert added.status_code == 303
    page, home = browser(ada), desk.path.removesuffix("/organise")

    assert "Shared" in page.get(f"{home}/cohost").text
    form = {"title": "Shared by two", "abstract": "New", "content_notes": "", "version": str(session.version)}
    assert page.post(f"{home}/cohost/{session.code}", form).status_code == 303
    talk = {"title": "A talk", "speaker": "Nova New", "minutes": "12", "version": str(session.version)}
    assert page.post(f"{home}/cohost/{session.code}/contributions", talk).status_code == 303
    assert (session.title, session.contributions[0]["minutes"]) == ("Shared by two", 12)
    odd = {"row": "0", "version": "²"}  # a digit to str.isdigit, and no number
    assert page.post(f"{home}/cohost/{session.code}/contributions/remove", odd).status_code == 409
    assert (
        page.post(
            f"{home}/cohost/{session.code}/contributions/remove",
            {"row": "0", "version": str(session.version)},
        ).status_code
        == 303
    )
    assert session.contributions == []

    assert page.get(f"{home}/cohost/{other.code}").status_code == 404
    assert page.post(f"{home}/cohost/{other.code}", form).status_code == 404
    for path in (
        "/",
        "/sessions",
        f"/sessions/{session.code}",
        f"/sessions/{session.code}/contributions",
        "/files",
        "/grid",
    ):
        assert page.get(desk.path + path).status_code == 403

    owner.post(f"{desk.path}/sessions/{session.code}/together/hosts/{ada.id}/remove")
    assert page.get(f"{home}/cohost/{session.code}").status_code == 404


def test_an_organiser_offers_a_session_and_the_other_team_takes_it_in(desk: Desk):
    theirs = a.a_conference(desk.expo, title="Theirs")
    session = a.a_session(desk.conference, published=False).session
    ours, others = desk.open_as(Role.SCHEDULER, desk.conference), desk.open_as(Role.SCHEDULER, theirs)
    ours.post(f"{desk.path}/sessions/{session.code}/together/guests", {"conference": theirs.slug})
    guest = guesting.offered_to(theirs)[0]
    assert guest.accepted_at is None
    assert ours.post(f"{desk.path}/guests/{guest.id}/accept").status_code == 404

    assert "Take it in" in others.get(f"{desk.path}/conferences/{theirs.slug}/guests").text
    others.post(f"{desk.path}/guests/{guest.id}/accept")

    assert session.also_in == [theirs.slug]
    ours.post(f"{desk.path}/guests/{guest.id}/end")
    assert session.also_in == []


def test_contributions_are_written_by_organisers_and_shown_when_published(desk: Desk, browser):
    session = a.a_session(desk.conference, title="Panel", published=False).session
    page = desk.open_as(Role.SCHEDULER, desk.conference)
    where = f"{desk.path}/sessions/{session.code}/contributions"
    talk = {
        "title": "<b>Rain</b>",
        "speaker": "Nova New",
        "minutes": "15",
        "url": "https://example.org/rain.pdf",
        "version": str(session.version),
    }
    assert page.post(where, talk).status_code == 303
    assert page.post(where, talk | {"title": "", "version": str(session.version)}).status_code == 422
    assert (
        page.post(where, talk | {"url": "javascript:alert(1)", "version": str(session.version)}).status_code
        == 422
    )
    a.publish(desk.expo)

    shown = browser().get(f"{desk.path.removesuffix('/organise')}/sessions/{session.code}").text
    assert "&lt;b&gt;Rain" in shown
    assert "15 min" in shown

"""The pages of breaks: of a conference by its schedulers, of the whole city by the expo's."""

from __future__ import annotations

import pytest

from expo.programme.words import Role
from expo.publishing import actions as publishing
from expo.scheduling import breaks
from tests import factories as a
from tests.factories import tomorrow_at

from .conftest import Desk

pytestmark = pytest.mark.feature("P8")


def form(desk: Desk, **changes: object) -> dict[str, object]:
    day = tomorrow_at(8).date().isoformat()
    values = {
        "title": "Lunch", "conference": desk.slug, "starts_at": f"{day}T12:00", "ends_at": f"{day}T13:00",
        "until": "", "without": "", "area": "", "language": "", "is_listed": "y",
    }  # fmt: skip
    return {**values, **changes}


def test_a_break_is_made_seen_shown_removed_and_brought_back(desk: Desk):
    talk = a.a_session(desk.conference, starts_at=tomorrow_at(6), published=False)
    a.a_session(desk.conference, starts_at=tomorrow_at(14), type="talk")
    day = tomorrow_at(8).date().isoformat()
    client, path = desk.open_as(Role.SCHEDULER, desk.conference), f"{desk.path}/breaks"

    assert client.post(path, data=form(desk, ends_at=f"{day}T12:00")).status_code == 422
    assert client.post(path, data=form(desk)).status_code == 303
    (pause,) = breaks.every(desk.expo.id)
    assert "Waits for a release" in client.get(path).text
    assert "<span>Lunch</span>" in client.get(f"{desk.path}/timetable?day={day}").text
    public = f"/{desk.expo.slug}/programme?day={day}"
    assert "Lunch" not in client.get(public).text
    assert "Lunch" in client.get(f"{desk.path}/releases").text
    assert (
        client.post(f"{desk.path}/releases", data={"scope": desk.slug, "note": "", "day": ""}).status_code
        == 303
    )

    for address in (public, f"{public}&view=grid", f"/{desk.expo.slug}/conferences/{desk.slug}"):
        page = client.get(address).text
        assert page.count('<b dir="auto">Lunch</b>') == 1
        assert "until 13:00" in page
    assert "Lunch" not in client.get(f"{public}&type={talk.session.type.slug}").text
    no = client.post(f"{path}/{pause.id}/remove", data={"version": pause.version + 1})
    assert (no.status_code, "changed this meanwhile" in no.text) == (409, True)
    removed = client.post(f"{path}/{pause.id}/remove", data={"version": pause.version})
    assert removed.status_code == 303
    assert "Bring back" in client.get(path).text
    assert client.post(f"{path}/{pause.id}/back").status_code == 303
    assert [one.id for one in breaks.every(desk.expo.id)] == [pause.id]


def test_who_makes_a_break_over_a_session_says_why_it_stays(desk: Desk):
    a.a_session(desk.conference, starts_at=tomorrow_at(10), minutes=240, title="All morning")
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/breaks"
    wanted = form(desk, conference="", title="The King's visit")

    page = client.post(path, data=wanted)
    assert page.status_code == 409
    assert "All morning" in page.text or "Nothing takes place here then: The King" in page.text
    assert client.post(path, data={**wanted, "keep": "He opens it."}).status_code == 303
    (pause,) = breaks.every(desk.expo.id)
    one = f"{path}/{pause.id}"
    day = tomorrow_at(8).date().isoformat()
    later = form(
        desk, title="The King", starts_at=f"{day}T12:30", version=pause.version, keep="He stays longer."
    )
    assert client.post(one, data={**later, "version": "0"}).status_code == 409
    assert client.post(one, data=later).status_code == 303
    assert pause.title == "The King"


def test_a_conferences_team_reaches_its_own_breaks_and_reads_the_citys(desk: Desk):
    other = a.a_conference(desk.expo)
    (city,) = breaks.add(
        expo=desk.expo, conference=None,
        draft=breaks.BreakDraft("Parade", tomorrow_at(8), tomorrow_at(9)),
    )  # fmt: skip
    (theirs,) = breaks.add(
        expo=desk.expo, conference=other,
        draft=breaks.BreakDraft("Their lunch", tomorrow_at(10), tomorrow_at(11)),
    )  # fmt: skip
    publishing.publish(expo=desk.expo)
    client, path = desk.open_as(Role.SCHEDULER, desk.conference), f"{desk.path}/breaks"

    page = client.get(path).text
    assert "Parade" in page
    assert "Their lunch" not in page
    assert client.get(f"{path}/{city.id}").status_code == 200
    assert client.post(f"{path}/{city.id}/remove").status_code == 403
    assert client.post(path, data=form(desk, conference="")).status_code == 422
    for action in ("", "/remove", "/back"):
        assert client.post(f"{path}/{theirs.id}{action}", data=form(desk)).status_code == 404
    assert client.post(path, data=form(desk, conference=other.slug)).status_code == 422
    assert desk.open_as(Role.VIEWER).post(path, data=form(desk)).status_code == 403

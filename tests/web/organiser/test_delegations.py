"""The organisers' board of delegations, inviting from a list, and the list of organisations."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from expo.core import clock
from expo.core.db import db
from expo.delegations import queries
from expo.mail import outbox
from expo.organisations import actions as organisations
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import OrganisationKind
from expo.programme.words import Role
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate, secret_for

pytestmark = pytest.mark.feature("R4", "N1")


@pytest.fixture
def ticket(desk):
    return a_city_ticket(desk.conference)


def invitation(desk, **changes: Any) -> dict[str, Any]:
    values = {
        "points": "Turin; Fanny Focal; fanny@turin.example\nUmeå\tJörgen\tjorgen@umea.example\nAarhus; ; ",
        "conferences": desk.slug, "seats_city": "4", "until": "2031-05-01T12:00", "message": "Welcome.",
        "language": "en",
    }  # fmt: skip
    return {**values, **changes}


def test_a_list_is_invited_at_once_and_the_board_counts_the_answers(desk, ticket):
    group = organisations.find_or_create_group(name="112 mission cities")
    turin = organisations.save(draft=OrganisationDraft("Turin", OrganisationKind.CITY, country="IT"))[0]
    organisations.put_into_group(group=group, organisations=[turin])
    olle = desk.open_as(Role.REGISTRATION)
    assert "Turin; ; " in olle.get(f"{desk.path}/delegations/new?group=112-mission-cities").text

    sent = olle.post(f"{desk.path}/delegations/new", invitation(desk))
    again = olle.post(f"{desk.path}/delegations/new", invitation(desk))

    assert (sent.status_code, again.status_code) == (303, 303)
    assert {letter.recipient for letter in outbox.latest()} == {"fanny@turin.example", "jorgen@umea.example"}
    found = {line.delegation.name: line.delegation for line in queries.board(desk.expo.id, None)}
    nominate(found["Turin"], queries.offered(found["Turin"])[0])
    desk.browser().get(f"/{desk.expo.slug}/delegation/{secret_for('jorgen@')}")
    board = olle.get(f"{desk.path}/delegations").text
    for said in ("Answered", "Opened", "1 of 8", "country that comes"):
        assert said in board
    assert "Umeå" not in olle.get(f"{desk.path}/delegations?group=112-mission-cities").text
    assert "Turin" not in olle.get(f"{desk.path}/delegations?standing=opened").text.split("<table")[1]


@pytest.mark.once
@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        (
            "points",
            "Turin; Fanny; nobody\nUmeå; x",
            "Line 1: “nobody” is not an e-mail address; Line 2: delegation",
        ),
        ("points", "Turin; ; ", "at least one line"),
        ("conferences", [], "at least one conference"),
        ("seats_city", "0", "at least one seat"),
        ("seats_city", "4000", "from 0 to 500"),
        ("until", "2001-01-01T12:00", "over already"),
        ("until", "tomorrow", "day and a time"),
    ],
)
def test_what_cannot_be_meant_comes_back_with_all_that_was_typed(desk, ticket, field, wrong, said):
    olle = desk.open_as()
    answer = olle.post(f"{desk.path}/delegations/new", invitation(desk, **{field: wrong}))

    assert answer.status_code == 422
    assert said in answer.text
    assert "Welcome." in answer.text
    assert outbox.latest() == []


def test_a_delegation_is_changed_reminded_sent_anew_and_closed(desk, ticket):
    turin = a_delegation(ticket, seats=2, nominate_until=clock.now() + timedelta(days=10))
    nominate(turin, ticket, by_link=True)
    code, olle = turin.code, desk.open_as(Role.REGISTRATION)
    page = f"{desk.path}/delegations/{code}"
    assert "Ada Rossi" in olle.get(page).text
    saved = {"focal_name": "Franca", "focal_email": "franca@turin.example", "seats_city": "3", "until": ""}

    assert olle.post(page, saved).status_code == 303
    few = olle.post(page, {**saved, "seats_city": "0", "focal_name": "Gianna"})
    assert (few.status_code, 'value="Gianna"' in few.text) == (422, True)
    assert olle.post(f"{page}/remind").status_code == 303
    assert olle.post(f"{page}/send").status_code == 303
    assert olle.post(f"{page}/close", {"reason": ""}).status_code == 422
    assert olle.post(f"{page}/close", {"reason": "Sent twice."}).status_code == 303

    assert [letter.kind for letter in outbox.latest(to="franca@")] == [
        "delegation_invitation", "delegation_reminder", "delegation_invitation",
    ]  # fmt: skip
    text = olle.get(page).text
    assert "Sent twice." in text
    assert "Closed" in text
    db.session.expire_all()
    assert queries.seats_of(turin.id)[0].pool.capacity == 3


@pytest.mark.feature("R3")
def test_all_of_a_delegation_who_wait_are_approved_at_once_as_far_as_there_are_places(desk):
    ticket = a_city_ticket(desk.conference, needs_approval=True, quota=2)
    turin = a_delegation(ticket)
    for name in ("Ada", "Bea", "Cia"):
        nominate(turin, ticket, name=name)
    olle = desk.open_as(Role.REGISTRATION)
    page = f"{desk.path}/delegations/{turin.code}"
    assert "Approve all 3 who wait" in olle.get(page).text

    olle.post(f"{page}/approve")

    told = olle.get(page).text
    assert "2 are approved." in told
    assert "Cia: All places of City delegate are taken." in told
    assert "Approve the one who waits" in told
    ada = queries.waiting(turin.id)[0].person
    code = queries.waiting(turin.id)[0].code
    assert ada.name == "Cia"
    assert f"delegations/{turin.code}" in olle.get(f"{desk.path}/people/{code}").text


def test_another_team_finds_no_delegation_here_and_a_reader_changes_none(desk, ticket):
    other = a_city_ticket(a.a_conference(desk.expo))
    own, both = a_delegation(ticket, name="Turin"), a_delegation(ticket, other, name="Umeå")
    pages = {one.name: f"{desk.path}/delegations/{one.code}" for one in (own, both)}
    here = desk.open_as(Role.OWNER, desk.conference)
    there = desk.open_as(Role.OWNER, other.conference)
    reader, door = desk.open_as(Role.VIEWER), desk.open_as(Role.SCHEDULER)

    assert [here.get(pages[name]).status_code for name in pages] == [200, 404]
    assert [there.get(pages[name]).status_code for name in pages] == [404, 404]
    assert "Turin" not in there.get(f"{desk.path}/delegations").text
    assert there.post(f"{pages['Turin']}/close", {"reason": "x"}).status_code == 404
    assert (reader.get(pages["Turin"]).status_code, reader.post(f"{pages['Turin']}/send").status_code) == (
        200,
        403,
    )
    assert door.get(pages["Turin"]).status_code == 403
    assert here.get(f"/{a.an_expo().slug}/organise/delegations/{own.code}").status_code == 403
    stolen = here.post(f"{desk.path}/delegations/new", invitation(desk, conferences=other.conference.slug))
    assert stolen.status_code == 422


def test_the_spreadsheet_is_sent_row_by_row_with_harmless_cells(desk, ticket):
    a_delegation(ticket, name="=HYPERLINK(1)", email="evil@turin.example")
    nominate(a_delegation(ticket, name="Turin"), ticket)

    answer = desk.open_as().get(f"{desk.path}/delegations.csv")

    assert answer.is_streamed
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [(row["delegation"], row["category"], row["seats"], row["given"], row["state"]) for row in rows] == [
        ("'=HYPERLINK(1)", "city", "4", "0", "sent"), ("Turin", "city", "4", "1", "answered"),
    ]  # fmt: skip
    assert "attachment" in answer.headers["Content-Disposition"]


def test_organisations_are_found_by_kind_group_and_word(desk):
    group = organisations.find_or_create_group(name="Climate leaders")
    for name, kind, code in (
        ("Turin", OrganisationKind.CITY, "001272"), ("Helsingborgs stad", OrganisationKind.MUNICIPALITY, "1283"),
        ("<b>ICLEI</b>", OrganisationKind.CIVIL_SOCIETY, ""),
    ):  # fmt: skip
        made = organisations.save(draft=OrganisationDraft(name, kind, code, country="SE"))[0]
        if code == "1283":
            organisations.put_into_group(group=group, organisations=[made])
    olle = desk.open_as(Role.VIEWER)

    def listed(query: str) -> list[str]:
        text = olle.get(f"{desk.path}/organisations{query}").text.partition("<table")[2]
        return [name for name in ("Turin", "Helsingborgs stad", "&lt;b&gt;ICLEI") if name in text]

    assert listed("") == ["Turin", "Helsingborgs stad", "&lt;b&gt;ICLEI"]
    assert listed("?kind=city") == ["Turin"]
    assert listed("?group=climate-leaders") == ["Helsingborgs stad"]
    assert listed("?q=1283") == ["Helsingborgs stad"]
    assert listed("?q=nothing&kind=planet") == []


def test_the_ticked_are_gathered_into_a_group_and_taken_out_again(desk):
    ids = [
        str(organisations.save(draft=OrganisationDraft(name, OrganisationKind.CITY))[0].id)
        for name in ("Turin", "Umeå", "Aarhus")
    ]
    olle, path = desk.open_as(Role.REGISTRATION), f"{desk.path}/organisations"

    nameless = olle.post(path, {"organisation": ids[:2], "name": " "})
    nobody = olle.post(path, {"name": "Harbours"})
    made = olle.post(path, {"organisation": ids[:2], "name": "Harbours & quays"})

    assert (nameless.status_code, nobody.status_code, made.status_code) == (422, 422, 303)
    assert nameless.text.count(" checked") == 2
    assert 'value="Harbours"' in nobody.text
    shown = olle.get(made.headers["Location"]).text.partition("<table")[2]
    assert ("Turin" in shown, "Umeå" in shown, "Aarhus" in shown) == (True, True, False)
    olle.post(made.headers["Location"], {"organisation": ids[:1], "deed": "out"})
    assert "Turin" not in olle.get(made.headers["Location"]).text.partition("<table")[2]
    assert desk.open_as(Role.VIEWER).post(path, {"organisation": ids, "name": "Mine"}).status_code == 403

"""The focal point's page and the nominees' invitations, asked as a browser asks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.core import checks, limits
from expo.core.db import db
from expo.delegations import actions, nominating, queries
from expo.delegations.models import NomineeState
from expo.mail import outbox
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.counting import statements
from tests.delegations.sending import a_city_ticket, a_delegation, nominate, secret_for

pytestmark = pytest.mark.feature("R4")

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def turin(app):
    return a_delegation(a_city_ticket(a.a_conference(title="City week")), seats=2)


def page_of(delegation) -> str:
    return f"/{slug_of(delegation)}/delegation/{secret_for(delegation.focal_email)}"


def slug_of(delegation) -> str:
    return db.session.get_one(a.Expo, delegation.expo_id).slug


def form(delegation, **changes):
    ticket = queries.offered(delegation)[0]
    values = {"name": "Ada Rossi", "email": "ada@turin.example", "tickets": str(ticket.id), "way": "link"}
    return {**values, **changes}


def test_a_focal_point_names_people_and_sees_who_has_the_ball(browser, turin):
    page, focal = page_of(turin), browser()
    assert "0 of 2" in focal.get(page).text

    sent = focal.post(page, form(turin))
    focal.post(page, form(turin, name="Bea", email="bea@turin.example", way="now"))

    assert sent.status_code == 303
    board = focal.get(page)
    assert "2 of 2" in board.text
    assert "All your seats are given" in board.text
    assert re.search(r"Has a link.*since", board.text, re.S)
    assert board.headers["Referrer-Policy"] == "no-referrer"
    assert board.headers["Cache-Control"] == "private, no-store"
    assert [one.state for one in queries.nominees(turin.id)] == [
        NomineeState.INVITED,
        NomineeState.REGISTERED,
    ]


@pytest.mark.once
def test_what_cannot_be_comes_back_with_all_that_was_typed(browser, turin):
    page, focal = page_of(turin), browser()
    for wrong in (
        {"name": " "}, {"email": "nobody"}, {"tickets": ""}, {"tickets": "999999"}, {"way": "pigeon"},
        {"name": "x" * 300},
    ):  # fmt: skip
        answer = focal.post(page, form(turin, **wrong))
        assert answer.status_code == 422, wrong
        assert ("ada@turin.example" in answer.text) or "nobody" in answer.text
    for number in (1, 2):
        nominate(turin, queries.offered(turin)[0], name=f"N{number}")

    full = focal.post(page, form(turin))

    assert full.status_code == 409
    assert "All your seats in this category are given" in full.text
    assert 'value="Ada Rossi"' in full.text


@pytest.mark.once
def test_hostile_names_are_text(browser, turin):
    page, focal = page_of(turin), browser()
    focal.post(page, form(turin, name=HOSTILE))
    board = focal.get(page).text
    assert HOSTILE not in board
    assert "&lt;script&gt;" in board
    nominee = queries.nominees(turin.id)[0]
    assert HOSTILE not in focal.get(f"{page}/nominees/{nominee.id}").text
    invitation = f"/{slug_of(turin)}/invitations/{secret_for('ada@', 'invitations')}"
    assert HOSTILE not in browser().get(invitation).text


def test_a_nominee_completes_their_own_details_and_is_signed_in(browser, turin):
    nominate(turin, queries.offered(turin)[0], by_link=True)
    path = f"/{slug_of(turin)}/invitations/{secret_for('ada@', 'invitations')}"
    ada = browser()
    assert 'value="Ada Rossi"' in ada.get(path).text

    wrong = ada.post(path, {"name": "", "email": "ada@home.example"})
    right = ada.post(path, {"name": "Ada M. Rossi", "email": "ada@home.example", "country": "IT"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "ada@home.example" in wrong.text
    assert "Confirmed" in ada.get(path).text
    assert "City week" in ada.get(f"/{slug_of(turin)}/my").text
    assert ada.post(path, {"name": "Ada", "email": "ada@home.example"}).status_code == 409
    assert len(queries.nominees(turin.id)) == 1


def test_who_is_signed_in_with_the_address_of_the_invitation_stays_one_person(browser, turin):
    ada = a.a_person(db.session.get_one(a.Expo, turin.expo_id), "Ada Lind", email="ada@turin.example")
    stranger = a.a_person(db.session.get_one(a.Expo, turin.expo_id), "Sven")
    ada_id = ada.id
    nominee = nominate(turin, queries.offered(turin)[0], by_link=True)
    path = f"/{slug_of(turin)}/invitations/{secret_for('ada@', 'invitations')}"

    assert "You register as" not in browser(stranger).get(path).text
    assert "You register as Ada Lind" in browser(ada).get(path).text
    browser(ada).post(path, {})

    assert (nominee.person_id, nominee.name) == (ada_id, "Ada Lind")


def test_a_nominee_declines_and_the_link_is_over(browser, turin):
    nominate(turin, queries.offered(turin)[0], by_link=True)
    path = f"/{slug_of(turin)}/invitations/{secret_for('ada@', 'invitations')}"
    assert browser().post(f"{path}/decline").status_code == 200
    assert browser().get(path).status_code == 410


def test_a_focal_point_reminds_substitutes_withdraws_and_declines(browser, turin):
    page, focal = page_of(turin), browser()
    ada = nominate(turin, queries.offered(turin)[0], by_link=True)
    path = f"{page}/nominees/{ada.id}"
    assert "Send the link again" in focal.get(path).text

    assert focal.post(f"{path}/remind").status_code == 303
    assert focal.post(f"{path}/remind").status_code == 409
    wrong = focal.post(f"{path}/substitute", {"name": "Bea", "email": "bea"})
    assert (wrong.status_code, 'value="Bea"' in wrong.text) == (422, True)
    assert focal.post(f"{path}/substitute", {"name": "Bea", "email": "bea@turin.example"}).status_code == 303
    bea = next(one for one in queries.nominees(turin.id) if one.is_live)
    assert focal.post(f"{page}/decline").status_code == 409
    assert focal.post(f"{page}/nominees/{bea.id}/withdraw").status_code == 303
    assert focal.post(f"{page}/nominees/{bea.id}/withdraw").status_code == 409
    assert focal.post(f"{page}/decline").status_code == 303
    assert "You have declined" in focal.get(page).text
    assert [found for _promise, found in checks.broken()] == []


@pytest.mark.once
def test_a_secret_opens_its_own_delegation_and_nothing_else(browser, turin):
    other = a_delegation(a_city_ticket(), name="Umeå")
    foreign = nominate(other, queries.offered(other)[0])
    page, focal = page_of(turin), browser()
    secret = page.rsplit("/", 1)[1]

    assert focal.get(f"/{slug_of(other)}/delegation/{secret}").status_code == 404  # another expo
    assert focal.get(f"{page[:-1]}{'a' if page[-1] != 'a' else 'b'}").status_code == 404
    assert focal.get(f"/{slug_of(turin)}/invitations/{secret}").status_code == 404
    for deed in ("", "/substitute", "/withdraw", "/remind"):
        answer = (
            focal.post(f"{page}/nominees/{foreign.id}{deed}")
            if deed
            else focal.get(f"{page}/nominees/{foreign.id}")
        )
        assert answer.status_code == 404
    assert foreign.is_live
    actions.send_anew(delegation=turin)
    assert focal.get(page).status_code == 410
    assert focal.post(page, form(turin)).status_code == 410
    actions.close(delegation=turin, reason="Over.")
    assert focal.get(page_of(turin)).status_code == 410


def test_guessing_is_slowed_down_and_the_right_address_still_opens(browser, turin):
    page, guesser = page_of(turin), browser()
    slug = slug_of(turin)
    for _guess in range(199):  # what the pages count, without the pages
        limits.count("delegation_link", "127.0.0.1", most=200, within=timedelta(minutes=15))
    guess = "g" * 43
    statuses = [guesser.get(f"/{slug}/{kind}/{guess}").status_code for kind in ("delegation", "invitations")]
    assert statuses == [404, 429]
    assert guesser.get(page).status_code == 200


def test_a_refused_registration_is_told_and_its_seat_can_be_given_again(browser, turin):
    from expo.registration import actions as registrations

    page, focal = page_of(turin), browser()
    ada = nominate(turin, queries.offered(turin)[0])
    registration = queries.tickets_of([ada.id])[ada.id][0].registration
    registrations.revoke(registration=registration, reason="Mistake.")

    board = focal.get(page).text

    assert registration.state is RegistrationState.REVOKED
    assert "1 who no longer comes" in board
    assert "0 of 2" in board


def test_a_focal_point_pays_for_all_from_the_board_and_a_nominee_never_sees_that_bill(browser, app):
    ticket = a_city_ticket(a.a_conference(), price_minor=49500)
    turin = a_delegation(ticket)
    page, focal = page_of(turin), browser()
    for name in ("Ada Rossi", "Bea"):
        nominate(turin, ticket, name=name)
    board = focal.get(page).text
    assert re.search(r"Together</th><td[^>]*>SEK 990", board.replace("\xa0", " "))
    link = re.search(rf'href="(/{slug_of(turin)}/orders/[^"]+)/invoice"', board)[1]

    order = focal.get(link).text
    assert "For whom it is" in order
    assert "Ada Rossi" in order
    sent = focal.post(link + "/invoice", {"name": "City of Turin", "country": "IT", "order_number": "PO 7"})

    assert sent.status_code == 303
    assert "Invoice 20" in focal.get(link).text
    assert "by invoice" not in focal.get(page).text
    claim = re.search(r"/claim/([\w-]+)", outbox.latest(1, to="ada@")[0].body)[1]
    ada = browser()
    ada.post(f"/{slug_of(turin)}/claim/{claim}")
    mine = ada.get(f"/{slug_of(turin)}/my").text
    assert "Turin pays" in mine
    assert link.split("/")[-1] not in mine
    own = re.search(rf"(/{slug_of(turin)}/orders/\S+)", outbox.latest(1, to="ada@")[0].body)[1]
    assert "Turin pays for it" in ada.get(own).text


@pytest.mark.once
def test_the_board_asks_as_often_for_ten_as_for_one(browser, app):
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=10)
    page, focal = page_of(turin), browser()
    nominate(turin, ticket)
    focal.get(page)
    with statements() as one:
        focal.get(page)
    for number in range(9):
        nominate(turin, ticket, name=f"N{number}")
    with statements() as ten:
        focal.get(page)
    assert len(one) == len(ten)


@pytest.mark.once
def test_letters_and_pages_are_whole_in_swedish(browser, turin):
    actions.send_anew(delegation=turin)
    nominee = nominate(turin, queries.offered(turin)[0], by_link=True)
    page, focal = page_of(turin), browser()
    for path in (page, f"{page}/nominees/{nominee.id}"):
        text = focal.get(f"{path}?lang=sv").text
        assert 'lang="sv"' in text
    nominating.withdraw(nominee=nominee)
    assert [letter.language for letter in outbox.latest(to="ada@")] == ["en", "en"]

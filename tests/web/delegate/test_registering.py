from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from expo.accounts import queries as people
from expo.booking import queries as bookings
from expo.core import checks
from expo.mail import outbox
from expo.registration import actions, queries
from expo.registration.models import RegistrationState
from tests import factories as a

ADA = {"name": "Ada Lövelace", "email": "ada@example.org", "organisation": "City of Ada"}


def link_in(body: str, word: str) -> str:
    found = re.search(rf"http://localhost(/\S*/{word}/\S+)", body)
    assert found, body
    return found[1]


@pytest.mark.feature("R1", "R3")
def test_a_guest_registers_and_the_page_says_who_has_the_ball(browser):
    conference = a.a_conference(title="H22+50 Session")
    kind = a.a_ticket_type(conference, "City delegate", needs_approval=True)
    ada = browser()
    assert "City delegate" in ada.get(f"/{conference.expo.slug}/register").text

    sent = ada.post(f"/{conference.expo.slug}/register", {**ADA, "ticket": kind.id})

    assert sent.status_code == 303
    page = ada.get(sent.location)
    assert "The organisers of H22+50 Session, since" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    registration = queries.of_person(people.persons_by_email(conference.expo_id, ADA["email"])[0].id)[0]
    actions.approve(registration=registration)
    assert "Confirmed" in ada.get(sent.location).text


@pytest.mark.feature("R1")
def test_the_letter_opens_my_expo_on_another_device_once(browser):
    conference = a.a_conference()
    slug, kind = conference.expo.slug, a.a_ticket_type(conference, "Open city pass")
    browser().post(f"/{slug}/register", {**ADA, "ticket": kind.id})
    path = link_in(outbox.waiting()[0].body, "claim")
    phone, thief = browser(), browser()
    assert phone.get(path).status_code == 200

    assert phone.post(path).status_code == 303

    assert "Open city pass" in phone.get(f"/{slug}/my").text
    assert thief.post(path).status_code == 410
    assert people.persons_by_email(conference.expo_id, ADA["email"])[0].email_verified_at is not None


def test_an_order_opens_for_its_secret_only(browser):
    conference = a.a_conference()
    slug, kind = conference.expo.slug, a.a_ticket_type(conference)
    path = urlsplit(browser().post(f"/{slug}/register", {**ADA, "ticket": kind.id}).location).path

    assert browser().get(path).status_code == 200
    assert browser().get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert browser().get(path.replace(slug, a.an_expo().slug)).status_code == 404


def test_the_same_address_at_another_browser_opens_nothing_of_the_first(browser):
    conference = a.a_conference()
    slug, kind = conference.expo.slug, a.a_ticket_type(conference)
    browser().post(f"/{slug}/register", {**ADA, "ticket": kind.id})
    stranger = browser()
    stranger.post(f"/{slug}/register", {**ADA, "name": "Eve", "ticket": kind.id})

    assert "Lövelace" not in stranger.get(f"/{slug}/my").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "email": "ada@example.org"}, "Write your name"),
        ({"name": "Ada", "email": "ada"}, "not an e-mail address"),
        ({"name": "A" * 5000, "email": "ada@example.org"}, "too long"),
        ({"name": "Ada", "email": "ada@example.org", "country": "ZZZ"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(browser, typed, said):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference)

    page = browser().post(f"/{conference.expo.slug}/register", {**typed, "ticket": kind.id})

    assert page.status_code == 422
    assert said in page.text
    assert typed["email"] in page.text
    assert "checked" in page.text
    assert outbox.waiting() == []


def test_no_ticket_or_a_made_up_one_is_no_registration(browser):
    conference = a.a_conference()
    hidden = a.a_ticket_type(a.a_conference(conference.expo, visibility="hidden"))
    a.a_ticket_type(conference)
    for ticket in ("", "0", "-1", "x" * 50, "9" * 40, str(hidden.id)):
        page = browser().post(f"/{conference.expo.slug}/register", {**ADA, "ticket": ticket})
        assert page.status_code == 422
        assert "Choose at least one ticket" in page.text
    assert people.persons_by_email(conference.expo_id, ADA["email"]) == []


def test_a_full_ticket_says_so_and_keeps_what_was_typed(browser):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "Delegate", quota=1)
    a.a_registration(a.a_person(conference.expo), conference, kind)

    page = browser().post(f"/{conference.expo.slug}/register", {**ADA, "ticket": kind.id})

    assert page.status_code == 409
    assert "All places of Delegate are taken" in page.text
    assert ADA["email"] in page.text


@pytest.mark.feature("B1")
def test_registering_from_a_session_books_it_along(browser):
    conference = a.a_conference(is_open_programme=True)
    kind = a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    workshop = a.a_session(conference, title="Prova framtidens hemtjänst")
    ada = browser()

    sent = ada.post(f"/{conference.expo.slug}/register", {**ADA, "ticket": kind.id, "book": workshop.code})

    assert "You have a seat in Prova framtidens hemtjänst" in ada.get(sent.location).text
    person = people.persons_by_email(conference.expo_id, ADA["email"])[0]
    assert [b.occurrence_id for b in bookings.of_person(person.id)] == [workshop.id]


@pytest.mark.feature("R17")
def test_withdrawing_says_what_goes_with_it_and_gives_it_back(browser):
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    registration = a.a_registration(ada, conference)
    workshop = a.a_session(conference, title="Water")
    phone = browser(ada)
    phone.post(f"/{conference.expo.slug}/bookings", {"occurrence": workshop.code})
    path = f"/{conference.expo.slug}/my/registrations/{registration.code}/withdraw"

    assert "Water" in phone.get(path).text
    assert browser(a.a_person(conference.expo)).post(path).status_code == 404
    assert phone.post(path).status_code == 303

    assert registration.state is RegistrationState.WITHDRAWN
    assert bookings.of_person(ada.id) == []
    assert [found for _promise, found in checks.broken()] == []


@pytest.mark.parametrize("ticket", ["²", "٣", "9" * 5000, "-1", ""])
def test_a_ticket_that_is_no_number_of_ours_is_asked_for_again(browser, ticket):
    conference = a.a_conference()
    a.a_ticket_type(conference)

    sent = browser().post(f"/{conference.expo.slug}/register", {**ADA, "ticket": ticket})

    assert sent.status_code == 422
    assert "Choose at least one ticket." in sent.text


@pytest.mark.feature("R1")
def test_a_form_that_is_sent_twice_makes_one_person_and_leads_to_the_same_page(browser):
    conference = a.a_conference()
    path, kind = f"/{conference.expo.slug}/register", a.a_ticket_type(conference, "Open city pass")
    ada, impatient = browser(), browser()
    key = re.search(r'name="key" value="([^"]+)"', ada.get(path).text)
    assert key
    answers = {**ADA, "ticket": kind.id, "key": key[1]}

    first, second = ada.post(path, answers), impatient.post(path, answers)

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(people.persons_by_email(conference.expo_id, ADA["email"])) == 1
    assert len(outbox.waiting()) == 1
    # Signed in by now, the impatient are still led to what they have.
    assert ada.post(path, answers).status_code in (303, 409)


def test_another_person_on_the_same_form_is_another_registration(browser):
    conference = a.a_conference()
    path, kind = f"/{conference.expo.slug}/register", a.a_ticket_type(conference, "Open city pass")
    answers = {**ADA, "ticket": kind.id, "key": "k" * 43}
    first = browser().post(path, answers)

    second = browser().post(path, {**answers, "name": "Grace Hopper", "email": "grace@example.org"})

    assert second.status_code == 303
    assert second.location != first.location


def test_a_form_key_that_could_be_guessed_opens_nothing(browser):
    conference = a.a_conference()
    path, kind = f"/{conference.expo.slug}/register", a.a_ticket_type(conference, "Open city pass")
    answers = {**ADA, "ticket": kind.id, "key": "1"}

    assert browser().post(path, answers).location != browser().post(path, answers).location

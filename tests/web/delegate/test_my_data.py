"""My data in pages: downloaded, erased, and asked for at the organisers' desk."""

from __future__ import annotations

import pytest

from expo.accounts.models import Person
from expo.booking.actions import book_seat
from expo.core.db import db
from expo.programme.words import Role
from tests import factories as a

pytestmark = [pytest.mark.feature("R15"), pytest.mark.feature("O7"), pytest.mark.usefixtures("app")]


def test_a_guest_downloads_their_data_and_erases_themselves_after_one_box(browser):
    conference = a.a_conference()
    path = f"/{conference.expo.slug}/my/data"
    ada = a.a_person(conference.expo, "Ada Rossi")
    a.a_registration(ada, conference)
    guest = browser(ada)

    assert "Download my data" in guest.get(path).text
    sent = guest.post(f"{path}/archive")
    assert (sent.mimetype, sent.data[:2]) == ("application/zip", b"PK")
    assert sent.headers["Cache-Control"] == "private, no-store"
    assert conference.title in guest.get(f"{path}/erase").text
    assert guest.post(f"{path}/erase").status_code == 422
    assert db.session.get_one(Person, ada.id).erased_at is None
    assert guest.post(f"{path}/erase", {"sure": "y"}).status_code == 303

    assert db.session.get_one(Person, ada.id).erased_at is not None
    assert guest.get(path).status_code == 303, "signed out"


def test_owners_of_the_expo_erase_on_request_with_a_reason_and_nobody_else_does(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada, elsewhere = a.a_person(expo, "Ada Rossi"), a.a_person(a.an_expo())
    path = f"/{expo.slug}/organise/data-protection"
    for who in (a.an_organiser(expo, Role.REGISTRATION), a.an_organiser(expo, Role.OWNER, conference)):
        assert browser(who).get(path).status_code == 403
        assert browser(who).post(f"{path}/{ada.id}/erase", {"reason": "asked"}).status_code == 403
    owner = browser(a.an_organiser(expo, Role.OWNER))

    assert "Ada Rossi" in owner.get(f"{path}?q=rossi").text
    assert owner.get(f"{path}/{ada.id}").status_code == 200
    assert owner.get(f"{path}/{elsewhere.id}").status_code == 404
    assert owner.post(f"{path}/{elsewhere.id}/erase", {"reason": "asked"}).status_code == 404
    assert owner.post(f"{path}/{ada.id}/archive").mimetype == "application/zip"
    assert owner.post(f"{path}/{ada.id}/erase", {"reason": ""}).status_code == 422
    assert owner.post(f"{path}/{ada.id}/erase", {"reason": "Letter of 3 May"}).status_code == 303

    page = owner.get(f"{path}?q=rossi").text
    assert "Nobody found" in page
    assert "Letter of 3 May" in page
    assert owner.get(f"{path}/{ada.id}").status_code == 404


@pytest.mark.feature("R17")
def test_my_expo_is_one_page_with_conferences_seats_bills_and_the_badge(browser):
    conference = a.a_conference()
    paid = a.a_ticket_type(a.a_conference(conference.expo), price_minor=50_000)
    ada = a.a_person(conference.expo, "Ada Rossi")
    a.a_registration(ada, conference)
    bill = a.a_registration(ada, paid.conference, paid)
    session = a.a_session(conference)
    book_seat(person=ada, occurrence_id=session.id)

    page = browser(ada).get(f"/{conference.expo.slug}/my").text

    for word in (conference.title, paid.conference.title, session.session.title, bill.order.code, "<svg"):
        assert word in page
    assert 'class="badge b-guest' in page

"""Pages of seats: one tap, a clash, a swap, a line, an offer."""

from __future__ import annotations

import re

import pytest

from expo.booking import waiting
from expo.booking.actions import book_seat, cancel
from tests import factories as a
from tests.booking.bookings import has, of, people

pytestmark = pytest.mark.feature("B1", "B2", "B3", "B4")


@pytest.fixture
def scene(app):
    conference = a.a_conference()
    ada, grace = people(conference, 2)
    return conference, ada, grace, f"/{conference.expo.slug}"


def test_one_tap_leads_back_to_where_one_was(browser, scene):
    conference, ada, _grace, expo = scene
    workshop, talk = a.a_session(conference), a.a_session(conference, starts_at=a.tomorrow_at(12))
    phone = browser(ada, Referer=f"http://localhost{expo}/programme?view=grid")

    back = phone.post(f"{expo}/bookings", {"occurrence": workshop.code})
    assert (back.status_code, back.location) == (303, f"{expo}/programme?view=grid")
    stays = phone.post(f"{expo}/bookings", {"occurrence": talk.code}, headers={"Accept": "application/json"})
    assert (stays.status_code, stays.json["state"]) == (200, "booked")
    assert "Your seat" in stays.json["chip"]


def test_a_clash_is_a_page_that_offers_to_swap_or_to_take_both(browser, scene):
    conference, ada, _grace, expo = scene
    rooftops, harbour = a.a_session(conference, title="Rooftops"), a.a_session(conference, title="Harbour")
    seat = book_seat(person=ada, occurrence_id=rooftops.id)
    phone = browser(ada)

    page = phone.post(f"{expo}/bookings", {"occurrence": harbour.code})
    assert page.status_code == 409
    assert "You have a seat in Rooftops at that time" in page.text
    assert "Swap: give back Rooftops" in page.text
    assert "Take both" in page.text

    phone.post(f"{expo}/bookings", {"occurrence": harbour.code, "swap_for": seat.id})
    assert (has(ada, rooftops), has(ada, harbour)) == (None, "booked")
    phone.post(f"{expo}/bookings", {"occurrence": rooftops.code, "accept": "overlap"})
    agenda = phone.get(f"{expo}/my/agenda").text
    assert "Two things at once" in agenda
    assert "You wanted both." in agenda


def test_a_full_session_leads_to_its_waiting_list_and_the_agenda_says_where_one_stands(browser, scene):
    conference, ada, grace, expo = scene
    tiny = a.a_session(conference, title="Tiny", seats=1)
    seat = book_seat(person=grace, occurrence_id=tiny.id)
    phone = browser(ada)

    full = phone.post(f"{expo}/bookings", {"occurrence": tiny.code})
    assert (full.status_code, f"{expo}/waiting/{tiny.code}" in full.text) == (409, True)
    assert "Nobody waits yet" in phone.get(f"{expo}/waiting/{tiny.code}").text
    joined = phone.post(f"{expo}/waiting/{tiny.code}", {"seats": "1", "keep_together": "y"})
    assert joined.status_code == 303
    assert "Number 1 in line" in phone.get(f"{expo}/my/agenda").text

    cancel(booking=seat)  # she wants to be asked first
    agenda = phone.get(f"{expo}/my/agenda").text
    assert "1 seat is held for you until" in agenda
    taken = phone.post(re.search(rf'action="({expo}/bookings/\d+/accept)"', agenda)[1])
    assert (taken.status_code, has(ada, tiny)) == (303, "booked")


def test_the_link_of_a_letter_answers_without_signing_in(browser, scene):
    conference, ada, grace, expo = scene
    tiny = a.a_session(conference, seats=1)
    seat = book_seat(person=grace, occurrence_id=tiny.id)
    entry = waiting.join(person=ada, occurrence_id=tiny.id, takes_at_once=False)
    stranger, offer = browser(), f"{expo}/offers/{waiting.secret_of(entry)}"

    assert "Number 1 in line" in stranger.get(offer).text
    cancel(booking=seat)
    assert "Take it" in stranger.get(offer).text
    assert stranger.post(f"{offer}/decline").status_code == 303
    assert "not on this list any more" in stranger.get(offer).text
    assert (has(ada, tiny), tiny.pool.taken) == (None, 0)


def test_nobody_answers_or_gives_away_what_is_anothers(browser, scene):
    conference, ada, grace, expo = scene
    one, other = a.a_session(conference), a.a_session(conference)
    hers = book_seat(person=grace, occurrence_id=one.id)
    thief = browser(ada)

    for path in (f"bookings/{hers.id}/accept", f"bookings/{hers.id}/again", f"bookings/{hers.id}/cancel"):
        assert thief.post(f"{expo}/{path}").status_code == 404
    assert thief.post(f"{expo}/bookings", {"occurrence": other.code, "swap_for": hers.id}).status_code == 404
    assert has(grace, one) == "booked"


def test_a_phone_books_clashes_swaps_waits_is_promoted_and_gives_back_without_any_script(browser, scene):
    """The whole way of a seat, as forms without any script."""
    conference, ada, grace, expo = scene
    one, two = a.a_session(conference, title="One"), a.a_session(conference, title="Two", seats=1)
    held = book_seat(person=grace, occurrence_id=two.id)
    phone = browser(ada)
    assert phone.post(f"{expo}/bookings", {"occurrence": one.code}).status_code == 303
    clash = phone.post(f"{expo}/waiting/{two.code}", {"seats": "1", "takes_at_once": "y"})
    assert "Two things at once" in clash.text
    swap = re.search(r'name="swap_for" value="(\d+)"', clash.text)[1]
    assert 'name="takes_at_once" value="y"' in clash.text
    phone.post(f"{expo}/waiting/{two.code}", {"seats": "1", "takes_at_once": "y", "swap_for": swap})

    cancel(booking=held)
    assert (has(ada, one), has(ada, two)) == (None, "booked")
    phone.post(f"{expo}/bookings/{of(ada, two).id}/cancel")
    assert two.pool.taken == 0

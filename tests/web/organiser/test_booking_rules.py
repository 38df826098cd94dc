"""How seats are booked, as organisers say it: of a kind of session, and of one time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.booking import walk_ups
from expo.booking.actions import book_seat
from expo.programme import terms
from expo.programme.words import OverlapRule, Role
from tests import factories as a
from tests.booking.bookings import nothing_is_broken, people

from .conftest import Desk

pytestmark = pytest.mark.feature("B2", "B6")


def test_the_rules_of_a_kind_are_said_on_a_page_of_the_rail(desk: Desk):
    tour = a.a_session(desk.conference, seats=10)
    kind = tour.session.type
    page, path = desk.open_as(), f"{desk.path}/booking-rules"
    assert f'href="{path}"' in page.get(f"{desk.path}/sessions").text

    answer = page.post(
        f"{path}/{kind.slug}",
        {
            "overlap": "forbid", "late_minutes": "5", "opens": "2", "opens_unit": "days",
            "closes": "90", "closes_unit": "minutes", "most_party": "3", "kept": "20", "kept_unit": "percent",
        },
    )  # fmt: skip

    assert answer.status_code == 303
    said = terms.draft_of({one.slug: row for one, row in terms.of_kinds(desk.expo.id)}[kind.slug])
    assert said == terms.TermsDraft(OverlapRule.FORBID, 5, 2880, 90, 3, None, 20)
    listed = page.get(path).text
    for words in ("2 days before", "90 minutes before", "20 %"):
        assert words in listed
    assert re.search(r'checked[^>]*value="forbid"', page.get(f"{path}/{kind.slug}").text)
    assert walk_ups.left([tour.id]) == {tour.id: 2}
    nothing_is_broken()


def test_only_those_of_the_whole_expo_change_a_kind(desk: Desk):
    tour = a.a_session(desk.conference)
    path = f"{desk.path}/booking-rules/{tour.session.type.slug}"
    of_conference = desk.browser(a.an_organiser(desk.expo, Role.OWNER, desk.conference))

    assert of_conference.get(path).status_code == 200
    assert of_conference.post(path, {"overlap": "forbid"}).status_code == 403
    assert terms.of_kinds(desk.expo.id)[0][1] is None


def test_what_is_wrong_stands_beside_its_question(desk: Desk):
    tour = a.a_session(desk.conference)
    page, path = desk.open_as(), f"{desk.path}/booking-rules/{tour.session.type.slug}"

    answer = page.post(
        path,
        {"overlap": "warn", "opens": "9999", "opens_unit": "days", "kept": "130", "kept_unit": "percent"},
    )

    assert answer.status_code == 422
    assert 'id="opens-error"' in answer.text

    wrong = {"overlap": "warn", "opens": "2", "opens_unit": "hours", "closes": "1", "closes_unit": "days"}
    answer = page.post(path, wrong)
    assert (answer.status_code, "must close after it opens" in answer.text) == (422, True)


def test_a_time_has_rules_of_its_own_and_lets_go_of_what_it_keeps(desk: Desk):
    tour = a.a_session(desk.conference, seats=3, code="T-1")
    page, path = desk.open_as(), f"{desk.path}/bookings/T-1"

    assert (
        page.post(
            f"{path}/rules", {"overlap": "swap", "kept": "2", "kept_unit": "seats", "most_party": "2"}
        ).status_code
        == 303
    )
    assert walk_ups.kept([tour.id]) == {tour.id: walk_ups.Kept(2, 2)}
    assert "kept for walk-ups" in page.get(path).text

    assert page.post(f"{path}/kept/release", {}).status_code == 303
    assert walk_ups.kept([tour.id]) == {}
    assert page.post(f"{path}/kept/release", {}).status_code == 303  # twice is once
    said = terms.draft_of(terms.of_occurrence(tour.id))
    assert (said.overlap, said.most_party, said.walk_ups) == (OverlapRule.SWAP, 2, 0)
    nothing_is_broken()


def test_seats_that_are_booked_cannot_be_kept(desk: Desk):
    tour = a.a_session(desk.conference, seats=2, code="T-1")
    for person in people(desk.conference, 1):
        book_seat(person=person, occurrence_id=tour.id)

    answer = desk.open_as().post(f"{desk.path}/bookings/T-1/rules", {"kept": "2", "kept_unit": "seats"})

    assert (answer.status_code, "no more can be kept" in answer.text) == (409, True)
    nothing_is_broken()


@pytest.mark.feature("B1")
def test_when_a_kind_opens_and_for_how_many_stands_on_its_pages(desk: Desk):
    tour = a.a_session(desk.conference, seats=9, code="T-1", starts_at=a.tomorrow_at(9) + timedelta(days=6))
    person = people(desk.conference, 1)[0]
    page, session = desk.browser(person), f"/{desk.expo.slug}/sessions/T-1"
    assert 'name="seats"' not in page.get(session).text

    terms.say(of=tour.session.type, draft=terms.TermsDraft(most_party=4))
    assert page.get(session).text.count("<option>") == 4

    terms.say(of=tour.session.type, draft=terms.TermsDraft(opens_before=60 * 24, most_party=4))
    told = page.get(session).text
    assert "Booking opens" in told
    assert "Book a seat" not in told

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from expo.core.db import db, transaction
from expo.imports.models import Provenance
from expo.programme import actions as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.words import Visibility
from tests import factories as a

NOON = datetime(2022, 6, 1, 10, tzinfo=UTC)


@pytest.fixture
def tour(app, at):
    """A guided tour, twice a day from 30 May on, for thirty days; it is the first of June."""
    at(NOON)
    expo = a.an_expo(slug="h22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    first = datetime(2022, 5, 30, 9, tzinfo=UTC)
    tour = a.a_session(
        a.a_conference(expo), title="Livet under ytan", starts_at=first, code="H22-002", published=False
    )
    for number in range(1, 60):
        starts = first + timedelta(days=number // 2, hours=3 * (number % 2))
        draft = OccurrenceDraft(starts, starts + timedelta(hours=1), tour.room_id, 20)
        programme.create_occurrence(session=tour.session, draft=draft, code=f"H22-{number + 100}")
    a.publish(expo)
    return tour


@pytest.mark.feature("F6")
def test_every_code_of_a_session_answers_and_marks_its_own_time(tour, browser):
    for code, time in (("H22-002", "Mon 30 May"), ("H22-110", "Sat 4 Jun")):
        page = browser().get(f"/h22/sessions/{code}").text
        assert page.count('aria-current="true" class="time-of') == 1, code
        assert f'href="/h22/sessions/{code}" aria-current="true"' in page
        assert f"{time}, <span" in page


@pytest.mark.feature("F6")
def test_sixty_times_are_a_line_per_day_and_not_sixty_rows(tour, browser):
    page = browser().get("/h22/sessions/H22-110").text

    assert page.count('class="time-of') == 60
    assert page.count('<li class="row') == 0
    assert "20 more days" in page
    assert "Times that are over" in page


@pytest.mark.feature("F6")
def test_each_time_of_a_session_is_booked_from_its_own_page(tour, browser):
    expo = tour.session.conference.expo
    ada = a.a_person(expo)
    a.a_registration(ada, tour.session.conference)
    member, codes = browser(ada), ("H22-110", "H22-111", "H22-159")

    for code in codes:
        page = member.get(f"/h22/sessions/{code}").text
        assert f'name="occurrence" value="{code}"' in page
        assert member.post("/h22/bookings", {"occurrence": code}).status_code == 303
        assert "Your seat" in member.get(f"/h22/sessions/{code}").text
    assert "Your seat" not in member.get("/h22/sessions/H22-112").text.split("All times")[0]


def test_a_time_that_is_over_leads_to_the_next(tour, browser):
    page = browser().get("/h22/sessions/H22-002").text

    assert "This time is over" in page
    assert "Next time:" in page
    assert "Wed 1 Jun, 14:00" in page
    assert "Book a seat" not in page


@pytest.mark.feature("F6")
def test_people_stand_with_all_their_roles_and_lead_to_their_pages(app, browser):
    occurrence = a.a_session(published=False)
    expo = occurrence.session.conference.expo
    ida = a.a_speaker(expo, "Ida-Marie Rosén")
    billings = [Billing(ida.id, "moderator"), Billing(ida.id, "speaker")]
    programme.bill(session=occurrence.session, billings=billings)
    a.publish(expo)

    page = browser().get(f"/{expo.slug}/sessions/{occurrence.code}").text

    assert page.count("Ida-Marie Rosén</b>") == 1
    assert "Moderator, Speaker" in page
    assert f'href="/{expo.slug}/speakers/ida-marie-rosen"' in page


@pytest.mark.feature("F6")
def test_neighbours_are_what_runs_in_parallel_and_what_follows_in_the_room(app, browser):
    conference = a.a_conference()
    here = a.a_session(conference, title="Here", published=False)
    a.a_session(conference, title="Beside", published=False)
    a.a_session(conference, title="Behind", room=here.room, starts_at=here.ends_at, published=False)
    a.a_session(conference, title="Elsewhere", starts_at=here.ends_at + timedelta(hours=1), published=False)
    other = a.a_conference(conference.expo)
    a.a_session(other, title="Others", starts_at=here.ends_at, type="concert", published=False)
    a.publish(conference.expo)

    page = browser().get(f"/{conference.expo.slug}/sessions/{here.code}").text

    parallel, rest = page.split("At the same time")[1].split("Next in this room")
    room, following = rest.split(f"Next in {conference.title}")
    assert "Beside" in parallel
    assert "Behind" in room
    assert "Elsewhere" in following
    assert "Behind" not in following
    assert "Others" not in page


@pytest.mark.feature("F6")
def test_a_session_of_a_workshop_leads_to_its_parts_and_they_lead_back(app, browser):
    conference = a.a_conference()
    whole = a.a_session(conference, title="Voluntary Local Reviews", published=False)
    part = a.a_session(conference, title="Breakout A", published=False)
    with transaction():
        part.session.parent_id = whole.session_id
    a.publish(conference.expo)
    slug = conference.expo.slug

    assert "Parts of this session" in browser().get(f"/{slug}/sessions/{whole.code}").text
    assert "Part of</dt>" in browser().get(f"/{slug}/sessions/{part.code}").text


def test_texts_of_people_stay_texts(app, browser):
    evil = "<script>alert(1)</script>"
    occurrence = a.a_session(title=f"Tour {evil}", abstract=f"See {evil}\n\nAnd {evil}")
    expo = occurrence.session.conference.expo

    for path in (f"sessions/{occurrence.code}", "programme?q=tour", f"programme?q={evil}"):
        assert "<script>alert" not in browser().get(f"/{expo.slug}/{path}").text


def test_the_demo_says_how_true_its_programme_is_and_production_does_not(demo_app, app, browser):
    occurrence = a.a_session()
    with transaction():
        values = {
            "subject": "session",
            "source": "mayor",
            "reality": "partly",
            "note": "The time is made up.",
        }
        db.session.add(Provenance(expo_id=occurrence.expo_id, key=occurrence.code, **values))
    path = f"/{occurrence.session.conference.expo.slug}/sessions/{occurrence.code}"

    shown = demo_app.test_client().get(path, headers={"Accept-Language": "en"}).text

    assert "Partly documented" in shown
    assert "The time is made up." in shown
    assert "Partly documented" not in browser().get(path).text


@pytest.mark.feature("F6")
def test_a_session_that_was_moved_says_from_where_to_those_who_may_know(app, browser):
    conference = a.a_conference()
    hall, blue = a.a_room(conference.expo, "Hall"), a.a_room(conference.expo, "Blue Chamber")
    for code, visibility in (("A-1", Visibility.PUBLIC), ("A-2", Visibility.REGISTERED)):
        at = a.tomorrow_at(9 if code == "A-1" else 13)
        moved = a.a_session(conference, code=code, room=hall, starts_at=at, visibility=visibility)
        later = OccurrenceDraft(at + timedelta(hours=2), at + timedelta(hours=3), blue.id, moved.seats)
        programme.edit_occurrence(occurrence=moved, draft=later)
        a.publish(conference.expo)

    public, closed = (
        browser().get(f"/{conference.expo.slug}/sessions/{code}").text for code in ("A-1", "A-2")
    )

    assert re.search(r"Moved</span> from \w+ \d+ \w+ \d\d:00–\d\d:00, Hall to ", public)
    assert "Blue Chamber" not in closed
    assert ", Hall to" not in closed

"""Who cannot come, or wants more of the same, is led to what is alike and has room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.programme import actions as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.words import Admission, Visibility
from expo.web.filters import capital, day_name
from tests import factories as a

pytestmark = pytest.mark.feature("F6")


@pytest.fixture
def here(app):
    """A workshop of ten seats on energy and goal 7, in Swedish."""
    conference = a.a_conference(a.an_expo())
    return a.a_session(
        conference, title="Here", track="Energy", sdgs=(7,), languages=("sv",), seats=10, published=False
    )


def _alike(browser, here, who=None) -> str:
    page = browser(*([who] if who else [])).get(f"/{_slug(here)}/sessions/{here.code}").text
    return page.split('id="similar"')[1].split("</ol>")[0] if 'id="similar"' in page else ""


def _slug(here) -> str:
    return here.session.conference.expo.slug


def _other(here, title: str, *, hours: int = 26, conference=None, **changes):
    """A session of another conference, so that it is no neighbour but for its likeness."""
    values = {"type": "panel", "starts_at": here.starts_at + timedelta(hours=hours), "published": False}
    conference = conference or a.a_conference(here.session.conference.expo)
    return a.a_session(conference, title=title, **{**values, **changes})


def _full(here, conference) -> None:
    ada = a.a_person(here.session.conference.expo)
    a.a_registration(ada, conference)
    book_seat(person=ada, occurrence_id=here.id)


def test_the_likest_comes_first_and_what_is_not_alike_not_at_all(here, browser):
    ida = a.a_speaker(here.session.conference.expo, "Ida")
    programme.bill(session=here.session, billings=[Billing(ida.id, "speaker")])
    _other(here, "Same type and language", type="workshop", languages=("sv",), hours=24)
    _other(here, "Same track", track="Energy", sdgs=(7,))
    by_ida = _other(here, "Same speaker", type="workshop", languages=("sv",))
    programme.bill(session=by_ida.session, billings=[Billing(ida.id, "speaker")])
    _other(here, "Same type alone", type="workshop", languages=("en",))
    _other(here, "Same goal alone", sdgs=(7,), languages=("sv",))
    _other(here, "Too far away", track="Energy", hours=24 * 9)
    a.publish(here.session.conference.expo)

    found = _alike(browser, here)

    order = [found.index(title) for title in ("Same speaker", "Same track", "Same type and language")]
    assert order == sorted(order)
    assert f"{capital(day_name(by_ida.starts_at.date()))}, " in found
    for title in ("Same type alone", "Same goal alone", "Too far away"):
        assert title not in found, title


def test_only_what_has_room_is_offered(here, browser):
    gone = _other(here, "Full", track="Energy", seats=1)
    _other(here, "Open to all", track="Energy", seats=None, admission=Admission.OPEN)
    _other(here, "Free seats", track="Energy", type="workshop")
    _other(here, "For guests", track="Energy", seats=None, admission=Admission.INVITATION)
    _other(here, "With a ticket", track="Energy", seats=None, admission=Admission.TICKET)
    a.publish(here.session.conference.expo)
    _full(gone, gone.session.conference)

    found = _alike(browser, here)

    assert "Open to all</a>" in found
    assert "Free seats</a>" in found
    for title in ("Full</a>", "For guests", "With a ticket</a>"):
        assert title not in found, title


def test_what_may_not_be_seen_is_never_alike(here, browser):
    club = a.a_conference(here.session.conference.expo, visibility=Visibility.REGISTERED)
    for strict in (Visibility.INVITATION, Visibility.HIDDEN):
        _other(here, "Whisper", track="Energy", visibility=strict)
    _other(here, "Members only", track="Energy", conference=club)
    ada = a.a_person(here.session.conference.expo)
    a.a_registration(ada, club)
    a.publish(here.session.conference.expo)

    assert _alike(browser, here) == ""
    assert "Members only" in _alike(browser, here, ada)
    assert "Whisper" not in _alike(browser, here, ada)


def test_a_full_session_offers_its_other_times_with_seats_and_then_what_is_alike(app, browser):
    conference = a.a_conference(a.an_expo())
    here = a.a_session(conference, title="Here", track="Energy", seats=1, published=False)
    for days, seats in ((1, 1), (2, 5)):
        starts = here.starts_at + timedelta(days=days)
        draft = OccurrenceDraft(starts, starts + timedelta(hours=1), here.room_id, seats)
        time = programme.create_occurrence(session=here.session, draft=draft)
        if seats == 1:
            gone = time
    _other(here, "Alike", track="Energy")
    a.publish(conference.expo)
    _full(here, conference)
    _full(gone, conference)
    slug = _slug(here)

    page = browser().get(f"/{slug}/sessions/{here.code}").text
    instead = page.split("Other times with seats")[1].split("</ul>")[0]

    assert instead.count("<li>") == 1
    assert "5 seats left" in instead
    assert 'href="#similar"' in page
    assert "Alike" in page.split('id="similar"')[1]
    assert "Other times with seats" not in browser().get(f"/{slug}/sessions/{time.code}").text


@pytest.mark.parametrize("many", [1, 60])
def test_a_session_asks_as_often_for_sixty_times_and_many_neighbours(app, browser, statements, many):
    conference = a.a_conference(a.an_expo())
    here = a.a_session(conference, title="Here", track="Energy", published=False)
    for number in range(1, many):
        starts = here.starts_at + timedelta(hours=6 * number)
        draft = OccurrenceDraft(starts, starts + timedelta(hours=1), here.room_id, 20)
        programme.create_occurrence(session=here.session, draft=draft)
    for number in range(min(many, 8)):
        _other(here, f"Alike {number}", track="Energy", conference=conference, hours=number)
    a.publish(conference.expo)

    path = f"/{conference.expo.slug}/sessions/{here.code}"

    with statements() as asked:
        page = browser().get(path).text

    assert page.count('class="time-of') == (many if many > 1 else 0)
    assert len(asked) <= 9, asked

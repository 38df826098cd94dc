from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.programme import actions
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.words import Role
from expo.publishing import queries as publishing
from expo.scheduling import levels, needs
from expo.scheduling.words import ClashRule, Level
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("P6")


def moved(occurrence, hours: int = 24) -> None:
    draft = OccurrenceDraft(
        occurrence.starts_at + timedelta(hours=hours), occurrence.ends_at + timedelta(hours=hours),
        occurrence.room_id, occurrence.seats,
    )  # fmt: skip
    actions.edit_occurrence(occurrence=occurrence, draft=draft)


def test_what_would_change_is_said_before_and_after_it_is_published(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", title="Drums")
    gone = a.a_session(desk.conference, code="T-2", title="Flute")
    before = f"{talk.starts_at.astimezone(desk.expo.zone):%H:%M}"
    moved(talk, hours=2)
    actions.cancel_occurrence(occurrence=gone, why="Ill")
    a.a_session(desk.conference, code="T-3", title="Choir", published=False)
    actions.bill(session=talk.session, billings=[Billing(a.a_speaker(desk.expo).id, "speaker")])
    page = desk.open_as(Role.SCHEDULER)

    preview = page.get(f"{desk.path}/releases").text
    assert "3 changes wait" in preview
    done = page.post(f"{desk.path}/releases", {"scope": "", "note": "Rain plan"})
    assert done.status_code == 303
    after = page.get(done.location).text

    assert "Rain plan" in after
    for text in (preview, after):
        for word in ("Moved", "Cancelled", "New", "Drums", "Flute", "Choir", f"{before}–"):
            assert word in text
    assert "Everything is published" in page.get(f"{desk.path}/releases").text


def test_one_conference_is_published_by_its_own_team_and_nothing_else(desk: Desk):
    other = a.a_conference(desk.expo, title="Other week")
    a.a_session(desk.conference, title="Drums", published=False)
    a.a_session(other, title="Their talk", published=False)
    page = desk.open_as(Role.SCHEDULER, desk.conference)

    text = page.get(f"{desk.path}/releases").text
    assert "Their talk" not in text
    assert f"all of {desk.expo.name}" not in text
    whole = page.post(f"{desk.path}/releases", {"scope": ""})
    assert whole.status_code == 422
    theirs = page.post(f"{desk.path}/releases", {"scope": other.slug})
    assert theirs.status_code in (404, 422)
    own = page.post(f"{desk.path}/releases", {"scope": desk.slug})
    assert own.status_code == 303
    assert [item.title for item in publishing.items(desk.expo.id)] == ["Drums"]


def test_a_release_of_the_whole_expo_shows_a_team_its_own_part(desk: Desk):
    other = a.a_conference(desk.expo)
    a.a_session(desk.conference, title="Drums", published=False)
    a.a_session(other, title="Their talk")
    page = desk.open_as(Role.VIEWER, desk.conference)

    text = page.get(f"{desk.path}/releases/1").text

    assert "Drums" in text
    assert "Their talk" not in text
    assert "and 1 of another team" in text


def test_publishing_twice_says_that_there_is_nothing_left(desk: Desk):
    a.a_session(desk.conference)
    page = desk.open_as()

    back = page.post(f"{desk.path}/releases", {"scope": ""})

    assert back.status_code == 409
    assert "Everything in this scope is published already." in back.text


def test_fewer_seats_than_booked_are_not_published_and_the_page_says_why(desk: Desk):
    talk = a.a_session(desk.conference, title="Drums", seats=3)
    for _number in range(2):
        person = a.a_person(desk.expo)
        a.a_registration(person, desk.conference)
        book_seat(person=person, occurrence_id=talk.id)
    actions.edit_occurrence(
        occurrence=talk, draft=OccurrenceDraft(talk.starts_at, talk.ends_at, talk.room_id, seats=1)
    )

    back = desk.open_as().post(f"{desk.path}/releases", {"scope": "", "note": "x"})

    assert back.status_code == 409
    assert "Drums has more booked seats than the 1 of the draft." in back.text
    assert len(publishing.releases(desk.expo.id)) == 1


def test_a_reader_sees_what_waits_and_publishes_nothing(desk: Desk):
    a.a_session(desk.conference, title="Drums", published=False)
    page = desk.open_as(Role.VIEWER)

    text = page.get(f"{desk.path}/releases").text

    assert "1 change waits" in text
    assert "Publish all of" not in text
    assert page.post(f"{desk.path}/releases", {"scope": ""}).status_code == 422
    assert publishing.releases(desk.expo.id) == []


def test_a_note_is_text_and_not_a_book(desk: Desk):
    a.a_session(desk.conference, published=False)
    page = desk.open_as()

    assert page.post(f"{desk.path}/releases", {"scope": "", "note": "x" * 501}).status_code == 422
    done = page.post(f"{desk.path}/releases", {"scope": "", "note": "<b>\0bold</b>"})
    assert "&lt;b&gt; bold&lt;/b&gt;" in page.get(done.location).text


def test_a_release_that_never_was_is_not_found(desk: Desk):
    page = desk.open_as()

    for number in ("1", "0", "99999999999", "x", "-1"):
        assert page.get(f"{desk.path}/releases/{number}").status_code == 404


def test_a_preview_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    talks = [a.a_session(desk.conference) for _number in range(5)]
    moved(talks[0])
    page.get(f"{desk.path}/releases")
    with statements() as one:
        page.get(f"{desk.path}/releases")
    for talk in talks[1:]:
        moved(talk)
    with statements() as many:
        page.get(f"{desk.path}/releases")

    assert len(many) == len(one)


@pytest.mark.feature("P3")
def test_the_page_lists_what_stops_publishing_with_where_it_is_settled(desk: Desk):
    talk = a.a_session(desk.conference, title="Too full", published=False)
    levels.say(expo=desk.expo, conference=None, said={ClashRule.CAPACITY: (Level.RELEASE, None)})
    needs.say(session=talk.session, draft=needs.NeedsDraft(expected=900))
    client, path = desk.open_as(Role.SCHEDULER), f"{desk.path}/releases"

    for page in (client.get(path), client.post(path, data={"scope": "", "note": "", "day": ""})):
        assert "1 clash stops publishing" in page.text
        assert "900 people want to come" in page.text
        assert f"{desk.path}/timetable/{talk.code}/move" in page.text

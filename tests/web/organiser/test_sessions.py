from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from expo.core import checks
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.programme.words import Placement, SessionState
from expo.publishing import queries as publishing
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("P1")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def test_a_session_is_made_then_placed_then_published(desk: Desk):
    room = a.a_room(desk.expo, "Hall", 40)
    page = desk.open_as()

    made = page.post(f"{desk.path}/sessions/new", desk.session_form(conference=desk.slug, code="rg-1"))
    assert made.status_code == 303
    assert made.location.endswith("/sessions/RG-1/times/new")
    placed = page.post(made.location, desk.time_form(room.id))
    assert placed.status_code == 303
    published = page.post(f"{desk.path}/sessions/RG-1/publish")
    assert published.status_code == 303

    (item,) = publishing.items(desk.expo.id)
    assert (item.title, item.room_name, item.seats, item.sdgs) == ("Rain gardens", "Hall", 10, [11, 13])
    assert item.starts_at == datetime(2031, 6, 2, 8, tzinfo=UTC)  # ten o'clock in Stockholm
    assert "Rain gardens" in page.get(f"/{desk.expo.slug}/sessions/RG-1").text
    nothing_is_broken()


def test_what_is_saved_stands_on_the_page_and_waits_to_be_published(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", title="Before")
    page = desk.open_as()

    saved = page.post(f"{desk.path}/sessions/T-1", desk.session_form(title="After"))

    assert saved.status_code == 303
    text = page.get(saved.location).text
    assert "After is saved." in text
    assert "Not published yet" in text
    assert publishing.item(desk.expo.id, talk.id).title == "Before"
    assert programme.session(desk.expo.id, "T-1").type.name == "Workshop"


def test_who_saves_second_sees_both_texts_and_loses_nothing(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1").session
    page = desk.open_as()
    seen = talk.version
    draft = draft_of_session(talk)
    actions.edit_session(session=talk, draft=a.SessionDraft("Theirs", draft.type), version=seen)

    back = page.post(f"{desk.path}/sessions/T-1", desk.session_form(title="Mine", version=str(seen)))

    assert back.status_code == 409
    assert 'value="Mine"' in back.text
    assert re.search(r"<dt>Title</dt><dd[^>]*>Theirs</dd>", back.text)
    assert talk.title == "Theirs"
    version = re.search(r'name="version"[^>]*value="(\d+)"', back.text)
    assert version
    again = page.post(f"{desk.path}/sessions/T-1", desk.session_form(title="Mine", version=version[1]))
    assert again.status_code == 303
    assert talk.title == "Mine"


def test_a_version_that_is_no_number_is_an_old_one(desk: Desk):
    a.a_session(desk.conference, code="T-1")
    page = desk.open_as()

    for version in ("", "x", "²", "9" * 40, "-1"):
        form = desk.session_form(version=version)
        assert page.post(f"{desk.path}/sessions/T-1", form).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Give the session a title."),
        ("title", "\0", "Give the session a title."),
        ("title", "x" * 10_000, "too long"),
        ("type", "", "Say what kind"),
        ("languages", "swedish", "two or three letters"),
        ("sdgs", "18", "1 to 17"),
        ("visibility", "everybody", "valid choice"),
        ("state", "", "valid choice"),
        ("parent", "NOWHERE", "no session NOWHERE"),
        ("abstract", "x" * 20_001, "too long"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(desk: Desk, field: str, value: str, said: str):
    a.a_session(desk.conference, code="T-1", title="Before")
    page = desk.open_as()

    back = page.post(f"{desk.path}/sessions/T-1", desk.session_form(**{field: value}))

    assert back.status_code == 422
    assert said in back.text
    assert f'id="{field}-error"' in back.text
    assert programme.session(desk.expo.id, "T-1").title == "Before"


def test_a_title_is_text_whatever_it_looks_like(desk: Desk):
    page = desk.open_as()
    title = '<script>alert("x")</script>{{ 7*7 }} %(name)s \u202e'
    form = desk.session_form(conference=desk.slug, code="X-1", title=title, abstract=title, track=title[:80])
    assert page.post(f"{desk.path}/sessions/new", form).status_code == 303

    for path in ("/sessions", "/sessions/X-1", "/sessions?q=alert", "/sessions/X-1/people", "/releases"):
        text = page.get(desk.path + path).text
        assert "<script>alert" not in text
        assert "49" not in re.sub(r"\d{3,}|[-\w]*49[-\w]+", "", text.split("<main")[1])


@pytest.mark.feature("P3")
def test_a_clash_is_named_and_kept_only_with_a_reason(desk: Desk):
    first = a.a_session(desk.conference, code="T-1", title="Drums")
    second = a.a_session(desk.conference, code="T-2")
    page = desk.open_as()
    local = first.starts_at.astimezone(desk.expo.zone)
    form = desk.time_form(
        first.room_id, starts_at=f"{local:%Y-%m-%dT%H:%M}", ends_at=f"{local:%Y-%m-%dT}{local.hour + 1}:30"
    )

    back = page.post(f"{desk.path}/sessions/T-2/times/T-2", form)

    assert back.status_code == 409
    assert f"{first.room.name} holds T-1 “Drums” then" in back.text
    assert 'name="keep"' in back.text
    assert second.room_id != first.room_id
    kept = page.post(f"{desk.path}/sessions/T-2/times/T-2", {**form, "keep": "Drums are part of it"})
    assert kept.status_code == 303
    assert second.room_id == first.room_id
    assert "Kept: Drums are part of it" in page.get(f"{desk.path}/sessions/T-2").text
    nothing_is_broken()


@pytest.mark.feature("F8")
def test_the_hour_that_a_spring_night_skips_is_refused(desk: Desk):
    a.a_session(desk.conference, code="T-1")
    room = a.a_room(desk.expo)
    form = desk.time_form(room.id, starts_at="2031-03-30T02:30", ends_at="2031-03-30T04:00")

    back = desk.open_as().post(f"{desk.path}/sessions/T-1/times/new", form)

    assert back.status_code == 422
    assert "this time does not exist" in back.text


@pytest.mark.feature("F8")
def test_the_hour_that_an_autumn_night_has_twice_stays_the_one_it_was(desk: Desk):
    second_half_past_two = datetime(2031, 10, 26, 1, 30, tzinfo=UTC)
    night = a.a_session(desk.conference, code="T-1", starts_at=second_half_past_two)
    form = desk.time_form(night.room_id, starts_at="2031-10-26T02:30", ends_at="2031-10-26T04:00", seats="7")

    assert desk.open_as().post(f"{desk.path}/sessions/T-1/times/T-1", form).status_code == 303

    assert (night.starts_at, night.seats) == (second_half_past_two, 7)


@pytest.mark.feature("F8")
def test_times_are_those_of_the_room_wherever_it_is(desk: Desk):
    abroad = a.places.save_venue(
        expo=desk.expo, draft=a.VenueDraft("UN Headquarters", time_zone="America/New_York")
    )[0]
    room = a.places.save_room(venue=abroad, draft=a.RoomDraft("Room 4", 50))[0]
    a.a_session(desk.conference, code="T-1")
    page = desk.open_as()

    assert page.post(f"{desk.path}/sessions/T-1/times/new", desk.time_form(room.id)).status_code == 303

    (abroad_time,) = (
        time
        for time in programme.occurrences(programme.session(desk.expo.id, "T-1").id)
        if time.room_id == room.id
    )
    assert abroad_time.starts_at == datetime(2031, 6, 2, 14, tzinfo=UTC)
    text = page.get(f"{desk.path}/sessions/T-1/times/{abroad_time.code}").text
    assert 'value="2031-06-02T10:00"' in text
    assert "New York time" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "tomorrow"),
        ("starts_at", "2031-13-41T10:00"),
        ("starts_at", "0001-01-01T00:00"),
        ("starts_at", ""),
        ("ends_at", "2031-06-02T09:00"),
        ("room", ""),
        ("room", "999999999999999999999"),
        ("room", "²"),
        ("seats", "-1"),
        ("seats", "501"),
        ("seats", "9" * 30),
        ("placement", "somewhere"),
    ],
)
def test_a_time_that_cannot_be_meant_is_said_beside_its_field(desk: Desk, field: str, value: str):
    a.a_session(desk.conference, code="T-1")
    room = a.a_room(desk.expo)

    back = desk.open_as().post(
        f"{desk.path}/sessions/T-1/times/new", desk.time_form(room.id, **{field: value})
    )

    assert back.status_code == 422
    assert f'id="{field}-error"' in back.text
    assert len(programme.occurrences(programme.session(desk.expo.id, "T-1").id)) == 1


def test_a_time_is_cancelled_with_a_reason_and_can_come_back(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1")
    page = desk.open_as()
    where = f"{desk.path}/sessions/T-1/times/T-1"

    assert page.post(f"{where}/cancel", {"why": ""}).status_code == 422
    assert talk.cancelled_at is None
    assert page.post(f"{where}/cancel", {"why": "Rain"}).status_code == 303
    assert talk.cancelled_at is not None
    assert "This time is cancelled." in page.get(where).text
    assert page.post(f"{where}/restore").status_code == 303
    assert talk.cancelled_at is None


def test_a_time_that_lost_its_place_meanwhile_comes_back_only_with_a_reason(desk: Desk):
    first = a.a_session(desk.conference, code="T-1")
    second = a.a_session(desk.conference, code="T-2")
    draft = draft_of_occurrence(first)
    actions.cancel_occurrence(occurrence=first, why="Rain")
    actions.edit_occurrence(occurrence=second, draft=draft)
    page = desk.open_as()
    where = f"{desk.path}/sessions/T-1/times/T-1/restore"

    back = page.post(where)
    assert back.status_code == 409
    assert "holds T-2" in back.text
    assert page.post(where, {"keep": "They share"}).status_code == 303
    nothing_is_broken()


def test_an_announced_time_that_loses_its_place_is_told_as_tentative(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1")
    page = desk.open_as()
    form = desk.time_form(0, room="", starts_at="", ends_at="", placement="unplaced")

    assert page.post(f"{desk.path}/sessions/T-1/times/T-1", form).status_code == 303
    assert page.post(f"{desk.path}/sessions/T-1/publish").status_code == 303

    item = publishing.item(desk.expo.id, talk.id)
    assert item.tentative
    assert item.sequence == 1
    assert talk.placement is Placement.UNPLACED
    nothing_is_broken()


@pytest.mark.feature("P5")
def test_somebody_is_found_by_name_put_on_the_bill_and_taken_off_again(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1").session
    ada, grace = a.a_speaker(desk.expo, "Ada Lovelace"), a.a_speaker(desk.expo, "Grace Hopper")
    actions.bill(session=talk, billings=[Billing(grace.id, "speaker")])
    page = desk.open_as()
    where = f"{desk.path}/sessions/T-1/people"

    assert "Ada Lovelace" in page.get(f"{where}?q=lovel").text
    assert page.post(where, {"add": str(ada.id), "role": "speaker"}).status_code == 303
    first, second = programme.appearances(talk.id)
    assert page.post(where, {"up": str(second.id)}).status_code == 303
    assert [one.speaker.name for one in programme.appearances(talk.id)] == ["Ada Lovelace", "Grace Hopper"]
    gone = page.post(where, {"remove": str(first.id)})
    assert "Grace Hopper appears no more." in page.get(gone.location).text
    assert len(programme.appearances(talk.id)) == 1


@pytest.mark.feature("P3")
def test_whoever_is_elsewhere_is_put_on_the_bill_only_with_a_reason(desk: Desk):
    there = a.a_session(desk.conference, code="T-1").session
    here = a.a_session(desk.conference, code="T-2").session
    ada = a.a_speaker(desk.expo, "Ada Lovelace")
    actions.bill(session=there, billings=[Billing(ada.id, "speaker")])
    page = desk.open_as()
    where = f"{desk.path}/sessions/T-2/people"

    back = page.post(where, {"add": str(ada.id), "role": "speaker"})
    assert back.status_code == 409
    assert "Ada Lovelace is in T-1" in back.text
    kept = page.post(where, {"add": str(ada.id), "role": "speaker", "keep": "By video"})
    assert kept.status_code == 303
    assert len(programme.appearances(here.id)) == 1
    nothing_is_broken()


@pytest.mark.feature("P5")
def test_a_guide_leads_one_time_of_a_tour_alone(desk: Desk):
    tour = a.a_session(desk.conference, code="T-1")
    ada = a.a_speaker(desk.expo)
    actions.bill(session=tour.session, billings=[Billing(a.a_speaker(desk.expo).id, "guide")])

    page = desk.open_as()
    done = page.post(f"{desk.path}/sessions/T-1/times/T-1/people", {"add": str(ada.id), "role": "guide"})

    assert done.status_code == 303
    assert [one.occurrence_id for one in programme.appearances(tour.session_id)] == [None, tour.id]


def test_sessions_are_found_by_words_state_and_conference(desk: Desk):
    a.a_session(desk.conference, code="T-1", title="Ångfärjan sjunger")
    a.a_session(desk.conference, code="T-2", title="Drums", state=SessionState.DRAFT, published=False)
    other = a.a_conference(desk.expo, title="Other week")
    a.a_session(other, code="T-3", title="Choir", published=False)
    page = desk.open_as()

    def found(query: str) -> set[str]:
        return set(re.findall(r"/sessions/(T-\d)\"", page.get(f"{desk.path}/sessions?{query}").text))

    assert found("") == {"T-1", "T-2", "T-3"}
    assert found("q=angfarjan") == {"T-1"}
    assert found("q=t-3") == {"T-3"}
    assert found("view=draft") == {"T-2"}
    assert found(f"conference={other.slug}") == {"T-3"}
    assert found("view=unpublished") == {"T-3"}
    assert found("q=nothing-like-this") == set()
    assert found("sort=when&page=9") == {"T-1", "T-2", "T-3"}
    assert found("sort=title&view=whatever&page=x") == {"T-1", "T-2", "T-3"}


def test_the_list_of_sessions_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    a.a_session(desk.conference)
    page.get(f"{desk.path}/sessions")
    with statements() as one:
        page.get(f"{desk.path}/sessions")
    for _number in range(5):
        talk = a.a_session(desk.conference, published=False)
        starts = talk.ends_at
        actions.create_occurrence(
            session=talk.session,
            draft=OccurrenceDraft(starts, starts + (talk.ends_at - talk.starts_at), talk.room_id, 5),
        )
    a.publish(desk.expo)
    with statements() as many:
        page.get(f"{desk.path}/sessions")

    assert len(many) == len(one)


def test_a_right_session_with_a_wrong_time_is_not_found(desk: Desk):
    a.a_session(desk.conference, code="T-1")
    a.a_session(desk.conference, code="T-2")
    page = desk.open_as()

    for path in ("times/T-2", "times/nowhere", "times/T-2/people", "times/%00"):
        assert page.get(f"{desk.path}/sessions/T-1/{path}").status_code == 404, path
    for path in ("times/T-2", "times/T-2/cancel", "times/T-2/restore", "times/T-2/people"):
        assert page.post(f"{desk.path}/sessions/T-1/{path}", {"why": "x"}).status_code == 404, path


def test_an_empty_desk_says_what_to_do(desk: Desk):
    page = desk.open_as()

    for path, said in {
        "/": "Nothing of your conferences today",
        "/sessions": "No sessions yet",
        "/speakers": "No speakers yet",
        "/releases": "Everything is published",
        "/people": "Nobody has registered yet",
        "/bookings": "Nothing on this day",
        "/doors": "No scanners yet",
        "/inside": "Nobody is in",
        "/numbers": "No zones",
    }.items():
        assert said in page.get(desk.path + path).text, path

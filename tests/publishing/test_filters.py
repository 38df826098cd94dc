from __future__ import annotations

from datetime import timedelta

import pytest

from expo.capacity import pools
from expo.core.db import transaction
from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Admission, Visibility
from expo.publishing import filters, search
from expo.publishing.filters import Filter
from tests import factories as a


def _titles(expo_id: int, wish: Filter, tickets=()) -> list[str]:
    return [item.title for item in filters.find(expo_id, wish, tickets)]


@pytest.fixture
def conference(app):
    return a.a_conference(title="Urban Brilliance", slug="urban-brilliance")


@pytest.mark.feature("F4")
def test_all_wishes_must_hold_and_values_of_one_wish_are_alternatives(conference):
    a.a_session(conference, title="Salsa", type="concert", languages=("sv",), published=False)
    a.a_session(conference, title="Jazz", type="concert", languages=("en",), published=False)
    a.a_session(conference, title="Walk", type="guided tour", languages=("en",))
    expo_id = conference.expo_id

    assert _titles(expo_id, Filter(types=("concert",))) == ["Salsa", "Jazz"]
    assert _titles(expo_id, Filter(types=("concert", "guided-tour"))) == ["Salsa", "Jazz", "Walk"]
    assert _titles(expo_id, Filter(types=("concert",), languages=("en",))) == ["Jazz"]
    assert _titles(expo_id, Filter(types=("panel",))) == []


@pytest.mark.feature("F4")
def test_every_kind_of_wish_finds_what_it_names_and_nothing_else(conference):
    harbour = a.a_room(conference.expo, "Quay 4", venue="Oceanhamnen")
    a.a_session(
        conference, title="Eelgrass", room=harbour, track="Sea", sdgs=(14, 1), starts_at=a.tomorrow_at(8)
    )
    other = a.a_session(
        a.a_conference(conference.expo),
        title="Concrete",
        track="Land",
        sdgs=(11,),
        seats=None,
        admission=Admission.OPEN,
    )
    expo_id, day = conference.expo_id, a.tomorrow_at(8).date()

    for wish in (
        Filter(conferences=("urban-brilliance",)),
        Filter(tracks=("sea",)),
        Filter(venues=("oceanhamnen",)),
        Filter(rooms=("quay-4",)),
        Filter(sdgs=(14,)),
        Filter(sdgs=(1,)),
        Filter(seats=True),
        Filter(words="eel QUAY"),
        Filter(day=day, tracks=("sea",)),
    ):
        assert _titles(expo_id, wish) == ["Eelgrass"], wish
    assert len(_titles(expo_id, Filter(day=day))) == 2
    assert _titles(expo_id, Filter(day=conference.expo.starts_on)) == []
    assert other.expo_id == expo_id


@pytest.mark.feature("F4")
def test_has_seats_leaves_out_what_is_full_cancelled_or_needs_no_seat(conference):
    a.a_session(conference, title="Free", seats=3, published=False)
    a.a_session(conference, title="None", seats=0, published=False)
    gone = a.a_session(conference, title="Gone", seats=3, published=False)
    a.a_session(conference, title="Open", seats=None, admission=Admission.OPEN, published=False)
    programme.cancel_occurrence(occurrence=gone, why="Rain")
    a.publish(conference.expo)

    assert _titles(conference.expo_id, Filter(seats=True)) == ["Free"]


@pytest.mark.feature("F5")
def test_words_are_found_whatever_their_case_and_accents(conference):
    visit = a.a_session(conference, title="Ångfärjeparken", abstract="Bryggan över Öresund", published=False)
    speaker = a.a_speaker(conference.expo, "Åsa Sjöström-Hägg")
    programme.bill(session=visit.session, billings=[Billing(speaker.id, "guide")])
    a.a_session(conference, title="Concrete")

    for words in ("angfarje", "ÖRESUND", "sjostrom", "asa angfarjeparken", "brilliance oresund"):
        assert _titles(conference.expo_id, Filter(words=words)) == ["Ångfärjeparken"], words
    assert _titles(conference.expo_id, Filter(words="angfarje concrete")) == []


@pytest.mark.feature("F5")
def test_search_finds_what_was_released_a_moment_ago(conference):
    a.a_session(conference, title="Before")
    assert search.sessions(conference.expo_id, "after") == []

    after = a.a_session(conference, title="After")

    assert search.sessions(conference.expo_id, "after") == [after.session_id]


class TestWhatHasNoTicket:
    """Items of a registered conference, for people without its ticket."""

    @pytest.fixture
    def closed(self, app):
        conference = a.a_conference(title="H22+50 Session", visibility=Visibility.REGISTERED)
        session = a.a_session(
            conference,
            title="Voluntary Local Reviews",
            abstract="A secret draft",
            room=a.a_room(conference.expo, "Sundet 1"),
            track="Reviews",
            languages=("fr",),
            sdgs=(17,),
            published=False,
        )
        speaker = a.a_speaker(conference.expo, "Ida Rosén")
        programme.bill(session=session.session, billings=[Billing(speaker.id, "speaker")])
        a.publish(conference.expo)
        return conference

    @pytest.mark.feature("F4", "F5")
    def test_can_be_found_by_title_type_track_venue_and_time_alone(self, closed):
        day = a.tomorrow_at(9).date()
        for wish in (
            Filter(words="voluntary"),
            Filter(types=("workshop",)),
            Filter(tracks=("reviews",)),
            Filter(venues=("sea-u",)),
            Filter(day=day),
        ):
            assert len(filters.find(closed.expo_id, wish)) == 1, wish

    @pytest.mark.feature("F4", "F5")
    def test_cannot_be_found_by_what_it_hides(self, closed):
        hidden = (
            Filter(words="secret"),
            Filter(words="rosén"),
            Filter(words="sundet 1"),
            Filter(rooms=("sundet-1",)),
            Filter(languages=("fr",)),
            Filter(sdgs=(17,)),
            Filter(seats=True),
        )
        for wish in hidden:
            assert filters.find(closed.expo_id, wish) == [], wish
            assert len(filters.find(closed.expo_id, wish, tickets={closed.id})) == 1, wish

    def test_is_given_without_room_people_and_seats(self, closed):
        item = filters.find(closed.expo_id, Filter())[0]

        assert item.closed
        assert (item.room_name, item.billed, item.languages, item.sdgs) == ("", [], [], [])
        assert not item.seats_left
        assert item.venue_name == "Sea U"


@pytest.mark.parametrize("strict", [Visibility.INVITATION, Visibility.HIDDEN])
@pytest.mark.parametrize("where", ["conference", "session"])
def test_what_is_private_is_found_by_nothing(app, strict, where):
    expo = a.an_expo()
    conference = a.a_conference(
        expo, title="Closed club", **({"visibility": strict} if where == "conference" else {})
    )
    private = a.a_session(
        conference,
        title="Whisper",
        languages=("en",),
        **({"visibility": strict} if where == "session" else {}),
    )

    for wish in (
        Filter(),
        Filter(day=private.starts_at.date()),
        Filter(words="whisper"),
        Filter(languages=("en",)),
        Filter(conferences=(conference.slug,)),
    ):
        assert filters.find(expo.id, wish) == []
        assert filters.find(expo.id, wish, tickets={conference.id}) == []


@pytest.mark.feature("F4")
def test_the_part_of_the_day_is_that_of_the_place_and_the_night_belongs_to_the_evening(app):
    conference = a.a_conference(time_zone="Europe/Stockholm")
    with transaction():
        conference.day_change_hour = 4
    day = a.tomorrow_at(0).astimezone(conference.zone).replace(hour=0)
    for title, hour in (("Rowing", 11.5), ("Lunch", 12), ("Choir", 17), ("Dance", 24.5)):
        a.a_session(conference, title=title, starts_at=day + timedelta(hours=hour), published=False)
    a.publish(conference.expo)
    expo_id = conference.expo_id

    assert _titles(expo_id, Filter(times=("morning",))) == ["Rowing"]
    assert _titles(expo_id, Filter(times=("afternoon",))) == ["Lunch"]
    assert _titles(expo_id, Filter(times=("evening",))) == ["Choir", "Dance"]
    assert _titles(expo_id, Filter(times=("morning", "afternoon"))) == ["Rowing", "Lunch"]


@pytest.mark.feature("F4")
def test_of_needs_all_must_be_met(conference):
    plain, fitted = a.a_room(conference.expo, "Shed"), a.a_room(conference.expo, "Hall")
    with transaction():
        plain.accessibility, fitted.accessibility = ["step-free"], ["step-free", "hearing-loop"]
    a.a_session(conference, title="Nets", room=plain, published=False)
    a.a_session(conference, title="Voices", room=fitted)

    assert set(_titles(conference.expo_id, Filter(offers=("step-free",)))) == {"Nets", "Voices"}
    assert _titles(conference.expo_id, Filter(offers=("step-free", "hearing-loop"))) == ["Voices"]


@pytest.mark.feature("F4")
def test_what_is_open_to_somebody_is_what_they_may_walk_into_or_still_book(app):
    expo = a.an_expo()
    theirs, other = a.a_conference(expo), a.a_conference(expo)
    programme_of_all = a.a_conference(expo, is_open_programme=True)
    occurrences = {}
    for title, conference, how in (
        ("Square", other, {"admission": Admission.OPEN, "seats": None}),
        ("Congress", other, {"admission": Admission.TICKET, "seats": None}),
        ("Summit", theirs, {"admission": Admission.TICKET, "seats": None}),
        ("Dinner", theirs, {"admission": Admission.INVITATION, "seats": None}),
        ("Full", theirs, {"seats": 1}),
        ("Tour", programme_of_all, {"seats": 5}),
    ):
        occurrences[title] = a.a_session(conference, title=title, published=False, **how)
    a.publish(expo)
    with transaction():
        pools.take([occurrences["Full"].pool_id])

    assert set(_titles(expo.id, Filter(mine=(theirs.id,)))) == {"Square", "Summit", "Tour"}
    assert set(_titles(expo.id, Filter(mine=()))) == {"Square", "Tour"}

"""What leaves can come back: the same file from the copy as from the original, in every form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.expos.models import Expo
from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.models import Conference
from expo.transfer import outward
from expo.transfer.drafts import drafted
from expo.transfer.outward import Leaving
from expo.transfer.planning import Outcome
from tests import factories as a
from tests.conftest import empty_tables
from tests.transfer.bringing import brought, looked

pytestmark = pytest.mark.feature("P9", "I3")


def an_empty_copy() -> Conference:
    expo = a.an_expo(slug="copied", time_zone="Europe/Stockholm")
    a.a_room(expo, "Hall")
    a.a_room(expo, "Dockan, north", venue="Dunkers")
    return a.a_conference(expo, slug="summit", title="Summit")


def a_programme() -> Conference:
    conference = an_empty_copy()
    expo = conference.expo
    rooms = {room.name: room for room in programme.rooms(expo.id)}
    first = a.a_session(conference, title="=Opening; with \"quotes\" & <tags>", room=rooms["Hall"], published=False,
                        languages=("sv", "en"), sdgs=(11, 13), track="Water", abstract="Line one\nline two\n\n– åäö")  # fmt: skip
    tour = a.a_session(conference, title="Harbour tour", type="guided tour", code="TOUR", seats=None, published=False,
                       room=rooms["Dockan, north"], starts_at=a.tomorrow_at(11))  # fmt: skip
    later = a.tomorrow_at(15)
    actions.create_occurrence(
        session=tour.session,
        draft=OccurrenceDraft(later, later + timedelta(minutes=45), rooms["Dockan, north"].id, 12),
    )
    ada, twin, choir = (
        a.a_speaker(expo, "Ada Ek"),
        a.a_speaker(expo, "Ada Ek"),
        a.a_speaker(expo, "Choir (of the harbour)"),
    )
    actions.bill(
        session=first.session, billings=[Billing(twin.id, "keynote"), Billing(choir.id, "performer")]
    )
    actions.bill(session=tour.session, billings=[Billing(ada.id, "guide")])
    actions.create_session(conference=conference, draft=_backlog(), code="IDEA", parent=first.session)
    return conference


def _backlog():
    from expo.programme.drafts import SessionDraft

    return SessionDraft("Not placed yet", "Workshop")


def exported(conference: Conference, form: Leaving) -> bytes:
    expo: Expo = conference.expo
    return outward.made(expo, conference.title, conference.slug, drafted([conference]), form)


@pytest.mark.parametrize("form", list(Leaving))
def test_a_copy_is_exported_as_the_original_was(app, form):
    original = exported(a_programme(), form)
    empty_tables()
    copy = an_empty_copy()

    file = brought(copy, original, f"file.{form}", confirm=True)

    assert file.refused == []
    assert exported(copy, form) == original
    assert set(outcomes(copy, original)) == {Outcome.SAME}


@pytest.mark.parametrize("form", list(Leaving))
def test_what_was_exported_changes_nothing_where_it_came_from(app, form):
    conference = a_programme()

    assert set(outcomes(conference, exported(conference, form))) == {Outcome.SAME}


def test_a_schedule_of_others_leaves_an_empty_expo_as_its_copy_leaves_another(app):
    """Their rooms are made in one venue, whose name our file adds once, however often it comes back."""
    first = brought(no_rooms(), THEIRS, "schedule.xml", confirm=True, venue="camp")
    ours = exported(first.conference, Leaving.FRAB_XML)
    empty_tables()
    copy = no_rooms()

    file = brought(copy, ours, "schedule.xml", confirm=True, venue="camp")

    assert file.refused == []
    assert exported(copy, Leaving.FRAB_XML) == ours
    assert sorted(room.name for room in programme.rooms(copy.expo_id)) == ["Gate", "Lounge"]


THEIRS = """<schedule><conference><title>Field</title></conference><day index="1" date="2031-06-02">
<room name="Lounge"><event id="432" guid="4146f61a-974c-5a8a-9389-da8a397cf9a1"><room>Lounge</room>
<title>Laser tag </title><type>workshop</type><date>2031-06-02T10:00:00+01:00</date><start>10:00</start>
<duration>1:00</duration><abstract>Ages 8+</abstract><persons><person id="228">Tony: Hacman</person></persons>
</event></room></day></schedule>"""


def no_rooms() -> Conference:
    expo = a.an_expo(slug="field", time_zone="Europe/London")
    a.a_room(expo, "Gate", venue="Camp")
    return a.a_conference(expo, slug="field", title="Field")


def outcomes(conference: Conference, content: bytes) -> list[Outcome]:
    found = looked(conference, content, confirm=True)
    assert found.faults == []
    return [line.outcome for line in found.lines]

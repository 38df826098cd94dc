from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from expo.checkin import actions as doors
from expo.checkin.models import Entitlement
from expo.core import audit
from expo.core.db import db
from expo.core.refusals import BadInput, ChangedMeanwhile, NotFound
from expo.programme import actions, billing
from expo.programme import queries as programme
from expo.programme.drafts import Billing, OccurrenceDraft, SessionDraft
from expo.programme.refusals import BadPlacement, CodeTaken
from expo.programme.values import draft_of_conference, draft_of_occurrence, draft_of_session
from expo.programme.words import Placement
from tests import factories as a

pytestmark = [pytest.mark.feature("P1"), pytest.mark.usefixtures("app")]


def test_who_saves_second_is_told_and_changes_nothing():
    talk = a.a_session(title="Before").session
    seen = talk.version
    actions.edit_session(session=talk, draft=SessionDraft(title="First", type="talk"), version=seen)

    with pytest.raises(ChangedMeanwhile):
        actions.edit_session(session=talk, draft=SessionDraft(title="Second", type="talk"), version=seen)

    assert talk.title == "First"


def test_saving_what_is_there_already_is_no_change():
    talk = a.a_session()
    conference = talk.session.conference
    before = (talk.version, talk.session.version, conference.version)

    assert not actions.edit_session(session=talk.session, draft=draft_of_session(talk.session))
    assert not actions.edit_occurrence(occurrence=talk, draft=draft_of_occurrence(talk))
    assert not actions.save_conference(
        expo=conference.expo, draft=draft_of_conference(conference, []), conference=conference
    )[1]

    assert (talk.version, talk.session.version, conference.version) == before


def test_the_record_holds_what_became_other_and_nothing_else():
    talk = a.a_session(title="Before").session
    draft = draft_of_session(talk)
    actions.edit_session(
        session=talk,
        draft=SessionDraft(title="After", type=draft.type, admission=draft.admission, state=draft.state),
    )

    entry = audit.history("session", talk.id)[0]
    assert (entry.before, entry.after) == ({"title": "Before"}, {"title": "After"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 251),
        ("title", "\0 \n"),
        ("type", " "),
        ("type", "x" * 41),
        ("track", "x" * 81),
        ("abstract", "x" * 20_001),
        ("sdgs", (18,)),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(field: str, value: object):
    conference = a.a_conference()
    values = {"title": "Talk", "type": "talk", field: value}

    with pytest.raises(BadInput) as no:
        actions.create_session(conference=conference, draft=SessionDraft(**values))

    assert no.value.facts["field"] == field


def test_a_time_that_cannot_be_meant_is_refused_by_its_field():
    talk = a.a_session()
    starts, ends, room = talk.starts_at, talk.ends_at, talk.room_id
    elsewhere = a.a_room(a.an_expo())
    wrong = {
        "ends_at": OccurrenceDraft(ends, starts, room),
        "starts_at": OccurrenceDraft(None, ends, room),
        "room": OccurrenceDraft(starts, ends, elsewhere.id),
        "seats": OccurrenceDraft(starts, ends, room, seats=501),
    }
    for field, draft in wrong.items():
        with pytest.raises(BadPlacement) as no:
            actions.edit_occurrence(occurrence=talk, draft=draft)
        assert no.value.facts["field"] == field

    with pytest.raises(BadPlacement):
        actions.edit_occurrence(
            occurrence=talk, draft=OccurrenceDraft(ends, starts, None, placement=Placement.UNPLACED)
        )
    with pytest.raises(BadPlacement):
        early = datetime(1, 1, 1, tzinfo=UTC)
        actions.edit_occurrence(occurrence=talk, draft=OccurrenceDraft(early, ends, room))


def test_a_code_is_used_once_in_the_expo():
    talk = a.a_session(code="T-1").session

    with pytest.raises(CodeTaken):
        actions.create_session(
            conference=a.a_conference(talk.conference.expo), draft=SessionDraft("Talk", "talk"), code="T-1"
        )


def test_a_session_stands_under_none_that_stands_under_itself():
    plenary = a.a_session().session
    breakout = actions.create_session(
        conference=plenary.conference, draft=SessionDraft("Breakout", "talk"), parent=plenary
    )
    stranger = a.a_session(a.a_conference(plenary.conference.expo)).session

    for parent in (plenary, breakout, stranger):
        with pytest.raises(BadInput) as no:
            actions.edit_session(session=plenary, draft=draft_of_session(plenary), parent=parent)
        assert no.value.facts["field"] == "parent"


def test_names_on_a_bill_are_put_there_moved_and_taken_off():
    talk = a.a_session().session
    ada, grace, mary = (a.a_speaker(talk.conference.expo, name) for name in ("Ada", "Grace", "Mary"))
    actions.bill(session=talk, billings=[Billing(ada.id, "speaker"), Billing(grace.id, "chair")])
    where = {"session": talk, "occurrence": None}

    billing.put_on(**where, speaker_id=mary.id, role="speaker")
    first, _second, third = programme.appearances(talk.id)
    billing.move(**where, appearance_id=third.id, by=-1)
    billing.move(**where, appearance_id=first.id, by=-1)
    assert [one.speaker.name for one in programme.appearances(talk.id)] == ["Ada", "Mary", "Grace"]

    was = billing.take_off(**where, appearance_id=first.id)
    assert (was.speaker_id, was.role) == (ada.id, "speaker")
    assert [one.speaker.name for one in programme.appearances(talk.id)] == ["Mary", "Grace"]


def test_a_bill_knows_only_roles_and_speakers_of_its_expo():
    talk = a.a_session().session
    ada = a.a_speaker(talk.conference.expo)
    actions.bill(session=talk, billings=[Billing(ada.id, "speaker")])
    stranger = a.a_speaker(a.an_expo())

    with pytest.raises(BadInput):
        billing.put_on(session=talk, occurrence=None, speaker_id=stranger.id, role="speaker")
    with pytest.raises(BadInput):
        billing.put_on(session=talk, occurrence=None, speaker_id=ada.id, role="king")
    with pytest.raises(NotFound):
        billing.take_off(session=talk, occurrence=None, appearance_id=999_999)


def test_a_name_taken_off_in_another_session_is_not_found():
    talk = a.a_session().session
    other = a.a_session(talk.conference).session
    ada = a.a_speaker(talk.conference.expo)
    actions.bill(session=other, billings=[Billing(ada.id, "speaker")])
    (appearance,) = programme.appearances(other.id)

    with pytest.raises(NotFound):
        billing.take_off(session=talk, occurrence=None, appearance_id=appearance.id)

    assert len(programme.appearances(other.id)) == 1


def test_hosts_named_twice_stand_once_and_the_record_names_them():
    conference = a.a_conference()
    draft = draft_of_conference(conference, ["City of Lund", "UNECE", "city of lund"])

    actions.save_conference(expo=conference.expo, draft=draft, conference=conference)

    assert programme.hosts([conference.id])[conference.id] == ["City of Lund", "UNECE"]
    assert audit.history("conference", conference.id)[0].after == {"hosts": ["City of Lund", "UNECE"]}


@pytest.mark.feature("D7")
def test_a_conference_that_lasts_longer_opens_its_doors_longer():
    conference = a.a_conference()
    a.a_registration(a.a_person(conference.expo), conference)
    hall = doors.create_zone(expo_id=conference.expo_id, slug="hall", name="Hall")
    doors.open_zone(zone=hall, conference=conference)
    before = db.session.query(Entitlement).one().closes_at

    draft = draft_of_conference(conference, [])
    later = conference.ends_on + timedelta(days=1)
    actions.save_conference(expo=conference.expo, draft=replace(draft, ends_on=later), conference=conference)

    assert db.session.query(Entitlement).one().closes_at == before + timedelta(days=1)

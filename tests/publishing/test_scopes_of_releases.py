"""What a release covers: a day, a conference, a session; by two people; and what an earlier one had left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core import audit, checks
from expo.core.db import db
from expo.programme import actions as programme
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.programme.words import Visibility
from expo.publishing import actions as publishing
from expo.publishing import approving, as_of, covering
from expo.publishing import queries as released
from expo.publishing.models import Scope
from expo.publishing.refusals import NeedsApproval, NothingToPublish, NotTheSecond, ProposalIsOver
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("P6"), pytest.mark.usefixtures("app")]


def test_a_release_of_a_day_leaves_other_days_as_they_were():
    conference = a.a_conference()
    one = a.a_session(conference, starts_at=a.tomorrow_at(9))
    other = a.a_session(conference, starts_at=a.tomorrow_at(9) + timedelta(days=1))
    move(one, timedelta(hours=1))
    move(other, timedelta(hours=1))
    day = one.starts_at.date()

    release = publishing.publish(expo=conference.expo, day=day)

    assert (release.scope, release.scope_key) == (Scope.DAY, day.isoformat())
    assert [change["occurrence"] for change in release.changes] == [one.code]
    with pytest.raises(NothingToPublish):
        publishing.publish(expo=conference.expo, day=day)
    assert list(checks.broken()) == []


def test_what_leaves_a_day_is_part_of_its_release():
    talk = a.a_session(starts_at=a.tomorrow_at(9))
    day = talk.starts_at.date()
    move(talk, timedelta(days=1))

    release = publishing.publish(expo=talk.session.conference.expo, day=day)

    assert [change["kind"] for change in release.changes] == ["moved"]


def test_a_new_title_of_a_day_raises_the_sequence_of_other_days_and_moves_nothing_there():
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=a.tomorrow_at(9))
    again = programme.create_occurrence(
        session=talk.session,
        draft=replace(
            draft_of_occurrence(talk),
            starts_at=talk.starts_at + timedelta(days=1),
            ends_at=talk.ends_at + timedelta(days=1),
        ),
    )
    a.publish(conference.expo)
    was = released.item(conference.expo_id, again.id)
    retitle(talk, "Another")
    move(again, timedelta(hours=3))

    publishing.publish(expo=conference.expo, day=talk.starts_at.date())

    now = released.item(conference.expo_id, again.id)
    assert (now.title, now.starts_at, now.sequence) == ("Another", was.starts_at, was.sequence + 1)


def test_where_a_second_person_is_asked_for_nobody_publishes_alone():
    talk = by_two()
    retitle(talk, "Another")

    with pytest.raises(NeedsApproval):
        publishing.publish(expo=talk.session.conference.expo)
    with audit.acting("account:1"):
        proposal = approving.propose(
            expo=talk.session.conference.expo, scope=covering.scope_of(conference=talk.session.conference)
        )
        with pytest.raises(NotTheSecond):
            approving.approve(proposal=proposal)
        with pytest.raises(NeedsApproval):
            approving.publish(proposal=proposal)
    with audit.acting("account:2"):
        approving.approve(proposal=proposal)
    with audit.acting("account:1"):
        release = approving.publish(proposal=proposal)

    assert released.content(talk.session_id).title == "Another"
    assert proposal.release_id == release.id
    with pytest.raises(ProposalIsOver):
        approving.publish(proposal=proposal)


def test_what_changed_after_the_approval_is_not_published_by_it():
    talk = by_two()
    retitle(talk, "Another")
    with audit.acting("account:1"):
        proposal = approving.propose(
            expo=talk.session.conference.expo, scope=covering.scope_of(session=talk.session)
        )
    with audit.acting("account:2"):
        approving.approve(proposal=proposal)
    retitle(talk, "Something nobody has seen")

    with pytest.raises(ProposalIsOver):
        approving.publish(proposal=proposal)
    assert released.content(talk.session_id).title not in ("Another", "Something nobody has seen")


def test_the_programme_is_read_as_any_release_left_it():
    talk = a.a_session(title="First", starts_at=a.tomorrow_at(9))
    expo = talk.session.conference.expo
    retitle(talk, "Second")
    move(talk, timedelta(hours=2))
    a.publish(expo)

    first, second = (as_of.release(expo.id, str(number)) for number in (1, 2))

    assert [(one.title, one.starts_at.hour) for one in as_of.items(first)] == [("First", 9)]
    assert [(one.title, one.starts_at.hour) for one in as_of.items(second)] == [("Second", 11)]
    assert as_of.release(expo.id, second.published_at.isoformat()).number == 2
    assert as_of.release(expo.id, "2022-05-31T10:00") is None
    assert as_of.release(a.an_expo().id, "1") is None


def test_what_is_not_for_everybody_any_more_is_not_read_in_an_earlier_programme(app):
    talk = a.a_session(title="Royal lunch")
    slug = talk.session.conference.expo.slug
    draft = draft_of_session(talk.session)
    programme.edit_session(session=talk.session, draft=replace(draft, visibility=Visibility.HIDDEN))
    a.publish(talk.session.conference.expo)
    organiser = a.an_organiser(talk.session.conference.expo)

    assert "Royal lunch" not in Client(app).get(f"/{slug}/programme?as_of=1").text
    assert "Royal lunch" in Client(app, organiser).get(f"/{slug}/programme?as_of=1").text
    assert Client(app).get(f"/{slug}/programme?as_of=99").status_code == 404


def test_two_people_publish_by_pages_and_another_team_sees_nothing_of_it(app):
    talk = by_two()
    expo = talk.session.conference.expo
    retitle(talk, "Another")
    one, two = (Client(app, a.an_organiser(expo)) for _number in range(2))
    stranger = Client(app, a.an_organiser(expo, a.Role.SCHEDULER, a.a_conference(expo)))
    base = f"/{expo.slug}/organise/releases"
    form = {"scope": talk.session.conference.slug}

    assert "Draft the release" in one.get(f"{base}?scope={form['scope']}&full=1").text
    assert one.post(base, form).status_code == 409
    one.post(f"{base}/proposals", form)
    here = f"{base}/proposals/{approving.waiting(expo.id)[0].id}"
    assert one.post(f"{here}/approve").status_code == 409
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}/approve").status_code == 404
    assert "Approve" in two.get(here).text
    two.post(f"{here}/approve")
    answer = one.post(f"{here}/publish")

    assert answer.location.endswith("/organise/releases/2")
    db.session.expire_all()
    assert released.content(talk.session_id).title == "Another"


def by_two():
    talk = a.a_session()
    programme.let_second_approve(conference=talk.session.conference, wanted=True)
    return talk


def move(occurrence, by: timedelta) -> None:
    draft = draft_of_occurrence(occurrence)
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=replace(draft, starts_at=draft.starts_at + by, ends_at=draft.ends_at + by),
    )


def retitle(occurrence, title: str) -> None:
    programme.edit_session(
        session=occurrence.session, draft=replace(draft_of_session(occurrence.session), title=title)
    )

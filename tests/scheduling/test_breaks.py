"""Time that sessions leave free: kept by the timetable at once, shown by a release, copied with the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from expo.copies import conferences as copies
from expo.core import checks
from expo.core.db import transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.programme import actions
from expo.programme.models import Conference, Occurrence
from expo.programme.refusals import Clashes
from expo.programme.repeating import Reach
from expo.programme.values import draft_of_occurrence
from expo.programme.words import Visibility
from expo.publishing import actions as publishing
from expo.publishing import approving, covering
from expo.publishing import breaks as released
from expo.publishing.refusals import NeedsApproval, NothingToPublish
from expo.scheduling import boards, breaks, clashes, moving
from expo.scheduling.breaks import BreakDraft
from expo.scheduling.words import ClashRule
from tests import factories as a
from tests.counting import statements
from tests.factories import tomorrow_at

pytestmark = [pytest.mark.feature("P8"), pytest.mark.usefixtures("app")]
HOUR = timedelta(hours=1)


def lunch(conference: Conference, hour: int = 12, **changes: object) -> BreakDraft:
    starts = tomorrow_at(hour)
    return replace(BreakDraft("Lunch", starts, starts + HOUR), **changes)  # type: ignore[arg-type]


def rules_of(occurrence: Occurrence) -> set[ClashRule]:
    board = boards.with_demand(occurrence.expo_id)
    return {clash.rule for clash in clashes.find(board, [occurrence.id]) if clash.open}


def put(occurrence: Occurrence, starts_at: datetime, keep: str = "") -> None:
    wanted = replace(draft_of_occurrence(occurrence), starts_at=starts_at, ends_at=starts_at + HOUR)
    actions.edit_occurrence(occurrence=occurrence, draft=wanted, keep=keep)


def test_a_session_is_not_put_over_its_conferences_break_and_another_conferences_is():
    talk = a.a_session(starts_at=tomorrow_at(9), minutes=60, published=False)
    conference = talk.session.conference
    other = a.a_session(
        a.a_conference(conference.expo), starts_at=tomorrow_at(9), minutes=60, published=False
    )
    breaks.add(expo=conference.expo, conference=conference, draft=lunch(conference))

    put(talk, tomorrow_at(11))  # touching is no clash
    put(talk, tomorrow_at(13))
    put(other, tomorrow_at(12))
    with pytest.raises(Clashes) as no:
        put(talk, tomorrow_at(12, 30))
    (clash,) = no.value.facts["clashes"]  # type: ignore[misc]
    assert clash.rule is ClashRule.BREAK  # type: ignore[has-type]
    put(talk, tomorrow_at(12, 30), keep="A lunch talk.")
    assert list(checks.broken()) == []


def test_what_stops_the_city_stops_every_conference_but_not_what_is_online_or_elsewhere():
    talk = a.a_session(starts_at=tomorrow_at(12), minutes=60, published=False)
    expo = talk.session.conference.expo
    assert talk.room is not None
    draft = BreakDraft("The King's visit", tomorrow_at(11), tomorrow_at(13))
    with pytest.raises(Clashes) as no:
        breaks.add(expo=expo, conference=None, draft=draft)
    (clash,) = no.value.facts["clashes"]  # type: ignore[misc]
    assert clash.rule is ClashRule.BLOCKER  # type: ignore[has-type]
    (pause,) = breaks.add(expo=expo, conference=None, draft=draft, keep="It is the banquet itself.")
    assert rules_of(talk) == set()
    assert list(checks.broken()) == []

    breaks.change(pause=pause, draft=replace(draft, starts_at=tomorrow_at(10)), keep="Still the banquet.")
    with pytest.raises(Clashes):  # what is kept lapses with the facts
        put(talk, tomorrow_at(11, 30))
    fresh = a.a_session(a.a_conference(expo), starts_at=tomorrow_at(15), published=False)
    board = boards.of(expo.id)
    shut = moving.shut(board, fresh, (tomorrow_at(8), tomorrow_at(20)), board.places)
    assert {one.why for one in shut if one.rule is ClashRule.BLOCKER} == {"The King's visit"}


def test_a_break_in_some_rooms_leaves_the_others_alone():
    talk = a.a_session(starts_at=tomorrow_at(9), minutes=60, published=False)
    conference = talk.session.conference
    room = a.a_room(conference.expo)
    breaks.add(expo=conference.expo, conference=conference, draft=lunch(conference, rooms=(room.id,)))
    put(talk, tomorrow_at(12))
    assert rules_of(talk) == set()
    with pytest.raises(BadInput):
        elsewhere = a.a_room(a.an_expo())
        breaks.add(
            expo=conference.expo, conference=conference, draft=lunch(conference, rooms=(elsewhere.id,))
        )


def test_thirty_lunches_are_one_rule_at_the_same_time_of_the_clock_but_for_closed_days():
    conference = a.a_conference(time_zone="Europe/Stockholm", closed_dates=(date(2026, 10, 24),))
    starts = datetime(2026, 10, 20, 10, tzinfo=UTC)  # twelve o'clock, in summer time
    made = breaks.add(
        expo=conference.expo, conference=conference, draft=BreakDraft("Lunch", starts, starts + HOUR),
        until=date(2026, 10, 28), without=[date(2026, 10, 26)],
    )  # fmt: skip
    days = [one.starts_at.astimezone(conference.zone) for one in made]
    assert [day.day for day in days] == [20, 21, 22, 23, 25, 27, 28]
    assert {day.hour for day in days} == {12}

    later = replace(breaks.draft_of(made[3]), starts_at=made[3].starts_at + HOUR / 2)
    assert breaks.change(pause=made[3], draft=later, reach=Reach.FOLLOWING) == 4
    walls = [one.starts_at.astimezone(conference.zone) for one in made]
    assert [f"{wall:%H:%M}" for wall in walls] == ["12:00"] * 3 + ["12:30"] * 4
    with pytest.raises(ChangedMeanwhile):
        breaks.change(pause=made[3], draft=later, version=1)
    assert breaks.remove(pause=made[0], reach=Reach.ALL) == 7
    assert breaks.every(conference.expo_id) == []
    assert breaks.bring_back(pause=made[2]) == 7
    with pytest.raises(ChangedMeanwhile):
        breaks.remove(pause=made[3], version=made[3].version - 1)


def test_what_follows_a_cancelled_conference_comes_back_together():
    conference = a.a_conference()
    made = breaks.add(
        expo=conference.expo, conference=conference, draft=lunch(conference),
        until=(tomorrow_at(12) + timedelta(days=2)).date(),
    )  # fmt: skip
    with transaction():
        breaks.follow(conference=conference, day=None, days=None)
    assert len({one.removed_at for one in made}) == 1
    assert breaks.bring_back(pause=made[1]) == 3


def test_a_release_shows_breaks_with_the_rest_and_takes_them_away_again():
    talk = a.a_session(starts_at=tomorrow_at(9), minutes=60)
    conference, expo = talk.session.conference, talk.session.conference.expo
    (pause,) = breaks.add(expo=expo, conference=conference, draft=lunch(conference))
    breaks.add(
        expo=expo, conference=None, draft=BreakDraft("Quiet", tomorrow_at(2), tomorrow_at(3), is_listed=False)
    )
    assert released.listed(expo) == ()

    first = publishing.publish(expo=expo, conference=conference)
    assert [change["kind"] for change in first.changes] == ["new"]
    assert [one.title for one in released.listed(expo)] == ["Lunch"]
    breaks.change(pause=pause, draft=lunch(conference, hour=13))
    assert released.listed(expo)[0].starts_at == tomorrow_at(12)
    day = tomorrow_at(12).astimezone(conference.zone).date()
    assert [change["kind"] for change in publishing.publish(expo=expo, day=day).changes] == ["moved"]
    breaks.remove(pause=pause)
    assert [change["kind"] for change in publishing.publish(expo=expo).changes] == ["cancelled"]
    assert released.listed(expo) == ()
    with pytest.raises(NothingToPublish):
        publishing.publish(expo=expo)


def test_who_asks_for_a_second_person_has_breaks_approved_too():
    conference = a.a_conference()
    actions.let_second_approve(conference=conference, wanted=True)
    breaks.add(expo=conference.expo, conference=conference, draft=lunch(conference))
    with pytest.raises(NeedsApproval):
        publishing.publish(expo=conference.expo)
    scope = covering.scope_of(conference=conference)
    assert len(approving.propose(expo=conference.expo, scope=scope).changes) == 1


def test_strangers_see_no_breaks_of_what_is_hidden_and_no_rooms_of_what_is_for_guests():
    expo = a.an_expo()
    room = a.a_room(expo)
    for visibility in Visibility:
        conference = a.a_conference(expo, visibility=visibility)
        title = visibility.value
        breaks.add(expo=expo, conference=conference, draft=lunch(conference, title=title, rooms=(room.id,)))
    publishing.publish(expo=expo)
    assert {(one.title, one.rooms) for one in released.listed(expo)} == {
        ("public", (room.id,)), ("registered", ()),
    }  # fmt: skip


def test_a_copied_conference_has_its_breaks_on_the_new_days_and_asks_as_often_for_many_as_for_few():
    asked, counts = [], []
    for days in (1, 6):
        conference = a.a_conference()
        until = (tomorrow_at(12) + timedelta(days=days)).date()
        breaks.add(expo=conference.expo, conference=conference, draft=lunch(conference), until=until)
        breaks.add(expo=conference.expo, conference=conference, draft=lunch(conference, hour=15))
        week = timedelta(days=7)
        draft = copies.draft_like(conference, title="Again", starts_on=conference.starts_on + week)
        parts = [copies.Part.SESSIONS]
        with statements() as seen:
            made = copies.copy(source=conference, expo=conference.expo, draft=draft, parts=parts).conference
        asked.append(sum(each.startswith("SELECT") for each in seen))
        copied = breaks.of_conference(conference.expo_id, made.id)
        was = tomorrow_at(12).astimezone(conference.zone).replace(tzinfo=None)
        assert copied[0].starts_at.astimezone(conference.zone).replace(tzinfo=None) == was + week
        series = [one.series for one in copied if one.series]
        assert len(set(series)) == 1
        counts.append((len(copied), len(series)))
    assert counts == [(3, 2), (8, 7)]
    assert asked[0] == asked[1]

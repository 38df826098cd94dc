"""A tour on thirty days is one rule; then each time stands alone, or moves with the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from expo.core.refusals import BadInput
from expo.programme import queries as programme
from expo.programme import repeating
from expo.programme.models import Occurrence
from expo.programme.refusals import Clashes
from expo.programme.repeating import Every, Reach, Rule
from expo.programme.values import draft_of_occurrence
from tests import factories as a

pytestmark = pytest.mark.feature("P8")
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def a_tour() -> Occurrence:
    """At ten on the Friday before the clocks go forward."""
    expo = a.an_expo(starts_on=date(2027, 3, 20), ends_on=date(2027, 4, 20))
    conference = a.a_conference(expo)
    return a.a_session(
        conference, starts_at=datetime(2027, 3, 26, 9, tzinfo=UTC), code="TOUR", published=False
    )


def clocks(tour: Occurrence) -> list[str]:
    times = programme.occurrences(tour.session_id)
    return [
        f"{time.starts_at.astimezone(STOCKHOLM):%d %H:%M}"
        for time in times
        if time.starts_at and not time.cancelled_at
    ]


def test_a_rule_keeps_the_clock_over_the_night_it_changes_and_leaves_days_out(app):
    tour = a_tour()

    added = repeating.repeat(occurrence=tour, rule=Rule(Every.DAY, count=5, without=(date(2027, 3, 29),)))

    assert clocks(tour) == ["26 10:00", "27 10:00", "28 10:00", "30 10:00"]
    assert len({one.uid for one in [tour, *added]}) == 4
    assert all(
        one.ends_at - one.starts_at == timedelta(hours=1) for one in added if one.ends_at and one.starts_at
    )


def test_weekdays_and_a_last_day(app):
    tour = a_tour()

    repeating.repeat(occurrence=tour, rule=Rule(Every.WEEK, weekdays=(1, 4), until=date(2027, 4, 6)))

    assert clocks(tour) == ["26 10:00", "30 10:00", "02 10:00", "06 10:00"]


def test_the_same_rule_again_adds_nothing(app):
    tour = a_tour()
    rule = Rule(Every.DAY, count=3)
    repeating.repeat(occurrence=tour, rule=rule)

    assert repeating.repeat(occurrence=tour, rule=rule) == []


@pytest.mark.parametrize(
    "rule", [Rule(Every.DAY), Rule(Every.DAY, until=date(2031, 1, 1)), Rule(Every.DAY, step=0, count=2)]
)
def test_a_rule_without_end_is_refused(app, rule):
    with pytest.raises(BadInput):
        repeating.repeat(occurrence=a_tour(), rule=rule)


def test_a_time_that_the_clocks_skip_says_which_day_to_leave_out(app):
    tour = a_tour()
    night = replace(
        draft_of_occurrence(tour),
        starts_at=datetime(2027, 3, 27, 1, 30, tzinfo=UTC),
        ends_at=datetime(2027, 3, 27, 3, tzinfo=UTC),
    )
    repeating.change(occurrence=tour, draft=night, reach=Reach.THIS)

    with pytest.raises(BadInput, match="2027-03-28"):
        repeating.repeat(occurrence=tour, rule=Rule(Every.DAY, count=3))


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (Reach.THIS, ["26 10:00", "27 11:30", "28 10:00"]),
        (Reach.FOLLOWING, ["26 10:00", "27 11:30", "28 11:30"]),
        (Reach.ALL, ["26 11:30", "27 11:30", "28 11:30"]),
    ],
)
def test_a_change_reaches_as_far_as_was_said(app, reach, expected):
    tour = a_tour()
    second, third = repeating.repeat(occurrence=tour, rule=Rule(Every.DAY, count=3))
    draft = draft_of_occurrence(second)
    later = timedelta(minutes=90)
    moved = replace(draft, starts_at=draft.starts_at + later, ends_at=draft.ends_at + later, seats=12)

    count = repeating.change(occurrence=second, draft=moved, reach=reach)

    assert clocks(tour) == expected
    assert count == sum(time.endswith("11:30") for time in expected)
    assert third.seats == (20 if reach is Reach.THIS else 12)


def test_one_clash_of_many_keeps_all_as_they_were(app):
    tour = a_tour()
    repeating.repeat(occurrence=tour, rule=Rule(Every.DAY, count=3))
    a.a_session(
        tour.session.conference,
        starts_at=datetime(2027, 3, 28, 10, tzinfo=UTC),
        room=tour.room,
        published=False,
    )
    draft = draft_of_occurrence(tour)
    later = timedelta(hours=2)

    with pytest.raises(Clashes):
        repeating.change(
            occurrence=tour,
            draft=replace(draft, starts_at=draft.starts_at + later, ends_at=draft.ends_at + later),
            reach=Reach.ALL,
        )

    assert clocks(tour) == ["26 10:00", "27 10:00", "28 10:00"]


def test_all_that_follow_are_cancelled_together(app):
    tour = a_tour()
    second, _third = repeating.repeat(occurrence=tour, rule=Rule(Every.DAY, count=3))

    assert repeating.cancel(occurrence=second, reach=Reach.FOLLOWING, why="ill") == 2

    assert clocks(tour) == ["26 10:00"]

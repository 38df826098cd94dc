"""A conference or an expo once more: the same shape on other days, and nobody in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from expo.copies import conferences as copies
from expo.copies import expos as editions
from expo.copies.conferences import Part
from expo.programme import actions, naming, places
from expo.programme import members as team_queries
from expo.programme import queries as programme
from expo.programme.drafts import Billing, SessionDraft
from expo.programme.models import AppearanceRole
from expo.programme.values import draft_of_conference
from expo.programme.words import Role, SessionState
from expo.questions import actions as questions
from expo.questions import queries as question_queries
from expo.questions.actions import QuestionDraft
from expo.questions.models import Kind
from expo.registration import queries as tickets
from tests import factories as a
from tests.counting import statements

pytestmark = pytest.mark.feature("P1")


def an_original():
    """Two weeks before the clocks go forward in Stockholm."""
    expo = a.an_expo(starts_on=date(2027, 3, 8), ends_on=date(2027, 3, 21))
    conference = a.a_conference(expo, title="Water", starts_on=date(2027, 3, 15), ends_on=date(2027, 3, 16),
                                closed_dates=(date(2027, 3, 16),), series="Water days", series_number=4)  # fmt: skip
    time = a.a_session(
        conference, code="W-1", track="Rain", seats=30, starts_at=datetime(2027, 3, 15, 9, tzinfo=UTC)
    )
    actions.bill(session=time.session, billings=[Billing(a.a_speaker(expo).id, "speaker")])
    actions.create_session(conference=conference, draft=SessionDraft("Part", "breakout"), parent=time.session)
    kind = a.a_ticket_type(conference, "Delegate", valid_days=("2027-03-15",), quota=80)
    a.a_registration(a.a_person(expo), conference)
    questions.save_question(
        conference=conference,
        draft=QuestionDraft(
            Kind.TEXT,
            {"en": "Why?"},
            {"en": "To know"},
            date(2027, 6, 1),
            ticket_type_ids=frozenset({kind.id}),
        ),
    )
    a.an_organiser(expo, Role.SCHEDULER, conference)
    return conference


def test_a_copy_keeps_the_clock_on_other_days_and_nobody_in_it(app):
    source = an_original()
    draft = copies.draft_like(source, title="Water again", starts_on=date(2027, 3, 29))

    copied = copies.copy(source=source, expo=source.expo, draft=draft, parts=list(Part))

    made = copied.conference
    assert (made.starts_on, made.ends_on, made.closed_dates) == (
        date(2027, 3, 29),
        date(2027, 3, 30),
        ["2027-03-30"],
    )
    assert (made.series, made.series_number) == ("Water days", 5)
    assert copied.counts == dict.fromkeys(Part, 1) | {Part.SESSIONS: 2}
    first, part = programme.sessions(made.expo_id, [made.id])
    assert (first.state, first.track.name, part.parent_id) == (SessionState.DRAFT, "Rain", first.id)
    time = programme.occurrences(first.id)[0]
    # Ten o'clock in Stockholm both times, in UTC an hour earlier after the clocks went forward.
    assert time.starts_at == datetime(2027, 3, 29, 8, tzinfo=UTC)
    assert (time.seats, time.room_id) == (30, programme.occurrence(made.expo_id, "W-1").room_id)
    assert programme.appearances(first.id) == []
    kind = tickets.every_of(made.id)[0]
    assert (kind.valid_days, kind.pool.capacity, kind.pool.taken) == (["2027-03-29"], 80, 0)
    question = question_queries.of_conference(made.id)[0]
    assert (question.keep_until, question.ticket_type_ids) == (date(2027, 6, 15), [kind.id])
    assert [one.role for one in team_queries.of(made.expo_id, made.id)] == [Role.SCHEDULER]


def test_only_what_was_chosen_is_copied(app):
    source = an_original()
    draft = copies.draft_like(source, title="Empty", starts_on=source.starts_on)

    made = copies.copy(source=source, expo=source.expo, draft=draft, parts=[Part.TRACKS]).conference

    assert [track.name for track in programme.tracks(made.id)] == ["Rain"]
    assert programme.sessions(made.expo_id, [made.id]) == []
    assert tickets.every_of(made.id) == []
    assert team_queries.of(made.expo_id, made.id) == []


def test_the_next_edition_has_places_names_and_conferences_of_its_own(app):
    source = an_original()
    expo = source.expo
    child = a.a_conference(expo, title="Child", starts_on=source.starts_on, ends_on=source.ends_on)
    actions.save_conference(expo=expo, draft=draft_of_conference(child, []), conference=child, parent=source)
    host = naming.make(AppearanceRole, expo=expo, name="Greeter", names={"sv": "Värd vid dörren"})
    naming.count_in_clashes(role=host, counts=False)
    places.find_or_create_area(expo, "Harbour")

    copied = editions.copy(
        source=expo,
        slug="next",
        name="Next",
        starts_on=date(2028, 3, 6),
        parts=list(Part),
        owner=a.an_account(),
    )

    made = copied.expo
    assert (made.starts_on, made.ends_on) == (date(2028, 3, 6), date(2028, 3, 19))
    assert (copied.conferences, copied.rooms) == (2, 1)
    assert [area.name for area in programme.areas(made.id)] == ["Harbour"]
    water, child = (programme.conference(made.id, slug) for slug in (source.slug, child.slug))
    assert child.parent_id == water.id
    assert water.series_number == 4
    time = programme.occurrences(programme.sessions(made.id, [water.id])[0].id)[0]
    assert time.room.expo_id == made.id
    greeter = next(role for role in programme.roles(made.id) if role.name == "Greeter")
    assert (greeter.counts, greeter.names) == (False, {"sv": "Värd vid dörren"})


def test_a_copy_that_cannot_be_leaves_nothing(app):
    source = an_original()
    before = len(programme.conferences(source.expo_id))
    draft = replace(
        copies.draft_like(source, title="Too early", starts_on=source.starts_on),
        ends_on=source.starts_on - timedelta(days=1),
    )

    with pytest.raises(Exception, match="ends before it starts"):
        copies.copy(source=source, expo=source.expo, draft=draft, parts=list(Part))

    assert len(programme.conferences(source.expo_id)) == before


def test_a_large_conference_costs_few_statements_more_than_a_small_one(app):
    """While it is made, nobody else writes on SQLite: the database is asked by the list, and told by the row."""
    expo, costs = a.an_expo(starts_on=date(2027, 3, 8), ends_on=date(2027, 3, 21)), []
    for size in (3, 12):
        source = a.a_conference(
            expo, title=f"Size {size}", starts_on=date(2027, 3, 15), ends_on=date(2027, 3, 16)
        )
        for number in range(size):
            actions.create_session(conference=source, draft=SessionDraft(f"S {number}", "talk", track="Rain"))
        draft = copies.draft_like(source, title=f"Again {size}", starts_on=date(2027, 3, 18))
        with statements() as asked:
            copied = copies.copy(source=source, expo=expo, draft=draft, parts=[Part.SESSIONS])
        costs.append(len(asked))
        assert copied.counts[Part.SESSIONS] == size
    assert costs[1] - costs[0] <= 2 * 9  # SQLite inserts a session and its trace, each by itself


def test_codes_of_a_copy_avoid_what_others_have(app):
    expo = a.an_expo(starts_on=date(2027, 3, 8), ends_on=date(2027, 3, 21))
    source = a.a_conference(expo, title="Water", starts_on=date(2027, 3, 15), ends_on=date(2027, 3, 16))
    for number in range(3):
        actions.create_session(conference=source, draft=SessionDraft(f"S {number}", "talk"))
    actions.create_session(conference=source, draft=SessionDraft("Odd", "talk"), code="WA-002")
    draft = copies.draft_like(source, title="Water again", starts_on=date(2027, 3, 18))

    made = copies.copy(source=source, expo=expo, draft=draft, parts=[Part.SESSIONS]).conference

    assert [line.code for line in programme.session_lines(expo.id, [made.id])] == [
        "WA-001", "WA-003", "WA-004", "WA-005",
    ]  # fmt: skip

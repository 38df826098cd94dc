"""The desk's filter: whom it finds, how many, and that nothing is found by what the reader may not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.core import checks, clock
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.desk import actions, deciding, filters, queries
from expo.desk.filters import PeopleFilter, Scope, Sort
from expo.programme.models import Conference
from expo.programme.teams import Rights
from expo.programme.words import Role
from expo.registration.models import Category, Registration, RegistrationState
from tests import factories as a

pytestmark = [pytest.mark.feature("O1"), pytest.mark.usefixtures("app")]


def everything(*conferences: Conference) -> Scope:
    ids = tuple(one.id for one in conferences)
    return Scope(ids, frozenset(ids), frozenset(ids), frozenset(ids))


def register(conference: Conference, ticket: str = "Visitor", **person: str) -> Registration:
    values = {"name": "Ada", "email": "ada@example.org", "language": "en", **person}
    newcomer = accounts.create_person(expo_id=conference.expo_id, **values)
    kinds = {kind.name: kind for kind in queries.ticket_types([conference.id])}
    kind = kinds.get(ticket) or a.a_ticket_type(
        conference, ticket, needs_approval=ticket == "City", category=Category.CITY if ticket == "City" else Category.VISITOR
    )  # fmt: skip
    return a.a_registration(newcomer, conference, kind)


def names(scope: Scope, wish: PeopleFilter) -> list[str]:
    return [one.person.name for one in queries.page(scope, wish, most=100)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ostrom", "Åsa Öström"),
        ("ÅSA", "Åsa Öström"),
        ("guðlaug", "Þórdís Guðlaugsdóttir"),
        ("thordis", "Þórdís Guðlaugsdóttir"),
        ("пётр", "Пётр Ильич"),
        ("петр", "Пётр Ильич"),
        ("αθηνα", "Ελένη"),
        ("山田", "山田 太郎"),
        ("محمد", "محمد علي"),
        ("lodz", "Grzegorz"),
        ("urzad miasta", "Grzegorz"),
        ("miasta grzegorz", "Grzegorz"),
        ("desk+4@", "Grzegorz"),
    ],
)
def test_people_are_found_in_any_script_by_name_organisation_city_and_address(words: str, found: str):
    conference = a.a_conference()
    register(conference, name="Åsa Öström", email="a1@example.org")
    register(conference, name="Þórdís Guðlaugsdóttir", email="a2@example.org")
    register(conference, name="Пётр Ильич", email="a3@example.org")
    register(conference, name="Ελένη", city="Αθήνα", email="a5@example.org")
    register(conference, name="山田 太郎", email="a6@example.org")
    register(conference, name="محمد علي", email="a7@example.org")
    register(
        conference, name="Grzegorz", organisation="Urząd Miasta Łodzi", city="Łódź", email="desk+4@example.org"
    )  # fmt: skip

    assert names(everything(conference), PeopleFilter(words)) == [found]


def test_a_changed_name_is_found_by_its_new_words():
    conference = a.a_conference()
    ada = register(conference, name="Ada").person
    with transaction():
        ada.organisation = "Ångbåtsbryggan"

    assert names(everything(conference), PeopleFilter("angbat")) == ["Ada"]


def test_whoever_may_not_read_addresses_and_notes_finds_nobody_by_them():
    conference = a.a_conference()
    one = register(conference, email="secret@example.org")
    actions.note(registration=one, text="Has asked for a quiet room")
    blind = Scope((conference.id,))

    assert names(everything(conference), PeopleFilter("secret@")) == ["Ada"]
    assert names(blind, PeopleFilter("secret@")) == []
    assert names(everything(conference), PeopleFilter(noted=True)) == ["Ada"]
    assert names(blind, PeopleFilter(noted=True)) == []
    assert filters.facets(blind, PeopleFilter()).noted == 0


def test_each_filter_counts_what_choosing_it_would_leave():
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    waits = register(conference, "City", name="Wilma", country="SE")
    register(conference, "Visitor", name="Viggo", country="SE")
    register(conference, "Visitor", name="Vera", country="FI")
    register(other, "Visitor", name="Olga", country="SE")
    tag = actions.make_tag(expo_id=conference.expo_id, word="VIP", colour=3)
    actions.tag(registrations=[waits], tag=tag)
    with transaction():
        db.session.execute(sa.update(Registration).values(state_since=clock.now() - timedelta(days=5)))
    scope = everything(conference)

    every = filters.facets(scope, PeopleFilter())
    assert (every.total, every.state, every.country) == (
        3,
        {RegistrationState.SUBMITTED: 1, RegistrationState.CONFIRMED: 2},
        {"SE": 2, "FI": 1},
    )
    assert (every.category, every.tag) == ({Category.CITY: 1, Category.VISITOR: 2}, {tag.id: 1})
    assert {days: every.waiting[days] for days in filters.WAITING_DAYS} == {1: 1, 3: 1, 7: 0, 14: 0}
    for wish in (
        PeopleFilter(country="SE"),
        PeopleFilter(state=RegistrationState.CONFIRMED, country="SE"),
        PeopleFilter(tag=tag.id),
        PeopleFilter(waiting=3),
        PeopleFilter(waiting=7),
        PeopleFilter(ticket=waits.ticket_type_id),
        PeopleFilter(category=Category.VISITOR),
        PeopleFilter("v"),
    ):
        facets = filters.facets(scope, wish)
        assert facets.total == queries.count(scope, wish) == len(names(scope, wish)), wish
        # What stands beside a choice is what choosing it finds.
        for state, count in facets.state.items():
            assert queries.count(scope, replace(wish, state=state)) == count, (wish, state)
        for country, count in facets.country.items():
            assert queries.count(scope, replace(wish, country=country)) == count, (wish, country)
        for days in filters.WAITING_DAYS:
            assert queries.count(scope, replace(wish, waiting=days)) == facets.waiting[days], (wish, days)
        assert queries.count(scope, replace(wish, tag=tag.id)) == facets.tag[tag.id], wish
        assert facets.everybody == queries.count(scope, replace(wish, state=None)), wish
    assert names(scope, PeopleFilter(sort=Sort.NAME)) == ["Vera", "Viggo", "Wilma"]
    assert names(scope, PeopleFilter(sort=Sort.NEWEST)) == ["Vera", "Viggo", "Wilma"]
    assert names(scope, PeopleFilter()) == ["Wilma", "Vera", "Viggo"]


def test_a_tag_is_one_word_however_it_is_written_and_sticks_once():
    conference = a.a_conference()
    one, two = register(conference), register(conference, name="Bo", email="bo@example.org")
    tag = actions.make_tag(expo_id=conference.expo_id, word="  Värd ", colour=99)
    again = actions.make_tag(expo_id=conference.expo_id, word="VARD", colour=2)

    assert (again.id, tag.word, tag.colour) == (tag.id, "Värd", 1)
    assert actions.tag(registrations=[one, two], tag=tag) == 2
    assert actions.tag(registrations=[one, two], tag=tag) == 0
    assert actions.untag(registrations=[two], tag=tag) == 1
    assert [kept.word for kept in queries.tags_of([one.id, two.id])[one.id]] == ["Värd"]
    with pytest.raises(BadInput):
        actions.make_tag(expo_id=conference.expo_id, word=" ")
    assert [found for _promise, found in checks.broken()] == []


def test_notes_are_part_of_what_is_known_of_a_person():
    conference = a.a_conference()
    one = register(conference)
    kept = actions.note(registration=one, text="Needs a lift")
    actions.note(registration=one, text="Was on the telephone")

    assert [note.text for note in queries.notes_about(one.person_id)] == [
        "Needs a lift",
        "Was on the telephone",
    ]
    actions.remove_note(registration=one, note=kept)
    assert [note.text for note in queries.notes(one.id)] == ["Was on the telephone"]
    with pytest.raises(BadInput):
        actions.note(registration=one, text=" \n ")
    with transaction():
        actions.forget_person(person_id=one.person_id)
    assert queries.notes_about(one.person_id) == []


def test_one_that_cannot_be_approved_keeps_no_other_waiting_and_hears_nothing():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "City", needs_approval=True, quota=1)
    rows = [a.a_registration(a.a_person(conference.expo), conference, kind) for _number in range(3)]
    before = len(queries.letters_about(rows[1].id))

    decided = deciding.decide(rows, Rights(frozenset({Role.OWNER})), note="Welcome")

    assert [one.id for one in decided.done] == [rows[0].id]
    assert [one.id for one, _no in decided.refused] == [rows[1].id, rows[2].id]
    assert rows[0].reason == "Welcome"
    # A refused action queues nothing.
    assert len(queries.letters_about(rows[1].id)) == before
    assert "Welcome" in queries.letters_about(rows[0].id)[0].body

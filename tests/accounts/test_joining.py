"""Two persons of one address who are one human: brought together by whoever reads the mailbox, by nothing else."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.accounts import claiming, joining
from expo.accounts.models import Person
from expo.accounts.refusals import NotOneHuman
from expo.badge import queries as badges
from expo.badge.models import BadgeState
from expo.booking import actions as booking
from expo.booking import clashes
from expo.booking import queries as bookings
from expo.checkin import attentions
from expo.checkin.models import Entitlement
from expo.core import checks
from expo.core.db import Base, db, transaction
from expo.core.personal import ERASED
from expo.favourites import actions as favourites
from expo.questions import queries as questions
from expo.registration import queries as registrations
from expo.registration.models import Registration
from expo.registration.refusals import AlreadyRegistered, NotOnSale
from tests import factories as a
from tests.checkin import doors as at
from tests.delegations.sending import a_city_ticket, a_delegation, nominate
from tests.questions.asking import a_question, registered

pytestmark = [pytest.mark.feature("R1"), pytest.mark.usefixtures("app")]
EMAIL = "asa@example.org"


import_module("expo.privacy.models")  # as in the whole of it
NAMING = [
    key.parent
    for table in Base.metadata.tables.values()
    for key in table.foreign_keys
    if key.column.table.name == "persons"
]


def a_person(expo, name: str = "Åsa Öhrström", email: str = EMAIL) -> Person:
    return accounts.create_person(expo_id=expo.id, name=name, email=email, language="sv")


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def points_to(person_id: int) -> set[str]:
    """Every column of the database in which this person still stands."""
    return {
        str(column)
        for column in NAMING
        if db.session.scalar(sa.select(sa.func.count()).where(column == person_id))
    }


def test_a_column_that_names_a_person_goes_over_or_is_said_to_stay():
    """A new table that names persons fails here until its room says how that goes over."""
    expo = a.an_expo()
    kept, gone = a_person(expo), a_person(expo)
    moved: set[str] = set()

    def see(_connection, _cursor, statement: str, *_more: object) -> None:
        found = re.match(r"UPDATE (\w+) SET (\w+)=", statement)
        if found:
            moved.add(f"{found[1]}.{found[2]}")

    sa.event.listen(db.engine, "before_cursor_execute", see)
    joining.join(kept=kept, gone=gone)
    sa.event.remove(db.engine, "before_cursor_execute", see)

    # Who was erased, who is whom; a sealed name is bound to its row and sealed anew (tests/privacy).
    stays = {"erasures.person_id", "persons.joined_to_id", "protected_identities.person_id"}
    assert {str(column) for column in NAMING} - moved == stays


def test_all_that_was_the_ones_is_the_others_and_one_badge_opens_it():
    expo = a.an_expo()
    first, second = a.a_conference(expo), a.a_conference(expo)
    kind = a.a_ticket_type(second, price_minor=0)
    question = a_question(second)
    for conference in (first, second):
        at.a_zone(expo, conference)
    kept, gone = a_person(expo), a_person(expo, "Asa Ohrstrom")
    a.a_registration(kept, first)
    theirs = registered(kind, {question: "Herring"}, person=gone)
    morning, same_time = a.a_session(first), a.a_session(second)
    booking.book_seat(person=kept, occurrence_id=morning.id)
    booking.book_seat(person=gone, occurrence_id=same_time.id)
    favourites.keep(person=gone, occurrence_ids=[morning.id])
    favourites.keep(person=kept, occurrence_ids=[morning.id])
    attentions.put(person=gone, text="Has a dog", blocks=False)
    code = badges.code_of(badges.active_badge(expo.id, kept.id))
    other = badges.active_badge(expo.id, gone.id)
    gone_id = gone.id

    joining.join(kept=kept, gone=gone)

    assert [one.conference_id for one in registrations.of_person(kept.id)] == [first.id, second.id]
    assert questions.answers_of([theirs.id])[theirs.id][question.id].value == "Herring"
    assert {one.occurrence_id for one in bookings.of_person(kept.id)} == {morning.id, same_time.id}
    assert len(clashes.of_person(kept.id)) == 1  # what clashes is known from now on
    assert badges.code_of(badges.active_badge(expo.id, kept.id)) == code
    assert other.state is BadgeState.REPLACED
    opened = sa.select(sa.func.count(Entitlement.zone_id.distinct())).where(Entitlement.person_id == kept.id)
    assert db.session.scalar(opened) == 2
    assert attentions.live(expo.id, kept.id).text == "Has a dog"
    gone = db.session.get_one(Person, gone_id)
    assert (gone.name, gone.email, gone.joined_to_id) == (ERASED, None, kept.id)
    assert points_to(gone_id) == set()
    nothing_is_broken()
    with pytest.raises(NotOneHuman):
        joining.join(kept=kept, gone=gone)
    with pytest.raises(NotOnSale):  # a form that was open meanwhile
        a.a_registration(gone, a.a_conference(expo))


def test_verify_finds_what_is_left_with_somebody_who_turned_out_to_be_another_one():
    conference = a.a_conference()
    kept, gone = a_person(conference.expo), a_person(conference.expo)
    joining.join(kept=kept, gone=gone)
    registration = a.a_registration(kept, conference)
    with transaction():
        registration.person_id = gone.id

    assert [promise.rule for promise, found in checks.broken() if f"person {gone.id} turned" in found] == [
        "2"
    ]


def test_without_a_badge_of_their_own_they_have_the_others_with_its_code_and_the_delegation_knows_them():
    expo = a.an_expo()
    ticket = a_city_ticket(a.a_conference(expo))
    turin = a_delegation(ticket)
    nominee = nominate(turin, ticket, email=EMAIL)
    gone = db.session.get_one(Person, nominee.person_id)
    code = badges.code_of(badges.active_badge(expo.id, gone.id))
    kept = a_person(expo)

    joining.join(kept=kept, gone=gone)

    assert badges.code_of(badges.active_badge(expo.id, kept.id)) == code
    assert nominee.person_id == kept.id
    assert kept.organisation == "Turin"
    nothing_is_broken()


def test_two_who_both_come_to_one_conference_stay_two_until_one_has_withdrawn():
    conference = a.a_conference()
    kept, gone = a_person(conference.expo), a_person(conference.expo)
    for person in (kept, gone):
        a.a_registration(person, conference)

    with pytest.raises(AlreadyRegistered):
        joining.join(kept=kept, gone=gone)

    assert db.session.scalar(sa.select(sa.func.count(Registration.person_id.distinct()))) == 2
    assert gone.email == EMAIL
    nothing_is_broken()


def test_nobody_is_brought_together_by_a_name_or_across_expos_or_out_of_an_account():
    expo = a.an_expo()
    kept = a_person(expo)
    owned = a.a_person(expo, "Åsa Öhrström", account=a.an_account())
    owned.email = EMAIL
    for other in (a_person(expo, email="another@example.org"), a_person(a.an_expo()), kept, owned):
        with pytest.raises(NotOneHuman):
            joining.join(kept=kept, gone=other)


def test_only_whoever_has_shown_that_the_address_is_theirs_is_asked_and_nothing_happens_before(browser):
    conference = a.a_conference()
    kept, gone = a_person(conference.expo), a_person(conference.expo, "Elsa")
    stranger = a_person(conference.expo, "Mallory", "mallory@example.org")
    a.a_registration(gone, conference)
    path = f"/{conference.expo.slug}/my/speak-for/{gone.id}/join"
    for who in (kept, stranger):  # whoever typed an address has not shown that they read it
        assert browser(who).get(path).status_code == 404
        assert browser(who).post(path).status_code == 404
    account = accounts.create_account(email=EMAIL, name="Åsa")
    claiming.gather(account=account, first=kept)
    mine = browser(account)

    assert "This is me, too" in mine.get(f"/{conference.expo.slug}/my").text
    page = mine.get(path).text
    assert conference.title in page
    assert "cannot be undone" in page
    assert db.session.get_one(Person, gone.id).joined_to_id is None
    assert mine.post(path).status_code == 303
    assert mine.post(path).status_code == 404

    told = mine.get(f"/{conference.expo.slug}/my").text
    assert conference.title in told
    assert "You also speak for" not in told
    nothing_is_broken()

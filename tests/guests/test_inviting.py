from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from expo.booking import alternatives
from expo.booking.actions import book_seat, cancel
from expo.booking.refusals import BookingClosed, InvitationOnly
from expo.core import checks, clock
from expo.core.db import transaction
from expo.core.refusals import BadInput
from expo.guests import actions, queries
from expo.guests.refusals import AllSeatsOfInvitationTaken, InvitationUsed, NoSuchInvitation
from expo.mail import outbox
from expo.organisations.models import Organisation
from expo.programme.terms import set_terms
from expo.programme.values import draft_of_occurrence
from expo.programme.words import Admission, Visibility
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate

HOUR = timedelta(hours=1)

pytestmark = [pytest.mark.feature("B7"), pytest.mark.usefixtures("app")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def a_dinner(conference=None, **changes):
    values = {"visibility": Visibility.INVITATION, "admission": Admission.INVITATION, "seats": 10}
    return a.a_session(conference or a.a_conference(), title="Dinner", **{**values, **changes})


def somebody(conference, **changes):
    person = a.a_person(conference.expo, **changes)
    a.a_registration(person, conference)
    return person


@pytest.mark.feature("B9")
def test_who_is_invited_is_offered_other_times_of_it_and_nobody_else_is():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    again = a.tomorrow_at(19)
    second = a.programme.create_occurrence(
        session=dinner.session,
        draft=replace(draft_of_occurrence(dinner), starts_at=again, ends_at=again + HOUR),
    )
    a.publish(conference.expo)
    ada, grace = somebody(conference), somebody(conference)
    actions.invite_person(session=dinner.session, person=ada)

    def offered(person):
        found = alternatives.of(conference.expo_id, dinner.id, person_id=person.id, tickets={conference.id})
        return [each.occurrence_id for each in found]

    assert offered(ada) == [second.id]
    assert offered(grace) == []


def test_only_who_is_invited_books():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    ada, grace = somebody(conference), somebody(conference)
    assert actions.invite_person(session=dinner.session, person=ada)
    assert not actions.invite_person(session=dinner.session, person=ada)

    book_seat(person=ada, occurrence_id=dinner.id)
    with pytest.raises(InvitationOnly):
        book_seat(person=grace, occurrence_id=dinner.id)

    assert dinner.pool.taken == 1
    nothing_is_broken()


def test_seats_of_a_public_session_may_be_by_invitation_alone():
    conference = a.a_conference()
    tour = a_dinner(conference, visibility=Visibility.PUBLIC)
    ada, grace = somebody(conference), somebody(conference)
    actions.invite_person(session=tour.session, person=ada)

    book_seat(person=ada, occurrence_id=tour.id)
    with pytest.raises(InvitationOnly):
        book_seat(person=grace, occurrence_id=tour.id)


def test_what_is_hidden_is_for_nobody_however_invited():
    conference = a.a_conference()
    secret = a_dinner(conference, visibility=Visibility.HIDDEN)
    ada = somebody(conference)
    actions.invite_person(session=secret.session, person=ada)

    with pytest.raises(InvitationOnly):
        book_seat(person=ada, occurrence_id=secret.id)


def test_an_address_counts_once_its_owner_has_shown_that_it_is_theirs():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    ada = somebody(conference, email="ada@example.org")
    actions.invite_address(session=dinner.session, email="Ada@Example.org", language="sv")

    with pytest.raises(InvitationOnly):
        book_seat(person=ada, occurrence_id=dinner.id)
    with transaction():
        ada.email_verified_at = clock.now()
    book_seat(person=ada, occurrence_id=dinner.id)

    for wrong in ("nobody", "a b@example.org", "@"):
        with pytest.raises(BadInput):
            actions.invite_address(session=dinner.session, email=wrong, language="sv")


def test_the_link_of_a_letter_makes_one_guest_whoever_they_are_registered_as():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    ada, grace = somebody(conference), somebody(conference)
    actions.invite_address(session=dinner.session, email="minister@example.org", language="en")
    letter = outbox.latest(1, to="minister@example.org")[0]
    token = re.search(r"/invited/([\w-]{43})", letter.body)[1]

    actions.by_link(person=ada, token=token)
    actions.by_link(person=ada, token=token)
    with pytest.raises(InvitationUsed):
        actions.by_link(person=grace, token=token)
    with pytest.raises(NoSuchInvitation):
        actions.by_link(person=a.a_person(a.an_expo()), token=token)

    book_seat(person=ada, occurrence_id=dinner.id)


def test_a_code_has_so_many_seats_and_each_that_is_given_back_is_free_again():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    code = actions.make_code(session=dinner.session, code="sea wind", seats=1)
    ada, grace = somebody(conference), somebody(conference)
    for person in (ada, grace):
        assert actions.by_code(person=person, code="SeaWind", who="here").id == dinner.session_id

    booking = book_seat(person=ada, occurrence_id=dinner.id)
    with pytest.raises(AllSeatsOfInvitationTaken):
        book_seat(person=grace, occurrence_id=dinner.id)
    cancel(booking=booking)
    book_seat(person=grace, occurrence_id=dinner.id)

    with pytest.raises(NoSuchInvitation):
        actions.by_code(person=ada, code="SEAWINDS", who="here")
    with pytest.raises(BadInput):  # a code opens one session of an expo
        actions.make_code(session=a_dinner(conference).session, code="SEAWIND", seats=None)
    actions.withdraw(invitation=code)
    with pytest.raises(NoSuchInvitation):
        actions.by_code(person=ada, code="SEAWIND", who="here")
    nothing_is_broken()


def test_a_delegation_has_so_many_seats_for_those_whom_it_has_registered():
    conference = a.a_conference()
    ticket = a_city_ticket(conference)
    delegation, other = a_delegation(ticket), a_delegation(ticket, name="Lund")
    people = [
        nominate(delegation, ticket, name=name, email=f"{name.lower()}@turin.example")
        for name in ("Ada", "Bo")
    ]
    away = nominate(other, ticket, name="Cia", email="cia@lund.example")
    dinner = a_dinner(conference)
    actions.invite_delegation(session=dinner.session, delegation=delegation, seats=1)
    assert "There is 1 seat for you together." in outbox.latest(1, to=delegation.focal_email)[0].body
    from expo.delegations.queries import person_of

    first, second, third = (person_of(nominee) for nominee in (*people, away))
    book_seat(person=first, occurrence_id=dinner.id)
    with pytest.raises(AllSeatsOfInvitationTaken):
        book_seat(person=second, occurrence_id=dinner.id)
    with pytest.raises(InvitationOnly):
        book_seat(person=third, occurrence_id=dinner.id)
    nothing_is_broken()


def test_an_organisation_invites_all_whom_its_delegations_have_registered():
    conference = a.a_conference()
    ticket = a_city_ticket(conference)
    delegation = a_delegation(ticket)
    person = nominate(delegation, ticket).person_id
    dinner = a_dinner(conference)
    with transaction():
        from expo.core.db import db

        body = Organisation(slug="turin", name="Turin", folded_name="turin")
        db.session.add(body)
        db.session.flush()
        delegation.organisation_id = body.id
    actions.invite_organisation(session=dinner.session, organisation=body, seats=None)
    from expo.accounts.queries import person as by_id

    assert queries.to_session(by_id(conference.expo_id, person), dinner.session_id)
    assert not queries.to_session(somebody(conference), dinner.session_id)


def test_booking_by_invitation_opens_and_closes_too():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    ada = somebody(conference)
    actions.invite_person(session=dinner.session, person=ada)
    set_terms(occurrence=dinner, opens_at=clock.now() + timedelta(hours=1), closes_at=None, meeting_point="")

    with pytest.raises(BookingClosed):
        book_seat(person=ada, occurrence_id=dinner.id)


def test_a_database_with_more_seats_than_an_invitation_has_is_found_broken():
    conference = a.a_conference()
    dinner = a_dinner(conference)
    code = actions.make_code(session=dinner.session, seats=2)
    for person in (somebody(conference), somebody(conference)):
        actions.by_code(person=person, code=code.code, who="here")
        book_seat(person=person, occurrence_id=dinner.id)
    with transaction():
        code.seats = 1
    assert any("under an invitation" in promise.sentence for promise, _found in checks.broken())

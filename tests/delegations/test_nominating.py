"""Seats per category: given once, given back once, handed on with the place."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.badge import queries as badges
from expo.badge.models import BadgeState
from expo.capacity import pools
from expo.core import audit, checks
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.delegations import actions, links, nominating, queries
from expo.delegations.models import CategorySeats, Nominee, NomineeState
from expo.delegations.nominating import Details, NomineeDraft
from expo.delegations.refusals import (
    AlreadyNominated,
    NomineeIsOver,
    NotOpen,
    SeatsGone,
    StillNominated,
)
from expo.mail import outbox
from expo.registration import actions as registrations
from expo.registration import handing
from expo.registration.models import Category, Registration, RegistrationState
from expo.registration.refusals import TicketsGone
from tests import factories as a
from tests.delegations.sending import CITY, a_city_ticket, a_delegation, nominate

pytestmark = [pytest.mark.feature("R4"), pytest.mark.usefixtures("app")]

REGISTERED, INVITED = NomineeState.REGISTERED, NomineeState.INVITED


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def taken(delegation) -> int:
    db.session.expire_all()
    return sum(seats.pool.taken for seats in queries.seats_of(delegation.id))


def registrations_of(nominee: Nominee) -> list[Registration]:
    return [one.registration for one in queries.tickets_of([nominee.id])[nominee.id] if one.registration]


def test_a_nominee_is_registered_at_once_for_every_conference_on_one_seat():
    expo = a.an_expo()
    first = a_city_ticket(a.a_conference(expo))
    second = a_city_ticket(a.a_conference(expo), needs_approval=True)
    turin = a_delegation(first, second, seats=1)

    ada = nominate(turin, first, second)

    assert [one.state for one in registrations_of(ada)] == [
        RegistrationState.CONFIRMED, RegistrationState.SUBMITTED,
    ]  # fmt: skip
    assert (ada.state, registrations_of(ada)[0].person.organisation) == (REGISTERED, "Turin")
    assert taken(turin) == 1
    assert [letter.kind for letter in outbox.latest(to="ada@")] == ["registration_received"]
    with pytest.raises(SeatsGone):
        nominate(turin, first, name="Bea Bianchi")
    assert outbox.latest(to="bea@") == []
    nothing_is_broken()


def test_seats_are_counted_per_category_and_tickets_of_another_list_are_refused():
    conference = a.a_conference()
    city = a_city_ticket(conference)
    press = a.a_ticket_type(conference, "Press", category=Category.PRESS)
    staff = a.a_ticket_type(conference, "Staff", category=Category.STAFF)
    foreign = a_city_ticket(a.a_conference(conference.expo))
    turin = a_delegation(city, seats={CITY: 1, Category.PRESS: 1})
    nominate(turin, city)

    nominate(turin, press, name="Paola Press")
    for wrong in ((staff,), (foreign,), (city, press), ()):
        with pytest.raises(BadInput):
            nominate(turin, *wrong, name="Nobody")

    assert taken(turin) == 2
    nothing_is_broken()


def test_by_link_the_delegation_holds_the_seat_until_the_nominee_says_who_they_are():
    ticket = a_city_ticket(quota=1)
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket, by_link=True)
    assert (ada.state, taken(turin), ticket.pool.taken, registrations_of(ada)) == (INVITED, 1, 0, [])
    with pytest.raises(SeatsGone):
        nominate(turin, ticket, name="Bea")

    nominating.complete(
        nominee=ada, details=Details("Ada M. Rossi", "ada@home.example", country="IT"), language="sv"
    )
    with pytest.raises(NomineeIsOver):
        nominating.complete(nominee=ada, details=Details("Ada", "ada@home.example"), language="sv")

    person = registrations_of(ada)[0].person
    assert (person.name, person.country, person.language) == ("Ada M. Rossi", "IT", "sv")
    assert (ada.state, ada.name, taken(turin), ticket.pool.taken) == (REGISTERED, "Ada M. Rossi", 1, 1)
    nothing_is_broken()


def test_withdrawing_gives_seat_and_place_back_once():
    ticket = a_city_ticket(quota=2)
    turin = a_delegation(ticket, seats=2)
    ada, bea = nominate(turin, ticket), nominate(turin, ticket, name="Bea", by_link=True)

    for nominee in (ada, bea):
        nominating.withdraw(nominee=nominee)
        with pytest.raises(NomineeIsOver):
            nominating.withdraw(nominee=nominee)

    assert (taken(turin), ticket.pool.taken) == (0, 0)
    assert registrations_of(ada)[0].state is RegistrationState.WITHDRAWN
    assert [letter.kind for letter in outbox.latest(to="bea@")] == ["nominee_withdrawn", "nominee_invitation"]
    nothing_is_broken()


@pytest.mark.parametrize("how", ["refused", "revoked", "withdrawn by the person"])
def test_a_registration_that_ends_by_itself_frees_the_seat(how):
    ticket = a_city_ticket(needs_approval=True)
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket)
    registration = registrations_of(ada)[0]

    if how == "refused":
        registrations.refuse(registration=registration, reason="Full.")
    else:
        registrations.approve(registration=registration)
        if how == "revoked":
            registrations.revoke(registration=registration, reason="Mistake.")
        else:
            registrations.withdraw(registration=registration)

    assert (ada.state, taken(turin)) == (NomineeState.ENDED, 0)
    assert nominate(turin, ticket, name="Bea").is_live
    nothing_is_broken()


def test_with_one_of_two_registrations_left_the_seat_stays():
    expo = a.an_expo()
    tickets = [a_city_ticket(a.a_conference(expo)) for _number in "ab"]
    turin = a_delegation(*tickets, seats=1)
    ada = nominate(turin, *tickets)

    registrations.withdraw(registration=registrations_of(ada)[0])

    assert (ada.state, taken(turin)) == (REGISTERED, 1)
    nothing_is_broken()


def test_a_substitute_takes_seat_and_place_of_a_full_ticket_type_and_the_badge_of_the_first_ends():
    ticket = a_city_ticket(quota=1)
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket)
    badge = badges.active_badge(turin.expo_id, ada.person_id)

    bea = nominating.substitute(nominee=ada, draft=NomineeDraft("Bea Bianchi", "bea@turin.example"))

    db.session.expire_all()
    assert (ada.state, bea.state, bea.replaces_id) == (NomineeState.SUBSTITUTED, REGISTERED, ada.id)
    assert (taken(turin), ticket.pool.taken) == (1, 1)
    assert registrations_of(bea)[0].state is RegistrationState.CONFIRMED
    assert badge.state is BadgeState.REVOKED
    assert badges.active_badge(turin.expo_id, bea.person_id) is not None
    with pytest.raises(NomineeIsOver):
        nominating.substitute(nominee=ada, draft=NomineeDraft("Cia", "cia@turin.example"))
    nothing_is_broken()


def test_a_substitution_that_cannot_be_changes_nothing(monkeypatch):
    ticket = a_city_ticket(quota=1)
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket)
    badge_id = badges.active_badge(turin.expo_id, ada.person_id).id
    letters = len(outbox.latest())

    def gone(*_any, **_more):
        raise TicketsGone("gone")

    monkeypatch.setattr(handing, "hand_on", gone)
    with pytest.raises(TicketsGone):
        nominating.substitute(nominee=ada, draft=NomineeDraft("Bea", "bea@turin.example"))

    db.session.expire_all()
    assert (ada.state, taken(turin), ticket.pool.taken) == (REGISTERED, 1, 1)
    assert badges.active_badge(turin.expo_id, ada.person_id).id == badge_id
    assert (len(outbox.latest()), len(queries.nominees(turin.id))) == (letters, 1)
    nothing_is_broken()


def test_a_substitute_of_somebody_who_has_only_a_link_gets_a_link_too():
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket, by_link=True)

    bea = nominating.substitute(nominee=ada, draft=NomineeDraft("Bea", "bea@turin.example"))

    assert (bea.state, taken(turin)) == (INVITED, 1)
    assert [letter.kind for letter in outbox.latest(to="bea@")] == ["nominee_invitation"]
    nothing_is_broken()


def test_the_same_person_is_named_once_and_two_of_one_address_are_two():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    nominate(turin, ticket, email="office@turin.example")

    with pytest.raises(AlreadyNominated):
        nominate(turin, ticket, name="ÀDA  rossi", email="Office@turin.example ")
    nominate(turin, ticket, name="Bea", email="office@turin.example")

    assert taken(turin) == 2


def test_who_declines_has_nobody_nominated_and_names_nobody_afterwards():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket)
    with pytest.raises(StillNominated):
        actions.decline(delegation=turin)
    nominating.withdraw(nominee=ada)

    actions.decline(delegation=turin)

    assert turin.standing == "declined"
    with pytest.raises(NotOpen):
        nominate(turin, ticket, name="Bea")
    actions.send_anew(delegation=turin)
    assert nominate(turin, ticket, name="Bea").is_live


def test_a_nominee_who_declines_frees_the_seat_and_the_focal_point_is_told():
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=1)
    ada = nominate(turin, ticket, by_link=True)

    nominating.decline(nominee=ada)

    assert (ada.state, taken(turin)) == (NomineeState.DECLINED, 0)
    assert outbox.latest(1)[0].kind == "nominee_declined"
    nothing_is_broken()


def test_every_step_has_a_trace_without_a_name_in_it():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket, by_link=True)
    nominating.withdraw(nominee=ada)

    entries = audit.history("nominee", ada.id)
    assert [entry.action for entry in entries] == ["nominee_withdrawn", "nominated"]
    assert all("Ada" not in str((entry.before, entry.after, entry.why)) for entry in entries)
    assert [entry.action for entry in audit.history("delegation", turin.id)] == ["delegation_invited"]


def test_verify_finds_a_seat_that_nobody_sits_on_and_a_nominee_without_a_registration():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket, by_link=True)
    with transaction():
        pools.take([queries.seats_of(turin.id)[0].pool_id])
        db.session.execute(sa.update(Nominee).where(Nominee.id == ada.id).values(state=REGISTERED))

    told = " ".join(found for _promise, found in checks.broken())
    assert f"delegation {turin.id}, city: 1 live nominees, the pool says 2" in told
    assert f"nominee {ada.id} is registered, and the registrations say otherwise" in told


def test_links_are_kept_as_digests_and_the_same_one_can_be_said_again(app):
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    with transaction():
        first = links.again(turin)
        second = links.make(turin)
        third = links.again(turin)
    assert (first != second, second == third) == (True, True)
    columns = db.session.execute(sa.text("SELECT token_digest, seed FROM delegation_links")).all()
    assert all(second.encode() not in bytes(value) for row in columns for value in row)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CategorySeats)) == 1

"""A group order: places bought at once and named later, on the board that delegations have."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.badge import queries as badges
from expo.core import checks, clock
from expo.core.db import db
from expo.core.money import Money
from expo.delegations import nominating, ordering, queries
from expo.delegations.models import NomineeState
from expo.delegations.nominating import Details, NomineeDraft
from expo.delegations.refusals import SeatsGone
from expo.mail import outbox
from expo.payment import payments, settling
from expo.payment.models import OrderState, PayMethod
from expo.registration import actions as registrations
from expo.registration.models import Registration, RegistrationState
from expo.registration.refusals import NotOnSale, TicketsGone
from expo.registration.submitting import Newcomer
from tests import factories as a
from tests.delegations.sending import secret_for

pytestmark = [pytest.mark.feature("R12"), pytest.mark.usefixtures("app")]


def ordered(ticket, count: int = 3):
    buyer = Newcomer(ticket.expo_id, "Berit Buyer", "berit@works.example", "en")
    return ordering.order(name="The Works", ticket_type=ticket, count=count, buyer=buyer)


def pay(order) -> None:
    payments.record(
        order=order, amount=Money(order.total_minor, "SEK"), method=PayMethod.TRANSFER, key="k" * 22
    )


def name(group, ticket, who: str, by_link: bool = False):
    draft = NomineeDraft(who, f"{who.lower()}@works.example", (ticket,), by_link)
    return nominating.nominate(delegation=group.delegation, draft=draft)


def places_of(order) -> list[tuple[RegistrationState, bool]]:
    rows = db.session.execute(
        sa.select(Registration.state, Registration.person_id)
        .where(Registration.order_id == order.id, Registration.handed_to_id.is_(None))
        .order_by(Registration.id)
    )
    return [(state, person is not None) for state, person in rows]


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [found for _promise, found in checks.broken()] == []


def test_all_places_are_taken_at_once_on_one_order_or_none():
    ticket = a.a_ticket_type(a.a_conference(), price_minor=50_000, quota=4)

    group = ordered(ticket, 3)

    assert (ticket.pool.taken, group.order.total_minor, group.order.state) == (3, 150_000, OrderState.OPEN)
    assert places_of(group.order) == [(RegistrationState.APPROVED, False)] * 3
    letter = outbox.latest(to="berit@works.example")[0]
    assert group.secret in letter.body
    assert group.order_secret in letter.body
    with pytest.raises(TicketsGone):
        ordered(ticket, 2)
    with pytest.raises(NotOnSale):
        ordered(a.a_ticket_type(ticket.conference, "By name", needs_approval=True), 2)
    assert ticket.pool.taken == 3
    nothing_is_broken()


def test_each_person_completes_their_own_and_has_the_badge_as_soon_as_it_is_paid():
    ticket = a.a_ticket_type(a.a_conference(), price_minor=50_000)
    group = ordered(ticket, 2)
    ada = name(group, ticket, "Ada", by_link=True)
    nominating.complete(nominee=ada, details=Details("Ada Rossi", "ada@works.example"), language="en")
    assert badges.active_badge(ticket.expo_id, ada.person_id) is None

    pay(group.order)
    bo = name(group, ticket, "Bo")

    assert places_of(group.order) == [(RegistrationState.CONFIRMED, True)] * 2
    for one in (ada, bo):
        assert badges.active_badge(ticket.expo_id, one.person_id) is not None
    with pytest.raises(SeatsGone):
        name(group, ticket, "Cia")
    assert group.order.total_minor == 100_000
    nothing_is_broken()


def test_who_is_withdrawn_leaves_the_place_with_the_buyer_and_a_substitute_has_it():
    ticket = a.a_ticket_type(a.a_conference(), price_minor=50_000, quota=2)
    group = ordered(ticket, 2)
    pay(group.order)
    ada, bo = name(group, ticket, "Ada"), name(group, ticket, "Bo")

    nominating.withdraw(nominee=ada)
    nominating.substitute(nominee=bo, draft=NomineeDraft("Cia", "cia@works.example"))
    assert ticket.pool.taken == 2
    assert sorted(named for _state, named in places_of(group.order)) == [False, True]
    dan = name(group, ticket, "Dan")

    assert [one.state for one in (ada, bo, dan)] == [
        NomineeState.WITHDRAWN, NomineeState.SUBSTITUTED, NomineeState.REGISTERED,
    ]  # fmt: skip
    assert (ticket.pool.taken, group.order.state) == (2, OrderState.SETTLED)
    nothing_is_broken()


def test_who_gives_their_place_back_leaves_one_less_to_name():
    ticket = a.a_ticket_type(a.a_conference())
    group = ordered(ticket, 2)
    ada = name(group, ticket, "Ada")
    mine = queries.tickets_of([ada.id])[ada.id][0].registration

    registrations.withdraw(registration=mine)

    assert [seats.pool.capacity for seats in queries.seats_of(group.delegation.id)] == [1]
    name(group, ticket, "Bo")
    with pytest.raises(SeatsGone):
        name(group, ticket, "Cia")
    nothing_is_broken()


def test_what_nobody_pays_is_given_back_and_the_board_closes(monkeypatch):
    ticket = a.a_ticket_type(a.a_conference(), price_minor=50_000, quota=2)
    group = ordered(ticket, 2)
    name(group, ticket, "Ada", by_link=True)
    name(group, ticket, "Bo")
    clock._offset = timedelta(days=40)

    assert settling.expire(order_id=group.order.id)

    db.session.expire_all()
    assert ticket.pool.taken == 0
    assert group.delegation.closed_at is not None
    nothing_is_broken()


@pytest.mark.feature("R12")
def test_a_buyer_orders_in_pages_and_names_on_the_board(browser):
    ticket = a.a_ticket_type(a.a_conference(), price_minor=50_000)
    expo = ticket.conference.expo
    path = f"/{expo.slug}/group-order"
    form = {
        "group": "The Works", "ticket": str(ticket.id), "count": "3", "name": "Berit",
        "email": "berit@works.example",
    }  # fmt: skip
    stranger = browser()
    assert stranger.get(path).status_code == 200
    assert stranger.post(path, {**form, "count": "1"}).status_code == 422
    assert stranger.post(path, {**form, "email": ""}).status_code == 422

    sent = stranger.post(path, form)

    assert sent.status_code == 303
    assert secret_for("berit@works.example") in sent.headers["Location"]
    board = stranger.get(sent.headers["Location"]).text
    assert "Group order" in board
    assert "0 of 3" in board
    assert "Decline the invitation" not in board
    given = stranger.post(
        sent.headers["Location"],
        {"name": "Ada", "email": "ada@works.example", "tickets": str(ticket.id), "way": "link"},
    )
    assert given.status_code == 303
    assert "Ada" in stranger.get(sent.headers["Location"]).text
    nothing_is_broken()

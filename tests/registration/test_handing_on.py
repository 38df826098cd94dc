"""A place goes to a colleague without ever being free: one rule for delegates and for focal points."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.badge import queries as badges
from expo.badge.models import BadgeState
from expo.booking import actions as booking
from expo.booking import clashes
from expo.booking import queries as bookings
from expo.core import checks, clock
from expo.core.db import db
from expo.core.money import Money
from expo.mail import outbox
from expo.payment import payments
from expo.payment import queries as payment
from expo.payment.models import OrderState, PayMethod
from expo.registration import actions, handing, queries
from expo.registration.actions import Newcomer
from expo.registration.models import RegistrationState
from expo.registration.refusals import CodeRefused, TicketsGone, TooLate, WrongStep
from expo.registration.vouchers import VoucherDraft
from expo.registration.vouchers import create as a_voucher
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate

pytestmark = [pytest.mark.feature("R10"), pytest.mark.usefixtures("app")]
CONFIRMED = RegistrationState.CONFIRMED


def bea(expo, email="bea@turin.example") -> Newcomer:
    return Newcomer(expo.id, "Bea Bianchi", email, "sv")


def hand_on(registration, **options):
    return handing.hand_on(registrations=[registration], to=bea(registration.conference.expo), **options)[0]


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [found for _promise, found in checks.broken()] == []


def test_the_last_place_goes_over_with_its_seats_and_a_badge_of_its_own():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, quota=1)
    occurrence = a.a_session(conference, seats=1)
    ada = a.a_person(conference.expo, "Ada Rossi")
    registration = a.a_registration(ada, conference, ticket)
    booking.book_seat(person=ada, occurrence_id=occurrence.id)
    badge = badges.active_badge(conference.expo_id, ada.id)

    after = hand_on(registration)

    assert (registration.state, after.state, ticket.pool.taken) == (RegistrationState.WITHDRAWN, CONFIRMED, 1)
    assert registration.handed_to_id == after.id
    assert registration.code != after.code
    assert bookings.of_person(ada.id) == []
    assert [one.occurrence_id for one in bookings.of_person(after.person_id)] == [occurrence.id]
    assert badge.state is BadgeState.REVOKED
    assert badges.active_badge(conference.expo_id, after.person_id) is not None
    kinds = [(letter.kind, letter.recipient, letter.language) for letter in outbox.latest(2)]
    assert sorted(kinds) == [
        ("place_handed_on", ada.email, "en"), ("place_received", "bea@turin.example", "sv"),
    ]  # fmt: skip
    with pytest.raises(WrongStep):
        hand_on(registration)
    nothing_is_broken()


@pytest.mark.feature("B2")
def test_seats_that_clash_are_known_to_clash_for_who_receives_them():
    conference = a.a_conference()
    one, other = a.a_session(conference), a.a_session(conference)
    ada = a.a_person(conference.expo)
    registration = a.a_registration(ada, conference)
    booking.book_seat(person=ada, occurrence_id=one.id)
    booking.book_seat(person=ada, occurrence_id=other.id, accept=["overlap"])

    after = hand_on(registration)

    assert len(bookings.of_person(after.person_id)) == 2
    assert (len(clashes.of_person(ada.id)), len(clashes.of_person(after.person_id))) == (0, 1)
    nothing_is_broken()


def test_seats_are_given_back_where_they_are_not_wanted():
    conference = a.a_conference()
    a.a_ticket_type(conference)
    occurrence = a.a_session(conference, seats=1)
    ada = a.a_person(conference.expo)
    registration = a.a_registration(ada, conference)
    booking.book_seat(person=ada, occurrence_id=occurrence.id)

    after = hand_on(registration, with_seats=False)

    assert bookings.of_person(after.person_id) == []
    booking.book_seat(person=after.person, occurrence_id=occurrence.id)
    nothing_is_broken()


def test_what_was_paid_stays_paid_and_what_is_owed_stays_owed():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, price_minor=50_000, quota=2)
    paid, owed = (a.a_registration(a.a_person(conference.expo), conference, ticket) for _one in "ab")
    payments.record(order=paid.order, amount=Money(50_000, "SEK"), method=PayMethod.TRANSFER, key="k" * 22)

    after, later = hand_on(paid), hand_on(owed)

    assert (after.state, later.state) == (CONFIRMED, RegistrationState.APPROVED)
    assert (after.order_id, later.order_id) == (paid.order_id, owed.order_id)
    assert [order.state for order in payment.of_person(paid.person_id)] == [OrderState.SETTLED]
    actions.withdraw(registration=later)
    assert (owed.order.state, ticket.pool.taken) == (OrderState.VOID, 1)
    nothing_is_broken()


def test_where_organisers_approve_they_look_at_the_colleague_and_the_place_is_held_meanwhile():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, needs_approval=True, quota=1)
    registration = a.a_registration(a.a_person(conference.expo), conference, ticket)
    actions.approve(registration=registration)

    after = hand_on(registration)
    other = a.a_registration(a.a_person(conference.expo), conference, ticket)

    assert (after.state, ticket.pool.taken) == (RegistrationState.SUBMITTED, 1)
    with pytest.raises(TicketsGone):
        actions.approve(registration=other)
    nothing_is_broken()
    actions.approve(registration=after)
    assert (after.state, ticket.pool.taken) == (CONFIRMED, 1)
    again = hand_on(after)
    actions.refuse(registration=again, reason="No.")
    assert ticket.pool.taken == 0
    nothing_is_broken()


def test_after_the_lock_date_nothing_is_handed_on():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, transfer_until=clock.now() - timedelta(minutes=1))
    registration = a.a_registration(a.a_person(conference.expo), conference, ticket)
    assert not handing.may(registration)

    with pytest.raises(TooLate):
        hand_on(registration)

    assert registration.state is CONFIRMED
    nothing_is_broken()


def test_a_voucher_goes_along_unless_it_is_for_one_address():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, price_minor=10_000)
    open_to_all = a_voucher(conference=conference, draft=VoucherDraft(code="FRIENDS22", percent=100))
    bound = a_voucher(
        conference=conference, draft=VoucherDraft(code="TURINONLY", percent=100, for_domain="turin.example")
    )
    made = [
        actions.submit(
            person=a.a_person(conference.expo, email=f"ada{number}@turin.example"),
            ticket_types=[ticket],
            choices=actions.Choices(code=voucher.code),
        ).registrations[0]
        for number, voucher in enumerate((open_to_all, bound))
    ]

    hand_on(made[0])
    with pytest.raises(CodeRefused):
        handing.hand_on(registrations=[made[1]], to=bea(conference.expo, "bea@oslo.example"))

    db.session.expire_all()
    assert (open_to_all.uses, bound.uses, made[1].state) == (1, 1, CONFIRMED)
    nothing_is_broken()


def test_a_seat_of_a_delegation_is_handed_on_by_its_focal_point(browser):
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket)
    registration = queries.of_person(ada.person_id)[0]

    person = registration.person
    page = browser(person).get(
        f"/{ticket.conference.expo.slug}/my/registrations/{registration.code}/transfer"
    )
    sent = browser(person).post(
        f"/{ticket.conference.expo.slug}/my/registrations/{registration.code}/transfer",
        {"name": "Bea", "email": "bea@turin.example"},
    )

    assert "substitute you" in page.text
    assert sent.status_code == 409
    assert queries.of_person(person.id)[0].state is CONFIRMED
    nothing_is_broken()


def test_a_delegate_hands_on_and_their_old_page_says_what_happened(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada = a.a_person(expo, "Ada Rossi")
    registration = a.a_registration(ada, conference)
    eve = a.a_person(expo)
    path = f"/{expo.slug}/my/registrations/{registration.code}/transfer"
    mine = browser(ada)
    assert browser(eve).get(path).status_code == 404
    assert browser(eve).post(path, {"name": "Eve", "email": "eve@x.example"}).status_code == 404
    assert mine.post(path, {"name": "", "email": "bea"}).status_code == 422
    assert mine.get(path).status_code == 200

    assert mine.post(path, {"name": "Bea", "email": "bea@turin.example"}).status_code == 303

    text = mine.get(f"/{expo.slug}/my").text
    assert "Bea has your place now" in text
    assert "You handed this place on" in text
    assert mine.post(path, {"name": "Cia", "email": "cia@turin.example"}).status_code == 409
    assert (
        "You handed this place on"
        in browser().get(f"/{expo.slug}/orders/{registration.order.code}/{_secret(registration)}").text
    )


def _secret(registration) -> str:
    from expo.payment import orders

    return orders.secret_of(registration.order) or ""

"""Organisers make tickets, pools, add-ons, vouchers and sellers; finance writes down what was paid."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.core import checks
from expo.payment import queries as payment
from expo.payment import sellers
from expo.payment.models import OrderState
from expo.programme.words import Role
from expo.registration import actions, queries, tickets, vouchers
from expo.registration.models import RegistrationState as State
from tests import factories as a

from .conftest import Desk

TICKET = {
    "name": "Congress", "audience": "", "category": "visitor", "price": "", "currency": "SEK", "vat": "25",
    "quota": "", "shared_pool": "", "approval_stages": "1", "decide_by": "", "answer_by": "", "sale_from": "",
    "sale_until": "", "valid_days": "", "valid_from": "", "valid_until": "", "occurrences": "", "code": "",
    "position": "",
}  # fmt: skip


def path_of(desk: Desk) -> str:
    return f"{desk.path}/conferences/{desk.slug}"


@pytest.mark.feature("R2")
def test_an_owner_makes_a_ticket_with_all_that_it_can_say_and_changes_it(desk: Desk):
    owner = desk.open_as(Role.OWNER, desk.conference)
    day = desk.conference.starts_on + timedelta(days=2)
    a.a_session(desk.conference, code="T-1")
    owner.post(f"{path_of(desk)}/pools/new", {"name": "Morning", "places": "40", "below": ""})
    shared = tickets.shared_pools(desk.expo.id, desk.conference.id)[0]
    typed = {
        **TICKET, "price": "495,50", "quota": "30", "shared_pool": str(shared.id), "needs_approval": "y",
        "approval_stages": "2", "decide_by": "2031-05-01T12:00", "sale_until": "2031-05-01T12:00",
        "valid_days": day.isoformat(), "valid_from": "09:00", "valid_until": "17:00", "occurrences": "t-1",
        "is_hidden": "y", "code": "sesame street",
    }  # fmt: skip

    assert owner.post(f"{path_of(desk)}/tickets/new", typed).status_code == 303

    kind = queries.every_of(desk.conference.id)[0]
    assert (kind.price_minor, kind.vat_basis_points, kind.code) == (49550, 2500, "SESAMESTREET")
    assert (kind.approval_stages, kind.valid_days, kind.pool.parent_id) == (
        2,
        [day.isoformat()],
        shared.pool_id,
    )
    page = owner.get(f"{path_of(desk)}/tickets/{kind.id}").text
    for said in (
        "495.50",
        "sesame street".upper().replace(" ", ""),
        day.isoformat(),
        "T-1",
        "2031-05-01T12:00",
    ):
        assert said in page
    assert (
        owner.post(f"{path_of(desk)}/tickets/{kind.id}", {**TICKET, "name": "Free for all"}).status_code
        == 303
    )
    assert (kind.name, kind.price_minor, kind.pool.parent_id, kind.is_hidden) == (
        "Free for all",
        0,
        None,
        False,
    )
    assert "Free for all" in owner.get(f"{path_of(desk)}/tickets").text


@pytest.mark.feature("R2")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Give the ticket a name"), ({"price": "abc"}, "An amount such as"), ({"price": "-5"}, "An amount"),
        ({"currency": "USD", "price": "5"}, "sells in SEK EUR only"), ({"quota": "x"}, "A whole number"),
        ({"valid_days": "1999-01-01"}, "is not a day of the conference"), ({"valid_from": "9"}, "A time such as"),
        ({"occurrences": "NO-1"}, "There is no such time"), ({"is_hidden": "y", "code": "A"}, "nobody guesses"),
        ({"shared_pool": "99"}, "Not a valid choice"), ({"sale_from": "tomorrow"}, "A day and a time"),
    ],
)  # fmt: skip
def test_a_ticket_that_cannot_be_is_said_beside_its_box_and_nothing_typed_is_lost(desk: Desk, wrong, said):
    from expo.core.db import transaction

    with transaction():
        sellers.default(desk.expo.id)
    page = desk.open_as().post(f"{path_of(desk)}/tickets/new", {**TICKET, "audience": "Kept words", **wrong})

    assert page.status_code == 422
    assert said in page.text
    assert "Kept words" in page.text
    assert queries.every_of(desk.conference.id) == []


@pytest.mark.feature("R2")
def test_a_ticket_cannot_shrink_below_what_is_taken_and_the_form_says_so(desk: Desk):
    kind = a.a_ticket_type(desk.conference, "Congress", quota=2)
    a.a_registration(a.a_person(desk.expo), desk.conference, kind)

    page = desk.open_as().post(f"{path_of(desk)}/tickets/{kind.id}", {**TICKET, "quota": "0"})

    assert page.status_code == 409
    assert "taken already" in page.text
    elsewhere = a.a_ticket_type(a.a_conference(desk.expo))
    assert desk.open_as().get(f"{path_of(desk)}/tickets/{elsewhere.id}").status_code == 404


@pytest.mark.feature("R5")
def test_an_owner_invites_by_voucher_and_ends_it(desk: Desk):
    kind = a.a_ticket_type(desk.conference, quota=5)
    owner = desk.open_as(Role.OWNER, desk.conference)
    typed = {"ticket_type": str(kind.id), "percent": "50", "max_uses": "1", "reserve": "2", "code": "Friends"}
    assert owner.post(f"{path_of(desk)}/vouchers/new", typed).status_code == 303
    again = owner.post(f"{path_of(desk)}/vouchers/new", typed)
    assert (again.status_code, "in use already" in again.text) == (422, True)
    too_many = owner.post(f"{path_of(desk)}/vouchers/new", {**typed, "code": "", "reserve": "9"})
    assert too_many.status_code == 409

    voucher = vouchers.of_conference(desk.conference.id)[0]
    assert "FRIENDS" in owner.get(f"{path_of(desk)}/tickets").text
    assert owner.post(f"{path_of(desk)}/vouchers/{voucher.id}/end").status_code == 303

    assert voucher.ended_at is not None
    assert queries.left([kind])[kind.pool_id] == 5


@pytest.mark.feature("R1")
def test_sellers_belong_to_the_whole_expo_and_sell_for_a_conference(desk: Desk):
    owner, of_one = desk.open_as(), desk.open_as(Role.OWNER, desk.conference)
    typed = {"name": "UNECE", "currencies": "EUR, chf", "pay_days": "5", "how_to_pay": "IBAN CH00"}
    assert of_one.post(f"{desk.path}/sellers/new", typed).status_code == 403
    assert owner.post(f"{desk.path}/sellers/new", {**typed, "currencies": "Euro"}).status_code == 422

    assert owner.post(f"{desk.path}/sellers/new", typed).status_code == 303
    assert of_one.post(f"{path_of(desk)}/seller", {"seller": "unece"}).status_code == 403
    assert owner.post(f"{path_of(desk)}/seller", {"seller": "unece"}).status_code == 303

    assert "IBAN CH00" in owner.get(f"{desk.path}/sellers/unece").text
    kind = a.a_ticket_type(desk.conference, price_minor=1000, currency="EUR")
    made = actions.submit(person=a.a_person(desk.expo), ticket_types=[kind])
    assert made.order.seller is not None
    assert made.order.seller.name == "UNECE"


@pytest.mark.feature("R1")
def test_finance_writes_down_what_came_once_and_only_for_its_own_conferences(desk: Desk):
    kind = a.a_ticket_type(desk.conference, price_minor=49500)
    other = a.a_ticket_type(a.a_conference(desk.expo), price_minor=1000)
    made = actions.submit(person=a.a_person(desk.expo, "Ada"), ticket_types=[kind])
    mixed = actions.submit(person=a.a_person(desk.expo, "Ben"), ticket_types=[kind, other])
    finance = desk.open_as(Role.FINANCE, desk.conference)
    listed = finance.get(f"{desk.path}/orders").text
    assert made.order.code in listed
    assert mixed.order.code not in listed
    path = f"{desk.path}/orders/{made.order.code}"
    assert finance.get(f"{desk.path}/orders/{mixed.order.code}").status_code == 404
    page = finance.get(path).text
    key = re.search(r'name="key"[^>]* value="([^"]+)"', page)
    assert key
    typed = {"key": key[1], "method": "transfer", "came": "495", "note": "Giro"}
    assert finance.post(f"{path}/payments", {**typed, "came": "12,345"}).status_code == 422

    for _press in range(10):
        assert finance.post(f"{path}/payments", typed).status_code == 303

    assert (made.order.state, payment.captured(made.order.id)) == (OrderState.SETTLED, 49500)
    assert made.registrations[0].state is State.CONFIRMED
    assert finance.post(f"{path}/payments", {**typed, "came": "1"}).status_code == 409
    assert mixed.order.code in desk.open_as(Role.FINANCE).get(f"{desk.path}/orders?state=open").text
    assert [found for _promise, found in checks.broken()] == []


@pytest.mark.feature("R3")
def test_a_two_stage_ticket_is_pre_approved_first(desk: Desk):
    kind = a.a_ticket_type(desk.conference, needs_approval=True, approval_stages=2)
    registration = a.a_registration(a.a_person(desk.expo), desk.conference, kind)
    path = f"{desk.path}/people/{registration.code}"
    desk_person = desk.open_as(Role.REGISTRATION, desk.conference)
    assert "Pre-approve" in desk_person.get(path).text
    assert desk_person.post(f"{path}/approve").status_code == 409

    assert desk_person.post(f"{path}/pre-approve").status_code == 303
    assert desk_person.post(f"{path}/approve").status_code == 303

    assert registration.state is State.CONFIRMED

"""Vouchers and hidden tickets, counted in the transaction of the order that uses them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import checks, clock
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.registration import actions, queries, vouchers
from expo.registration.models import RegistrationState as State
from expo.registration.refusals import CodeRefused, NotOnSale, TicketsGone, VoucherGone
from expo.registration.submitting import Choices
from expo.registration.vouchers import VoucherDraft
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R5")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def submit(kind, code: str, person=None):
    person = person or a.a_person(kind.conference.expo)
    return actions.submit(person=person, ticket_types=[kind], choices=Choices(code=code))


@pytest.mark.parametrize(
    ("percent", "amount", "left"), [(25, 0, 30000), (0, 15000, 25000), (100, 0, 0), (0, 99999, 0)]
)
def test_a_voucher_takes_off_a_part_or_an_amount_and_what_is_free_then_is_confirmed(percent, amount, left):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, price_minor=40000)
    draft = VoucherDraft(code="early bird", percent=percent, amount_minor=amount)
    voucher = vouchers.create(conference=conference, draft=draft)

    made = submit(kind, " EARLYbird ")

    assert made.order.total_minor == left
    assert made.registrations[0].state is (State.APPROVED if left else State.CONFIRMED)
    assert (voucher.uses, voucher.spent_minor) == (1, 40000 - left)
    with pytest.raises(VoucherGone):
        submit(kind, "EARLYBIRD")
    nothing_is_broken()


def test_a_use_comes_back_with_the_end_of_its_registration():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, price_minor=40000)
    vouchers.create(conference=conference, draft=VoucherDraft(code="COMEBACK", percent=50))
    made = submit(kind, "COMEBACK")

    actions.withdraw(registration=made.registrations[0])

    assert submit(kind, "COMEBACK").order.total_minor == 20000
    nothing_is_broken()


def test_a_budget_ends_with_its_last_krona():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, price_minor=40000)
    draft = VoucherDraft(code="SPONSOR", percent=50, max_uses=None, budget_minor=45000)
    voucher = vouchers.create(conference=conference, draft=draft)
    for _person in "ab":
        submit(kind, "SPONSOR")
    with pytest.raises(VoucherGone):
        submit(kind, "SPONSOR")
    db.session.expire_all()
    assert (voucher.uses, voucher.spent_minor) == (2, 40000)
    nothing_is_broken()


def test_places_set_aside_for_a_voucher_are_nobody_elses_until_it_ends():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=3)
    draft = VoucherDraft(code="PARTNER", ticket_type_id=kind.id, max_uses=None)
    voucher = vouchers.create(conference=conference, draft=draft, reserve=2)
    a.a_registration(a.a_person(conference.expo), conference, kind)
    with pytest.raises(TicketsGone):
        actions.submit(person=a.a_person(conference.expo), ticket_types=[kind])
    invited = submit(kind, "PARTNER").registrations[0]
    nothing_is_broken()

    vouchers.end(voucher=voucher)
    assert (queries.left([kind])[kind.pool_id], kind.pool.taken) == (1, 2)
    nothing_is_broken()
    actions.withdraw(registration=invited)

    assert queries.left([kind])[kind.pool_id] == 2
    nothing_is_broken()


def test_an_invitation_is_mailed_opens_a_hidden_ticket_without_approval_and_only_for_its_address():
    conference = a.a_conference(title="Mayors' dinner")
    kind = a.a_ticket_type(conference, "Guest", is_hidden=True, needs_approval=True)
    draft = VoucherDraft(
        for_email="Mayor@Lund.example", skips_approval=True, opens_hidden=True, ticket_type_id=kind.id
    )
    voucher = vouchers.create(conference=conference, draft=draft)
    assert f"/invitations/{voucher.code}" in outbox.waiting()[0].body
    expo = conference.expo
    assert queries.offered(expo.id) == []
    assert queries.offered(expo.id, code=voucher.code) == [kind]

    with pytest.raises(CodeRefused, match="another e-mail"):
        submit(kind, voucher.code)
    with pytest.raises(NotOnSale):
        submit(kind, "")
    made = submit(kind, voucher.code, a.a_person(expo, email="mayor@lund.example"))

    assert made.registrations[0].state is State.CONFIRMED
    nothing_is_broken()


def test_a_domain_a_date_and_a_foreign_ticket_bind_a_code():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, price_minor=40000)
    other = a.a_ticket_type(a.a_conference(conference.expo), price_minor=40000)
    draft = VoucherDraft(code="ONLYLUND", percent=10, for_domain="@Lund.example", max_uses=None)
    vouchers.create(conference=conference, draft=draft)
    over = VoucherDraft(code="YESTERDAY", percent=10, valid_until=clock.now() - timedelta(days=1))
    vouchers.create(conference=conference, draft=over)
    from_lund = a.a_person(conference.expo, email="x@lund.example")

    for kinds, code, no in (
        (kind, "ONLYLUND", CodeRefused), (other, "ONLYLUND", CodeRefused), (kind, "YESTERDAY", VoucherGone),
        (kind, "NOSUCHCODE", CodeRefused),
    ):  # fmt: skip
        with pytest.raises(no):
            submit(kinds, code)

    assert submit(kind, "onlylund", from_lund).order.total_minor == 36000
    for wrong in (
        VoucherDraft(code="ONLYLUND"), VoucherDraft(code="A"), VoucherDraft(percent=101),
        VoucherDraft(percent=10, amount_minor=5), VoucherDraft(max_uses=0), VoucherDraft(ticket_type_id=other.id),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            vouchers.create(conference=conference, draft=wrong)
    nothing_is_broken()


@pytest.mark.feature("R2")
def test_a_hidden_ticket_shows_itself_to_whoever_types_its_code():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "Press preview", is_hidden=True, code="Preview 22")

    assert queries.offered(conference.expo_id, code="wrong") == []
    assert queries.offered(conference.expo_id, code="preview22") == [kind]
    assert submit(kind, "preview 22").registrations[0].state is State.CONFIRMED

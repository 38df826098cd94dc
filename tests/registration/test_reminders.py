"""Two approvals with a right each, and reminders before a deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import clock, jobs
from expo.core.money import Money
from expo.core.refusals import Forbidden
from expo.desk import deciding
from expo.mail import outbox
from expo.payment import payments
from expo.payment.models import PayMethod
from expo.programme import teams
from expo.programme.teams import Rights
from expo.programme.words import Role
from expo.registration import actions, tickets
from expo.registration.models import RegistrationState as State
from tests import factories as a

pytestmark = [pytest.mark.feature("R3"), pytest.mark.usefixtures("app")]
OWNER, DESK = Rights(frozenset({Role.OWNER})), Rights(frozenset({Role.REGISTRATION}))


def passing(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(days=days))


def letters(kind: str) -> list:
    return [one for one in outbox.waiting() if one.kind == kind]


def two_stages(**changes):
    values = {"needs_approval": True, "approval_stages": 2, "owners_last": True}
    return a.a_ticket_type(a.a_conference(), "Member", **{**values, **changes})


def test_the_desk_gives_the_first_approval_and_only_owners_the_last():
    kind = two_stages()
    some = [a.a_registration(a.a_person(kind.conference.expo), kind.conference, kind) for _n in range(2)]

    first = deciding.decide(some, DESK)
    assert [one.state for one in first.done] == [State.PRE_APPROVED] * 2
    last = deciding.decide(some, DESK)
    assert (last.done, len(last.refused)) == ([], 2)
    assert isinstance(last.refused[0][1], Forbidden)
    assert deciding.decide(some, DESK, refuse_them=True, note="no").done == []
    assert [one.state for one in deciding.decide(some, OWNER).done] == [State.CONFIRMED] * 2


def test_where_the_ticket_does_not_keep_it_for_owners_the_desk_gives_both():
    kind = two_stages(owners_last=False)
    one = a.a_registration(a.a_person(kind.conference.expo), kind.conference, kind)
    deciding.decide([one], DESK)
    assert deciding.decide([one], DESK).done == [one]


def test_who_has_to_decide_is_reminded_before_the_day_that_was_promised(monkeypatch):
    kind = two_stages(decide_by=clock.now() + timedelta(days=10))
    conference, expo = kind.conference, kind.conference.expo
    owner = a.an_organiser(expo, Role.OWNER)
    desk = a.an_organiser(expo, Role.REGISTRATION, conference)
    a.an_organiser(expo, Role.VIEWER, conference)
    a.an_organiser(expo, Role.REGISTRATION, a.a_conference(expo))
    first = a.a_registration(a.a_person(expo), conference, kind)
    second = a.a_registration(a.a_person(expo), conference, kind)
    actions.pre_approve(registration=second)

    passing(monkeypatch, 7.1)
    jobs.run_due()

    asked = {one.recipient: one.subject for one in letters("decisions_wait")}
    assert set(asked) == {owner.email, desk.email}
    assert asked[owner.email].startswith("2 registrations wait")
    assert asked[desk.email].startswith("1 registration waits")

    actions.approve(registration=second)
    actions.refuse(registration=first, reason="no")
    passing(monkeypatch, 9.1)
    jobs.run_due()
    assert len(letters("decisions_wait")) == 2


def test_another_day_takes_the_place_of_the_first_one(monkeypatch):
    kind = two_stages(decide_by=clock.now() + timedelta(days=10))
    a.an_organiser(kind.conference.expo)
    a.a_registration(a.a_person(kind.conference.expo), kind.conference, kind)
    from dataclasses import replace

    later = replace(tickets.draft_of(kind), decide_by=clock.now() + timedelta(days=20))
    tickets.save_ticket_type(conference=kind.conference, draft=later, ticket_type=kind)

    passing(monkeypatch, 9.5)
    jobs.run_due()
    assert letters("decisions_wait") == []
    passing(monkeypatch, 17.5)
    jobs.run_due()
    assert len(letters("decisions_wait")) == 1


def test_who_has_not_paid_is_reminded_and_who_has_is_not(monkeypatch):
    kind = a.a_ticket_type(a.a_conference(), "Congress", price_minor=49500)
    paid, unpaid = (a.a_registration(a.a_person(kind.conference.expo), kind.conference, kind) for _n in "ab")
    payments.record(order=paid.order, method=PayMethod.DESK, amount=Money(49500, "SEK"), key="k")
    days = (unpaid.order.due_at - clock.now()) / timedelta(days=1)

    passing(monkeypatch, days - 2.9)
    jobs.run_due()

    (asked,) = letters("registration_pay_soon")
    assert asked.recipient == unpaid.person.email
    assert unpaid.order.code in asked.body
    assert f"/orders/{unpaid.order.code}/" in asked.body


def test_whoever_may_do_something_is_found_by_role_here_or_in_the_whole_expo():
    conference = a.a_conference()
    expo = conference.expo
    both = [a.an_organiser(expo, Role.OWNER), a.an_organiser(expo, Role.REGISTRATION, conference)]
    a.an_organiser(expo, Role.FINANCE, conference)
    a.an_organiser(a.an_expo())

    from expo.programme.words import Deed

    found = teams.accounts_with(expo.id, conference.id, Deed.PRE_APPROVE)
    assert {one.id for one in found} == {one.id for one in both}

"""Invitations from a list: one letter each, and what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import clock
from expo.core.checks import broken
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.registration import actions, invitations
from expo.registration.invitations import Invitee
from expo.registration.models import RegistrationState
from expo.registration.refusals import CodeRefused, VoucherGone
from expo.registration.submitting import Choices
from expo.registration.voucher_models import Answered
from expo.registration.vouchers import VoucherDraft
from tests import factories as a

pytestmark = [pytest.mark.feature("R5"), pytest.mark.usefixtures("app")]

PEOPLE = [Invitee("ada@example.org", "Ada", "Lund"), Invitee("Bo@Example.org"), Invitee("eve@example.org")]


def letters() -> list:
    return [one for one in outbox.waiting() if one.kind == "registration_invitation"]


def an_invited_list(**changes):
    kind = a.a_ticket_type(a.a_conference(title="Congress"), "Member", needs_approval=True)
    terms = VoucherDraft(ticket_type_id=kind.id, skips_approval=True)
    sent = {"people": PEOPLE, "list_name": "Mayors", "message": "Do come!", "language": "en", **changes}
    invitations.invite(conference=kind.conference, terms=terms, **sent)
    return kind


def of(kind) -> dict[str, invitations.Invitation]:
    return {one.voucher.for_email: one for one in invitations.of_conference(kind.conference_id)}


def test_each_of_a_list_has_a_letter_with_a_code_for_their_address_alone():
    kind = an_invited_list()
    found = of(kind)

    assert [one.recipient for one in letters()] == ["ada@example.org", "bo@example.org", "eve@example.org"]
    assert len({one.voucher.code for one in found.values()}) == 3
    assert "Hello Ada," in letters()[0].body
    assert "Do come!" in letters()[0].body
    ada = a.a_person(kind.conference.expo, email="ada@example.org")
    with pytest.raises(CodeRefused):
        actions.submit(
            person=ada, ticket_types=[kind], choices=Choices(found["eve@example.org"].voucher.code)
        )
    made = actions.submit(
        person=ada, ticket_types=[kind], choices=Choices(found["ada@example.org"].voucher.code)
    )
    assert made.registrations[0].state is RegistrationState.CONFIRMED


def test_a_list_sent_twice_writes_to_nobody_twice():
    kind = an_invited_list()
    told = invitations.invite(
        conference=kind.conference,
        terms=VoucherDraft(),
        people=[*PEOPLE, Invitee("new@example.org"), Invitee("NEW@example.org")],
        list_name="More",
    )
    assert told.sent == 1
    assert len(letters()) == 4


def test_what_is_wrong_with_a_list_sends_nothing():
    conference = a.a_conference()
    for people, name in (([], "Mayors"), (PEOPLE, " ")):
        with pytest.raises(BadInput):
            invitations.invite(conference=conference, terms=VoucherDraft(), people=people, list_name=name)
    assert letters() == []


def test_the_list_says_who_opened_registered_and_declined():
    kind = an_invited_list()
    found = of(kind)
    expo = kind.conference.expo
    bo, eve = found["bo@example.org"], found["eve@example.org"]
    assert invitations.opened(expo.id, bo.voucher.code.lower(), who="x").id == bo.id
    assert invitations.opened(a.an_expo().id, bo.voucher.code, who="x") is None
    invitations.decline(invitation=eve)
    invitations.decline(invitation=eve)
    ada = a.a_person(expo, email="ada@example.org")
    actions.submit(person=ada, ticket_types=[kind], choices=Choices(found["ada@example.org"].voucher.code))

    standing = invitations.counts(invitations.of_conference(kind.conference_id))["Mayors"]
    assert standing == {Answered.OPENED: 1, Answered.DECLINED: 1, Answered.REGISTERED: 1}
    with pytest.raises(VoucherGone):
        invitations.decline(invitation=found["ada@example.org"])
    with pytest.raises(VoucherGone):
        late = a.a_person(expo, email="eve@example.org")
        actions.submit(person=late, ticket_types=[kind], choices=Choices(eve.voucher.code))
    assert list(broken()) == []


def test_only_who_has_said_nothing_is_reminded_and_once_a_day(monkeypatch):
    kind = an_invited_list()
    invitations.decline(invitation=of(kind)["eve@example.org"])
    assert invitations.remind(conference=kind.conference, list_name="Mayors") == 0

    monkeypatch.setattr(clock, "_offset", timedelta(days=1, minutes=1))
    assert invitations.remind(conference=kind.conference, list_name="Mayors") == 2
    assert invitations.remind(conference=kind.conference, list_name="Mayors") == 0
    again = letters()[3:]
    assert [one.recipient for one in again] == ["ada@example.org", "bo@example.org"]
    assert of(kind)["ada@example.org"].voucher.code in again[0].body

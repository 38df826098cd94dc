"""Inviting a list in pages, and the page that its letters lead to."""

from __future__ import annotations

import io

import pytest

from expo.organisations import actions as organisations
from expo.organisations.models import OrganisationKind
from expo.programme.words import Role
from expo.registration import invitations
from expo.registration.invitations import Invitee
from expo.web.organiser.invitations import invitee_of
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("R5")

FORM = {
    "list_name": "Mayors",
    "skips_approval": "y",
    "language": "en",
    "message": "Do come!",
    "valid_until": "",
}


@pytest.mark.once
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ada@example.org", Invitee("ada@example.org")),
        ("Ada Ek <ada@example.org>", Invitee("ada@example.org", "Ada Ek")),
        ("Ada; ada@example.org", Invitee("ada@example.org", "Ada")),
        ("Lund\tAda\tada@example.org\tmore", Invitee("ada@example.org", "Ada", "Lund")),
        ("Ada, ada@example.org", Invitee("ada@example.org", "Ada")),
        ("Lund; ; ", None),
        ("", None),
        ("nonsense", "nonsense"),
        ("Ada; ada@", "ada@"),
    ],
)
def test_a_line_is_read_however_people_write_it(line, found):
    assert invitee_of(line) == found


def test_a_pasted_list_and_a_file_are_invited_together_and_their_answers_are_counted(desk: Desk):
    ticket = a.a_ticket_type(desk.conference, "Member")
    owner = desk.open_as(Role.OWNER, desk.conference)
    path = f"{desk.path}/conferences/{desk.slug}/invitations"
    assert "Nobody is invited yet" in owner.get(path).text

    wrong = owner.post(path + "/new", {**FORM, "people": "ada@example.org\nbo at example", "ticket_type": ""})
    assert wrong.status_code == 422
    assert "Line 2: “bo at example” is not an e-mail address" in wrong.text
    sent = {
        **FORM,
        "people": "Lund; Ada; ada@example.org",
        "ticket_type": str(ticket.id),
        "file": (io.BytesIO(b"Namn,E-post\nBo Ek,bo@example.org\n"), "list.csv"),
    }
    assert owner.post(path + "/new", sent).status_code == 303

    found = {one.voucher.for_email: one for one in invitations.of_conference(desk.conference.id)}
    assert found["bo@example.org"].name == "Bo Ek"
    code = found["ada@example.org"].voucher.code
    guest = desk.browser()
    letter = f"/{desk.expo.slug}/invitations/{code}"
    page = guest.get(letter).text
    assert "with a place as Member" in page
    assert "Do come!" in page
    assert guest.post(letter + "/decline").status_code == 303
    assert "You have declined" in guest.get(letter).text
    page = owner.get(path + "?list=Mayors").text
    assert "Declined" in page
    assert "ada@example.org" in page


def test_the_members_of_a_group_are_filled_in(desk: Desk):
    city = organisations.find_or_create(name="Lund", kind=OrganisationKind.CITY, country="SE")
    organisations.gather(name="Mission cities", organisations=[city])
    owner = desk.open_as(Role.OWNER, desk.conference)
    page = owner.get(f"{desk.path}/conferences/{desk.slug}/invitations/new?group=mission-cities").text

    assert "Lund; ; " in page


def test_a_wrong_code_leads_to_the_form_and_cannot_be_tried_for_ever(desk: Desk):
    guest = desk.browser()
    assert guest.get(f"/{desk.expo.slug}/invitations/NOTHING123").status_code == 303
    assert guest.post(f"/{desk.expo.slug}/invitations/NOTHING123/decline").status_code == 404

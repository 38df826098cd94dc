"""A protected identity: the name is sealed, so what shows, prints, searches or exports has the alias and nothing else."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa

import expo as package
from expo.accounts import joining, protection
from expo.accounts.models import Person, ProtectedIdentity
from expo.accounts.refusals import AliasSaysName, NotProtected
from expo.checkin import paper, search
from expo.core import audit, checks
from expo.core.db import db
from expo.desk import actions as desk
from expo.mail import outbox
from expo.privacy import archive, erasing, protecting
from expo.programme.words import Role
from tests import factories as a
from tests.checkin import doors
from tests.checkin.test_crew import somebody
from tests.privacy.test_erasing import NAME, somebody_with_everything, where_it_stands

pytestmark = [pytest.mark.feature("Q3", "O7"), pytest.mark.usefixtures("app")]


def test_after_protection_a_search_over_the_whole_database_finds_the_name_sealed_and_nowhere_else():
    person = somebody_with_everything(a.an_expo())
    others = {place.partition(".")[0] for place in where_it_stands(NAME)}
    assert {"persons", "accounts", "nominees", "notes"} <= others or len(others) >= 5, others

    protecting.protect(person=person, alias="Guest of the city", reason=f"{NAME} wrote to us.")

    assert {place.partition(".")[0] for place in where_it_stands(NAME)} <= {"documents"}, (
        "an issued invoice is never edited, and finance's"
    )
    assert (person.name, person.account.name) == ("Guest of the city", "Guest of the city")
    [entry] = [one for one in audit.history("person", person.id) if one.action == "identity_protected"]
    assert entry.why == "Guest of the city wrote to us."
    assert archive.told(person)["person"]["name"] == NAME, "to themselves"
    assert archive.told(person, themselves=False)["person"]["name"] == "Guest of the city"
    assert list(checks.broken()) == []

    protecting.lift(person=person)
    assert (person.name, person.account.name, person.protected_at) == (NAME, NAME, None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProtectedIdentity)) == 0


@pytest.mark.once
def test_only_who_may_know_asks_for_the_real_name():
    """Whatever a page shows comes from the row, which has the alias. What opens the seal stands here."""
    root = Path(package.__file__).parent
    callers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "real_name(" in path.read_text() or "is_called(" in path.read_text()
    }
    assert callers == {
        "accounts/protection.py", "accounts/personal.py",  # my own archive
        "privacy/queries.py", "privacy/protecting.py",  # what to erase; the desk, written down
        "imports/attendees.py",  # whether a row of a list is somebody known
        "web/delegate/data.py",  # my own page
    }  # fmt: skip


def test_badge_door_lists_files_and_letters_say_the_alias(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada = a.a_person(expo, "Ada Rossi-Lind", email="ada.rossi@lind.example")
    registration = a.a_registration(ada, conference)
    occurrence = a.a_session(conference)
    desk.note(registration=registration, text="Ada Rossi-Lind needs a chair.")
    zone = doors.a_zone(expo, conference)
    gate = doors.a_gate(zone)
    _device, token = doors.a_device(gate)
    door = doors.Door(gate.id, token)
    code = doors.code_of(ada)

    protecting.protect(person=ada)

    assert ada.name.startswith("Guest ")
    assert door.scan(code).delegate.name == ada.name
    lead = browser(a.an_organiser(expo, Role.OWNER))
    at = f"/{expo.slug}/organise"
    for path in (
        "/people", "/people?q=rossi", f"/people/{registration.code}", "/history", "/inside", "/badges", "/loans",
        f"/bookings/{occurrence.session.code}", "/live", f"/walk-in/{registration.code}",
        "/data-protection?q=rossi", "/data-protection",
    ):  # fmt: skip
        answer = lead.get(at + path)
        assert answer.status_code == 200, path
        assert "Rossi" not in answer.text, path
        assert "ada.rossi@" not in answer.text, path
    file = lead.post(f"{at}/people/export.csv")
    assert ada.name in file.text
    assert "rossi" not in file.text.lower(), "neither name nor address"
    assert [line.name for line in paper.lines(gate)] == [ada.name]
    badge = pypdfium2.PdfDocument(browser(ada).get(f"/{expo.slug}/my/badge.pdf").data)
    printed = badge[0].get_textpage().get_text_range()
    assert ada.name in printed
    assert "Rossi" not in printed
    assert [letter.subject for letter in outbox.latest() if "Rossi" in letter.subject] == []


def test_search_at_the_door_and_the_desk_finds_the_alias_and_never_the_name(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada = a.a_person(expo, "Ada Rossi", email="ada.rossi@lind.example")
    a.a_registration(ada, conference)
    device, _token = doors.a_device(doors.a_gate(doors.a_zone(expo, conference)))
    lead, _pin = somebody(expo)
    protecting.protect(person=ada, alias="Moon 7")

    assert [one.name for one in search.find(device=device, by=lead, said="moon")] == ["Moon 7"]
    assert search.find(device=device, by=lead, said="rossi") == []
    desk_page = browser(a.an_organiser(expo, Role.REGISTRATION, conference))
    assert "Moon 7" in desk_page.get(f"/{expo.slug}/organise/people?q=moon").text
    assert "Moon 7" not in desk_page.get(f"/{expo.slug}/organise/people?q=rossi").text
    assert "Moon 7" not in desk_page.get(f"/{expo.slug}/organise/people?q=ada.rossi@lind.example").text


def test_everybody_takes_changes_and_ends_an_alias_by_themselves(browser):
    conference = a.a_conference()
    ada = a.a_person(conference.expo, "Ada Rossi")
    path = f"/{conference.expo.slug}/my/data"
    guest = browser(ada)

    assert "Take an alias" in guest.get(path).text
    refused = guest.post(f"{path}/alias", {"alias": "The Rossi"})
    assert refused.status_code == 422
    assert "says part of the name" in refused.text
    assert guest.post(f"{path}/alias", {"alias": "Moon 7"}).status_code == 303
    assert guest.post(f"{path}/alias", {"alias": "Sun 8"}).status_code == 303
    page = guest.get(f"{path}/alias").text
    assert "Sun 8" in page
    assert "Ada Rossi" in page
    assert guest.post(f"{path}/alias/end").status_code == 303
    assert db.session.get_one(Person, ada.id).name == "Ada Rossi"


def test_the_desk_protects_shows_and_ends_with_a_reason_and_every_look_is_written_down(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada, elsewhere = a.a_person(expo, "Ada Rossi"), a.a_person(a.an_expo())
    path = f"/{expo.slug}/organise/data-protection"
    for deed in ("alias", "alias/end", "name"):
        for who in (a.an_organiser(expo, Role.REGISTRATION), a.an_organiser(expo, Role.OWNER, conference)):
            assert browser(who).post(f"{path}/{ada.id}/{deed}", {"reason": "asked"}).status_code == 403
    owner = browser(a.an_organiser(expo, Role.OWNER))

    assert owner.post(f"{path}/{elsewhere.id}/alias", {"reason": "asked"}).status_code == 404
    assert owner.post(f"{path}/{ada.id}/alias", {"alias": "Moon 7", "reason": ""}).status_code == 422
    assert (
        owner.post(f"{path}/{ada.id}/alias", {"alias": "Moon 7", "reason": "Court 3 May"}).status_code == 303
    )
    page = owner.get(f"{path}/{ada.id}").text
    assert "Moon 7" in page
    assert "Ada Rossi" not in page
    assert "Moon 7" in owner.get(path).text
    assert owner.post(f"{path}/{ada.id}/name", {"reason": ""}).status_code == 422
    assert "Ada Rossi" in owner.post(f"{path}/{ada.id}/name", {"reason": "Police 12"}).text
    [look] = [one for one in audit.history("person", ada.id) if one.action == "real_name_shown"]
    assert look.why == "Police 12"
    assert owner.post(f"{path}/{ada.id}/alias/end", {"reason": "asked"}).status_code == 303
    assert db.session.get_one(Person, ada.id).name == "Ada Rossi"


def test_protection_outlasts_joining_and_ends_with_an_erasure():
    expo = a.an_expo()
    first = a.a_person(expo, "Ada Rossi", email="ada@rossi.example")
    second = a.a_person(expo, "Ada Rossi", email="ada@rossi.example")
    protecting.protect(person=first, alias="Moon 7")

    joining.join(kept=second, gone=first)

    assert (second.name, protection.real_name(second)) == ("Moon 7", "Ada Rossi")
    assert first.protected_at is None
    erasing.erase(person=second)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProtectedIdentity)) == 0
    assert where_it_stands("Ada Rossi") == []
    assert list(checks.broken()) == []
    with pytest.raises(NotProtected):
        protecting.rename(person=second, alias="Sun 8")


def test_no_two_are_given_the_same_alias_and_none_says_the_name():
    expo = a.an_expo()
    people = [a.a_person(expo, f"Ada Rossi {number}") for number in range(4)]
    for person in people:
        protecting.protect(person=person)
    assert len({person.name for person in people}) == 4
    with pytest.raises(AliasSaysName):
        protecting.rename(person=people[0], alias="A. ROSSI")

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
from expo.core.audit import AuditEntry
from expo.core.db import db, transaction
from expo.delegations.models import Nominee
from expo.desk import actions as desk
from expo.desk.models import DeskNote
from expo.invoicing.models import BillingDetails
from expo.mail import outbox
from expo.mail.models import Letter
from expo.privacy import archive, erasing, protecting
from expo.programme.words import Role
from tests import factories as a
from tests.checkin import doors
from tests.checkin.test_crew import somebody
from tests.delegations.sending import a_city_ticket, a_delegation, nominate, secret_for
from tests.privacy.test_erasing import NAME, somebody_with_everything, where_it_stands

pytestmark = [pytest.mark.feature("Q3", "O7"), pytest.mark.usefixtures("app")]


def test_after_protection_a_search_over_the_whole_database_finds_the_name_sealed_and_nowhere_else():
    person = somebody_with_everything(a.an_expo())
    others = {place.partition(".")[0] for place in where_it_stands(NAME)}
    assert {"persons", "accounts", "nominees", "desk_notes"} <= others, others

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


@pytest.mark.parametrize("name", ["Ada Rossi", "Ada"])
def test_what_is_surely_theirs_says_the_alias_also_where_a_namesake_keeps_the_name(name):
    """A text search leaves out a name that two have, or of one word: rows that belong to the person are gone through."""
    conference = a.a_conference()
    ada = a.a_person(conference.expo, name, email="ada@rossi.example")
    other = a.a_person(conference.expo, name, email="another@rossi.example")
    bought = a.a_registration(ada, conference, a.a_ticket_type(conference, price_minor=5_000))
    with transaction():
        db.session.add(
            BillingDetails(order_id=bought.order.id, expo_id=ada.expo_id, name=name, street=f"c/o {name}")
        )
    desk.note(registration=bought, text=f"{name} and Adam need a chair.")
    theirs = desk.note(registration=a.a_registration(other, conference), text=f"{name} has a dog.")
    city = a_city_ticket(a.a_conference(conference.expo))
    nominate(a_delegation(city), city, name=name, email="ada@rossi.example", by_link=True)

    protecting.protect(person=ada, alias="Moon 7", reason=f"{name} wrote.")

    left = {place.partition(":")[0] for place in where_it_stands(name)} - {
        "persons.email",
        "search_entries.digest",
    }
    assert left == {
        "persons.name", "persons.folded_name", "persons.folded_words", "audit_entries.personal", "letters.body",
        "desk_notes.text",
    }  # fmt: skip
    kept = str([one.personal for one in db.session.scalars(sa.select(AuditEntry))])
    assert ("another@rossi.example" in kept, "ada@rossi.example" in kept) == (True, False), (
        "the namesake's own"
    )
    letters = db.session.scalars(sa.select(Letter).where(Letter.body.contains(f"Hello {name},")))
    assert {one.recipient for one in letters} == {"another@rossi.example"}
    assert theirs.text == f"{name} has a dog."
    details = db.session.get_one(BillingDetails, bought.order.id)
    assert (details.name, details.street) == ("Moon 7", "c/o Moon 7")
    assert "Moon 7 and Adam need a chair." in {one.text for one in db.session.scalars(sa.select(DeskNote))}
    assert [one.name for one in db.session.scalars(sa.select(Nominee))] == ["Moon 7"]

    protecting.lift(person=ada)
    db.session.expire_all()
    assert details.name == name
    assert "Moon 7 and Adam need a chair." in {one.text for one in db.session.scalars(sa.select(DeskNote))}


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
        "privacy/queries.py", "privacy/protecting.py", "privacy/joining.py",  # to erase; the desk
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


def test_an_alias_of_the_one_takes_the_other_name_out_of_all_that_was_written_too():
    """Two with one mailbox and different names: whoever keeps the row, neither name is left, and the alias of the one
    is not taken where it says the name of the other."""
    for protected_stays in (True, False):
        for alias in ("Moon 7", "Rossini"):
            conference = a.a_conference()
            kept, gone = (
                a.a_person(conference.expo, name, email="ada@rossi.example")
                for name in (
                    ("Ada Rossi", "Adda Rossini") if protected_stays else ("Adda Rossini", "Ada Rossi")
                )
            )
            for one in (kept, gone):
                desk.note(
                    registration=a.a_registration(one, a.a_conference(conference.expo)), text=f"{one.name}!"
                )
            elsewhere = a.a_registration(a.a_person(conference.expo), conference)
            desk.note(registration=elsewhere, text="Came with Adda Rossini and Ada Rossi.")
            protecting.protect(person=kept if protected_stays else gone, alias=alias)

            joining.join(kept=kept, gone=gone)

            if protected_stays or alias == "Moon 7":
                assert kept.name == alias
            else:
                assert kept.name.startswith("Guest ")
            assert protection.real_name(kept) == ("Ada Rossi" if protected_stays else "Adda Rossini")
            assert where_it_stands("Ada Rossi", "Adda Rossini") == []
            assert list(checks.broken()) == []


@pytest.mark.parametrize("deed", ["lift", "rename"])
def test_whoever_ends_or_changes_an_alias_looks_at_the_row_as_it_is_now(deed):
    """A page that read the person before somebody else ended the alias: the name is not sealed as an alias."""
    ada = a.a_person(a.an_expo(), "Ada Rossi")
    protecting.protect(person=ada, alias="Moon 7")
    with transaction():  # behind the back of what the session has read
        assert ada.protected_at is not None, "as it is read"
        db.session.execute(sa.delete(ProtectedIdentity))
        db.session.execute(
            sa.update(Person)
            .values(protected_at=None, name="Ada Rossi")
            .execution_options(synchronize_session=False)
        )
        with pytest.raises(NotProtected):
            protecting.lift(person=ada) if deed == "lift" else protecting.rename(person=ada, alias="Sun 8")
    assert ada.name == "Ada Rossi"


def test_pages_of_a_delegation_show_no_address_of_a_protected_nominee(browser):
    city = a_city_ticket()
    delegation = a_delegation(city)
    nominee = nominate(delegation, city, email="ada.rossi@lind.example")
    nominate(delegation, city, name="Bo Berg", email="bo@berg.example")
    nominate(delegation, city, name="Ada Rossi-Lind", email="ada.rossi@lind.example", by_link=True)
    expo = city.conference.expo
    secret = secret_for(delegation.focal_email)
    protecting.protect(person=db.session.get_one(Person, nominee.person_id), alias="Moon 7")

    owner = browser(a.an_organiser(expo, Role.OWNER))
    for path in (
        f"/{expo.slug}/organise/delegations/{delegation.code}", f"/{expo.slug}/delegation/{secret}",
    ):  # fmt: skip
        page = owner.get(path).text
        assert "Moon 7" in page
        assert "bo@berg.example" in page
        assert "rossi" not in page.lower()
    assert "rossi" not in owner.get(f"/{expo.slug}/delegation/{secret}/nominees/{nominee.id}").text.lower()


def test_taking_and_ending_an_alias_in_turn_has_one_limit(browser):
    conference = a.a_conference()
    guest, path = browser(a.a_person(conference.expo, "Ada Rossi")), f"/{conference.expo.slug}/my/data/alias"
    answers = [
        guest.post(path, {"alias": "Moon 7"}).status_code
        if turn % 2 == 0
        else guest.post(f"{path}/end").status_code
        for turn in range(12)
    ]
    assert answers == [303] * 10 + [429] * 2


def test_no_two_are_given_the_same_alias_and_none_says_the_name():
    expo = a.an_expo()
    people = [a.a_person(expo, f"Ada Rossi {number}") for number in range(4)]
    for person in people:
        protecting.protect(person=person)
    assert len({person.name for person in people}) == 4
    with pytest.raises(AliasSaysName):
        protecting.rename(person=people[0], alias="A. ROSSI")

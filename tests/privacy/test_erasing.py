"""Erased means gone: the whole database is searched for every field of the person, as is the folder beside it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.accounts import claiming, signins
from expo.accounts.models import LinkPurpose, Person
from expo.badge import queries as badges
from expo.badge.models import BadgeState
from expo.basket import waiting
from expo.booking import actions as booking
from expo.core import audit, checks, clock
from expo.core.db import Base, db, transaction
from expo.core.money import Money
from expo.core.personal import ERASED
from expo.delegations import actions as delegations
from expo.desk import actions as desk
from expo.favourites import actions as favourites
from expo.mail import outbox
from expo.payment import payments
from expo.payment import queries as payment
from expo.payment.models import PayMethod
from expo.privacy import archive, erasing, keeping, queries
from expo.privacy.refusals import AlreadyErased
from expo.programme.words import Role
from expo.questions import files
from expo.questions.models import Kind
from expo.questions.values import Given
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate
from tests.questions.asking import a_picture, a_question, registered

pytestmark = [pytest.mark.feature("R15"), pytest.mark.usefixtures("app")]

NAME, EMAIL = "Åsa Öberg-Lindqvist", "asa.oberg@lindqvist.example"
FIELDS = (NAME, EMAIL, "Lindqvist & Døttre", "Ängelholm-Nord")


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    """A folder of its own for what lies beside the database."""
    monkeypatch.setitem(app.config, "EXPO", replace(app.config["EXPO"], var=str(tmp_path)))
    return tmp_path


def where_it_stands(*words: str) -> list[str]:
    """A full-text search over every table: where one of these words stands, in whatever way it may be written."""
    wanted = {form.casefold() for word in words for form in (word, json.dumps(word)[1:-1])}
    found = []
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            for column, value in row.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                if any(
                    word in text.casefold() or word in json.dumps(value, default=str).casefold()
                    for word in wanted
                ):
                    found.append(f"{table.name}.{column}: {text[:80]}")
    return found


def somebody_with_everything(expo) -> Person:
    """Registered, paid, booked, noted, nominated, waiting, signed in with an account: in every room."""
    person = accounts.create_person(
        expo_id=expo.id, name=NAME, email=EMAIL, language="sv", organisation=FIELDS[2], city=FIELDS[3],
        country="SE",
    )  # fmt: skip
    conference = a.a_conference(expo)
    ticket = a.a_ticket_type(conference, price_minor=50_000)
    registration = a.a_registration(person, conference, ticket)
    payments.record(
        order=registration.order, amount=Money(50_000, "SEK"), method=PayMethod.TRANSFER, key="k" * 22,
        note=f"from {NAME.upper()}",
    )  # fmt: skip
    occurrence = a.a_session(conference)
    booking.book_seat(person=person, occurrence_id=occurrence.id)
    favourites.keep(person=person, occurrence_ids=[occurrence.id])
    desk.note(registration=registration, text=f"{NAME} comes with a dog.")
    closed = a.a_ticket_type(a.a_conference(expo), needs_approval=True)
    refused = a.a_registration(person, closed.conference, closed)
    registrations.refuse(registration=refused, reason=f"{EMAIL} is no city.")
    full = a.a_ticket_type(a.a_conference(expo), quota=0)
    waiting.join(ticket_type=full, name=NAME, email=EMAIL, party=1, language="sv")
    city = a_city_ticket(a.a_conference(expo))
    nominate(a_delegation(city), city, name=NAME, email=EMAIL, by_link=True)
    with transaction():
        token = accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person)
    account = claiming.make_account(token=token, expo_id=expo.id, password="tre fiskar i sundet")
    signins.begin(account=account, device="Lindqvist & Døttre phone")
    accounts.new_calendar_address(person)
    return person


def test_after_erasure_a_search_over_the_whole_database_and_its_folder_finds_no_field_of_the_person(folder):
    expo = a.an_expo()
    person = somebody_with_everything(expo)
    assert len({place.partition(".")[0] for place in where_it_stands(*FIELDS)}) >= 9, (
        "the search finds what is there"
    )
    order = payment.of_person(person.id)[-1]
    total = order.total_minor

    erasing.erase(person=person, reason=f"{NAME} asked by telephone.")
    keeping.keep()

    left = where_it_stands(*FIELDS)
    assert {place.partition(".")[0] for place in left} <= {"documents"}, "an issued invoice is never edited"
    assert any("Invoices" in text for text in queries.what_stays(person))
    assert all(NAME not in path.read_text() and EMAIL not in path.read_text() for path in folder.iterdir())
    assert (person.name, person.email, order.total_minor) == (ERASED, None, total), "the ledger keeps amounts"
    assert {one.state for one in tickets.of_person(person.id)} <= {
        RegistrationState.WITHDRAWN, RegistrationState.REFUSED,
    }  # fmt: skip
    assert all(one.state is BadgeState.REVOKED for one in badges.badges_of(expo.id, person.id))
    assert queries.erasures(expo.id)[0].reason == f"{ERASED} asked by telephone."
    assert list(checks.broken()) == []
    with pytest.raises(AlreadyErased):
        erasing.erase(person=person)


def test_a_namesake_and_whoever_shares_the_address_lose_nothing():
    expo = a.an_expo()
    conference = a.a_conference(expo)
    ada = a.a_person(expo, "Ada Lind", email="home@lind.example")
    namesake = a.a_person(expo, "Ada Lind", email="other@lind.example")
    child = a.a_person(expo, "Bo Lind", email="home@lind.example")
    for one in (ada, namesake, child):
        a.a_registration(one, conference)
    desk.note(registration=tickets.of_person(namesake.id)[0], text="Ada Lind sits in front.")
    letters = [letter.id for letter in outbox.latest() if letter.kind == "registration_received"]

    erasing.erase(person=ada)

    assert (namesake.name, child.email) == ("Ada Lind", "home@lind.example")
    assert [one.state for one in (*tickets.of_person(namesake.id), *tickets.of_person(child.id))] == [
        RegistrationState.CONFIRMED
    ] * 2
    kept = [outbox.letter(one).recipient for one in letters]
    assert sorted(kept) == [ERASED, "home@lind.example", "other@lind.example"]
    assert archive.told(namesake)["notes"][0]["note"] == "Ada Lind sits in front."
    assert list(checks.broken()) == []


def test_places_go_to_whoever_waits_and_they_are_told(monkeypatch):
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, quota=1)
    ada = a.a_person(conference.expo, "Ada Lind")
    a.a_registration(ada, conference, ticket)
    waiting.join(ticket_type=ticket, name="Bo", email="bo@ek.example", party=1, language="en")

    erasing.erase(person=ada)

    assert [letter.kind for letter in outbox.latest(to="bo@ek.example")] == ["ticket_offer", "waiting_joined"]
    assert list(checks.broken()) == []


def test_an_account_that_works_for_the_expo_stays_and_one_that_nobody_needs_ends():
    expo = a.an_expo()
    owner, guest = a.an_organiser(expo, Role.OWNER), a.an_account()
    for account in (owner, guest):
        person = accounts.person_for(account=account, expo_id=expo.id)
        erasing.erase(person=person)

    assert (owner.disabled_at, guest.name) == (None, ERASED)
    assert guest.disabled_at is not None
    assert where_it_stands("ada@example.org") == []


def test_a_restored_backup_brings_nobody_back_and_erases_nobody_else():
    expo = a.an_expo()
    ada, other = a.a_person(expo, "Ada Lind", email="ada@lind.example"), a.a_person(expo)
    erasing.erase(person=ada)
    keeping.keep()
    with (
        transaction()
    ):  # what a restore does: the rows of yesterday are here again, the list beside them is today's
        db.session.execute(sa.text("DELETE FROM erasures"))
        db.session.execute(
            sa.update(Person)
            .where(Person.id == ada.id)
            .values(name="Ada Lind", folded_name="ada lind", email="ada@lind.example", erased_at=None)
        )
    lines = keeping.place().read_text()
    keeping.place().write_text(lines + lines.replace(f'"person": {ada.id}', f'"person": {other.id}'))
    db.session.expire_all()

    keeping.keep()
    keeping.keep()

    db.session.expire_all()
    assert (ada.name, ada.email) == (ERASED, None)
    assert other.erased_at is None
    assert [one.person_id for one in queries.erasures(expo.id)] == [ada.id]
    assert list(checks.broken()) == []


def test_the_archive_tells_everything_to_a_reader_and_to_a_machine():
    expo = a.an_expo()
    person = somebody_with_everything(expo)

    with zipfile.ZipFile(io.BytesIO(archive.made(person=person, expo=expo))) as file:
        data = json.loads(file.read("data.json"))
        page = file.read("index.html").decode()
        assert {"badge.svg", "badge.png"} <= set(file.namelist())

    assert data["person"]["name"] == NAME
    assert len(data["registrations"]) == len(tickets.of_person(person.id))
    assert data["notes"][0]["note"].endswith("with a dog.")
    assert data["orders"][-1]["payments"][0]["amount"] == 50_000 or data["orders"][0]["payments"]
    assert all(data[room] for room in ("letters", "bookings", "favourites", "waiting"))
    assert NAME in page
    assert "<script" not in page
    assert audit.history("person", person.id)[0].action == "data_downloaded"


def test_the_archive_has_what_was_handed_in_and_what_is_sealed_is_opened_for_the_person_alone():
    kind = a.a_ticket_type(a.a_conference())
    photo = a_question(kind.conference, kind=Kind.PHOTO)
    needs = a_question(kind.conference, "Needs?", kind=Kind.ACCESS, is_sealed=True)
    token = files.keep(photo, name="../../me.jpg", content=a_picture())
    person = registered(kind, {photo: Given(file=token), needs: Given((), "a hoist")}).person

    for themselves in (True, False):
        made = archive.made(person=person, expo=kind.conference.expo, themselves=themselves)
        with zipfile.ZipFile(io.BytesIO(made)) as file:
            assert ("a hoist" in file.read("data.json").decode()) is themselves
            (handed_in,) = [name for name in file.namelist() if name.startswith("files/")]
            assert "/" not in handed_in.removeprefix("files/")
            assert file.read(handed_in).startswith(b"\xff\xd8")


def test_verify_finds_an_erased_person_who_is_still_there():
    ada = a.a_person(a.an_expo())
    erasing.erase(person=ada)
    with transaction():
        db.session.execute(sa.update(Person).where(Person.id == ada.id).values(email="ada@lind.example"))

    assert [promise.rule for promise, _found in checks.broken()] == ["12"]


def test_everything_is_erased_that_a_focal_point_wrote():
    expo = a.an_expo()
    ticket = a_city_ticket(a.a_conference(expo))
    person = a.a_person(expo, "Carla Punto", email="carla@turin.example")
    delegation = a_delegation(ticket)
    with transaction():
        delegation.focal_name, delegation.focal_email = "Carla Punto", "carla@turin.example"
    delegations.send_anew(delegation=delegation)

    erasing.erase(person=person)

    assert where_it_stands("Carla Punto", "carla@turin.example") == []
    assert clock.now() >= person.erased_at

"""A hundred people with the names that people have: each registers as they are, and stands so everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from expo.desk import queries as desk
from expo.desk.filters import PeopleFilter, Scope
from expo.imports import xlsx
from expo.mail import outbox
from expo.mail.message import EmailMessage
from expo.mail.message import of as message_of
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.client import Client
from tests.web.organiser.test_people import nothing_is_broken

# Made-up people: their names, organisations and cities are as real ones are written.
PEOPLE = list(csv.DictReader((Path(__file__).parent.parent / "data/people.csv").open(encoding="utf-8")))


@pytest.mark.feature("O1", "R1", "R3")
def test_each_of_them_registers_and_is_right_on_pages_in_files_and_in_letters(browser: Callable[..., Client]):
    conference = a.a_conference(title="City week")
    ticket = a.a_ticket_type(conference, "City delegate", needs_approval=True)
    home = f"/{conference.expo.slug}"
    assert len(PEOPLE) == 100
    for number, person in enumerate(PEOPLE):
        form = {
            "name": person["name"], "email": f"p{number}@example.org", "organisation": person["organisation"],
            "city": person["city"], "country": person["country_code"], "ticket": str(ticket.id),
        }  # fmt: skip
        guest = browser()
        sent = guest.post(f"{home}/register", form)
        assert sent.status_code == 303, (person, sent.status_code)
    organiser = browser(a.an_organiser(conference.expo))

    # On the page of the desk, each as they wrote themselves, and found by any of their words.
    page = organiser.get(f"{home}/organise/people?sort=name").text
    scope = Scope((conference.id,), frozenset({conference.id}))
    for number, person in enumerate(PEOPLE):
        assert str(escaped(person["name"])) in page, person
        words = (person["name"], person["organisation"], person["city"].upper(), f"p{number}@example.org")
        found = [one.person.email for one in desk.page(scope, PeopleFilter(words[number % 4]), most=100)]
        assert f"p{number}@example.org" in found, (person, words[number % 4])

    # In both files, in the order in which they came.
    for form in ("csv", "xlsx"):
        file = organiser.post(f"{home}/organise/people/export.{form}")
        rows = (
            list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"), newline="")))
            if form == "csv"
            else [cells for _line, cells in xlsx.rows(file.data, most=200)]
        )
        heads, *rows = rows
        assert [dict(zip(heads, row, strict=False))["Name"] for row in rows] == [
            one["name"] for one in PEOPLE
        ]
        for row, person in zip(rows, PEOPLE, strict=True):
            said = dict(zip(heads, row, strict=False))
            assert (said["Organisation"], said["City"], said["Country code"]) == (
                person["organisation"], person["city"], person["country_code"],
            )  # fmt: skip

    # All are approved in one go, and each letter calls them by their name.
    done = organiser.post(f"{home}/organise/people/all", {"decision": "approve", "found": "100"})
    assert done.status_code == 303
    letters = {}
    for letter in outbox.waiting():
        letters.setdefault(letter.recipient, []).append(message_of(letter))
    for number, person in enumerate(PEOPLE):
        received, approved = letters[f"p{number}@example.org"]
        assert f"Hello {person['name']}," in text_of(received)
        assert f"Hello {person['name']}," in text_of(approved)
        received.as_bytes()  # as it travels

    # Two of one name stay two.
    everybody = desk.page(scope, PeopleFilter(), most=200)
    assert len({one.person_id for one in everybody}) == 100
    assert {one.state for one in everybody} == {RegistrationState.CONFIRMED}
    twice = a.a_person(conference.expo, PEOPLE[0]["name"], email="namesake@example.org")
    a.a_registration(twice, conference, ticket)
    namesakes = desk.page(scope, PeopleFilter(PEOPLE[0]["name"]), most=9)
    assert len({one.person_id for one in namesakes}) == 2
    nothing_is_broken()


def text_of(letter: EmailMessage) -> str:
    """Its plain words."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def escaped(text: str) -> str:
    """As a page writes it."""
    return text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;").replace("<", "&lt;")

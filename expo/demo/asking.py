"""What the H22+50 Session asks, what some have answered, and whom the Dialogue has invited from a list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from expo.accounts import actions as accounts
from expo.core import clock
from expo.core.text import slug
from expo.expos.models import Expo
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import Role
from expo.questions import actions, answering
from expo.questions.actions import QuestionDraft
from expo.questions.models import Kind, Question
from expo.questions.values import Given
from expo.registration import actions as registrations
from expo.registration import invitations
from expo.registration import queries as tickets
from expo.registration.invitations import Invitee
from expo.registration.submitting import Choices
from expo.registration.vouchers import VoucherDraft

from .crowd import DIALOGUE, OPEN, SESSION
from .guests import HOST

KEPT = date(2022, 7, 31)
_READERS = frozenset({Role.OWNER, Role.REGISTRATION})
_YES_NO = ({"sv": "Ja", "en": "Yes"}, {"sv": "Nej", "en": "No"})
_GUESTS = (
    ("Ebba Lindahl", "Malmö stad"),
    ("Joost van Dijk", "Gemeente Utrecht"),
    ("Aoife Byrne", "Dublin City Council"),
    ("Tomás Herrera", "Ajuntament de València"),
    ("Linnea Frisk", "Lunds kommun"),
)


def arrange(expo: Expo, begins: datetime) -> None:
    """Asked the day before the demo begins; the first hundred have not all had the time to answer."""
    with clock.at(begins - timedelta(days=1)):
        session = programme.conference(expo.id, SESSION)
        assert session is not None
        food, access, letter, country = _ask(session)
        _ask_the_press(expo)
        rows = tickets.desk([session.id], most=60)
        for number, registration in enumerate(sorted(rows, key=lambda one: one.id)):
            if not registration.is_live or number % 4 == 3:
                continue
            given = {food.id: Given((("vegetarian",), ("vegan",), ("halal",), ())[number % 4])}
            if number % 7 == 1:
                given[access.id] = Given(("step-free",), "I come with a companion" if number % 2 else "")
            if registration.person.country not in ("", "SE", "DK", "DE", "FI"):
                given |= {letter.id: Given(("ja",)), country.id: Given((registration.person.country,))}
            answering.change(registration=registration, given=given)
    with clock.at(begins - timedelta(days=12)):
        _invite(expo)


def _question(
    conference: Conference, kind: Kind, sv: str, en: str, why_sv: str, why_en: str, **more: Any
) -> Question:
    draft = QuestionDraft(kind, {"sv": sv, "en": en}, {"sv": why_sv, "en": why_en}, KEPT, **more)
    return actions.save_question(conference=conference, draft=draft)


def _ask(session: Conference) -> tuple[Question, Question, Question, Question]:
    question = partial(_question, session, change_until=date(2022, 5, 31))
    food = question(
        Kind.DIET,
        "Vad äter du?",
        "What do you eat?",
        "För köket på mottagningen",
        "For the kitchen of the reception",
    )
    access = question(
        Kind.ACCESS, "Vad behöver du för att kunna delta?", "What do you need in order to take part?",
        "För att ordna det före dagen", "So that we arrange it before the day",
        is_sealed=True, readers=_READERS | {Role.DOOR_LEAD},
    )  # fmt: skip
    letter = question(
        Kind.CHOICE, "Behöver du ett inbjudningsbrev för visum?", "Do you need an invitation letter for a visa?",
        "För din visumansökan", "For your application", options=_YES_NO,
    )  # fmt: skip
    country = question(
        Kind.COUNTRY, "Vilket land har utfärdat ditt pass?", "Which country issued your passport?",
        "Står i inbjudningsbrevet", "Stands in the invitation letter",
        required=True, depends_on_id=letter.id, depends_on=("ja",), is_sealed=True, readers=_READERS,
    )  # fmt: skip
    return food, access, letter, country


def _ask_the_press(expo: Expo) -> None:
    city = programme.conference(expo.id, OPEN)
    assert city is not None
    press = [kind.id for kind in tickets.every_of(city.id) if kind.name == "Press"]
    _question(
        city, Kind.PHOTO, "Foto till presskortet", "Photo for the press card",
        "Till presskortet, inget annat", "For the press card, nothing else",
        ticket_type_ids=frozenset(press),
    )  # fmt: skip


def _invite(expo: Expo) -> None:
    dialogue = programme.conference(expo.id, DIALOGUE)
    assert dialogue is not None
    kind = tickets.every_of(dialogue.id)[0]
    people = [Invitee(f"{slug(name)}@{HOST}", name, organisation) for name, organisation in _GUESTS]
    invitations.invite(
        conference=dialogue,
        terms=VoucherDraft(ticket_type_id=kind.id, skips_approval=True),
        people=people,
        list_name="Eminent experts, second round",
        language="en",
        message="We would be glad to have you with us.",
    )
    sent = {one.voucher.for_email: one for one in invitations.of_conference(dialogue.id)}
    invitations.decline(invitation=sent[people[1].email])
    comes = people[2]
    person = accounts.create_person(
        expo_id=expo.id, name=comes.name, email=comes.email, language="en", organisation=comes.organisation,
        city="Dublin", country="IE",
    )  # fmt: skip
    registrations.submit(person=person, ticket_types=[kind], choices=Choices(sent[comes.email].voucher.code))

"""A list of attendees becomes registrations: looked at row by row, then brought in row by row.

Each row is one transaction, and the same list imported again adds nobody: a row is known by the id that another
system gave it, else by its address and name. Names alone tell nobody apart: two persons of one name stay two.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts import protection
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import Refusal
from expo.core.text import folded
from expo.desk import registering
from expo.desk.registering import Newcomer
from expo.mail import outbox
from expo.programme.models import Conference
from expo.registration.models import LIVE, Registration, TicketType

from .attendee_files import Listed
from .attendee_rows import Attendee, Choices, attendees
from .models import AttendeeKey
from .sheets import Fault

AT_ONCE = 300  # rows brought in by one press; the next press goes on
_CHUNK = 400


class Outcome(enum.StrEnum):
    """What a row is, or was."""

    NEW = "new"
    SAME = "same"  # registered already
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Looked:
    """One row and what would come of it."""

    line: int
    attendee: Attendee
    outcome: Outcome
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Imported:
    """What came of it: how many are new, and why others could not be."""

    new: int = 0
    faults: list[Fault] = field(default_factory=list)


def look(listed: Listed, conference: Conference, choices: Choices, tickets: list[TicketType]) -> list[Looked]:
    """What importing would do, row by row. Reads only."""
    found = list(attendees(listed, choices, tickets))
    named = [attendee for _line, attendee, faults in found if not faults]
    keys = _known_keys(conference, (one.external_id for one in named))
    registered = _registered(conference, (one.email for one in named))
    seen: dict[object, int] = {}
    looked = []
    for line, attendee, faults in found:
        if faults:
            looked.append(Looked(line, attendee, Outcome.FAULT, faults))
            continue
        twice = next((seen[mark] for mark in _marks(attendee) if mark in seen), None)
        for mark in _marks(attendee):
            seen.setdefault(mark, line)
        if twice is not None:
            said = _("the same person stands in line %(line)s", line=twice)
            looked.append(Looked(line, attendee, Outcome.FAULT, (Fault(attendee.file, line, "", said),)))
        elif attendee.external_id in keys or (attendee.email, folded(attendee.name)) in registered:
            looked.append(Looked(line, attendee, Outcome.SAME))
        else:
            looked.append(Looked(line, attendee, Outcome.NEW))
    return looked


def bring_in(looked: Iterable[Looked], conference: Conference, choices: Choices) -> Imported:
    """Register those that are new, as many as one press takes. Each by itself: a refused one stops no other."""
    imported = Imported()
    for row in _first(looked):
        try:
            imported.new += _bring_in(row.attendee, conference, choices)
        except Refusal as no:
            imported.faults.append(Fault(row.attendee.file, row.line, "", no.message))
    return imported


def _first(looked: Iterable[Looked]) -> Iterator[Looked]:
    left = AT_ONCE
    for row in looked:
        if row.outcome is Outcome.NEW and left:
            left -= 1
            yield row


def _bring_in(attendee: Attendee, conference: Conference, choices: Choices) -> bool:
    """One row in one transaction; False where somebody else brought it in meanwhile."""
    with transaction():
        lock(conference)  # two imports at once know of one another's rows
        if attendee.external_id in _known_keys(conference, [attendee.external_id]):
            return False
        if (attendee.email, folded(attendee.name)) in _registered(conference, [attendee.email]):
            return False
        if choices.letters:
            registration = _register(attendee, choices)
        else:
            with outbox.held_back():
                registration = _register(attendee, choices)
        if attendee.external_id:
            db.session.add(
                AttendeeKey(
                    expo_id=conference.expo_id,
                    conference_id=conference.id,
                    registration_id=registration.id,
                    external_id=attendee.external_id,
                )
            )
        audit.record("registration_imported", "registration", registration.id, expo_id=registration.expo_id)
    return True


def _register(attendee: Attendee, choices: Choices) -> Registration:
    ticket_type = db.session.get_one(TicketType, attendee.ticket_type_id)
    person = _known_person(ticket_type.expo_id, attendee)
    newcomer = None if person else Newcomer(
        expo_id=ticket_type.expo_id,
        name=attendee.name,
        email=attendee.email,
        language=attendee.language,
        organisation=attendee.organisation,
        city=attendee.city,
        country=attendee.country,
    )  # fmt: skip
    return registering.register(
        ticket_type=ticket_type, person=person, newcomer=newcomer, approve=choices.approve
    )


def _known_person(expo_id: int, attendee: Attendee) -> Person | None:
    """Somebody of this name whose address is verified; people are merged by nothing less."""
    if not attendee.email:
        return None
    alike = [
        one
        for one in people.persons_by_email(expo_id, attendee.email)
        if one.email_verified_at and protection.is_called(one, attendee.name)
    ]
    return alike[0] if len(alike) == 1 else None


def forget_keys(*, person_id: int) -> None:
    """Forget by which ids other systems know a person: part of erasing them. Call it inside a transaction."""
    theirs = sa.select(Registration.id).where(Registration.person_id == person_id)
    execute(sa.delete(AttendeeKey).where(AttendeeKey.registration_id.in_(theirs)))


def _marks(attendee: Attendee) -> list[object]:
    """By what a row is known."""
    marks: list[object] = []
    if attendee.external_id:
        marks.append(attendee.external_id)
    if attendee.email:
        marks.append((attendee.email, folded(attendee.name)))
    return marks


def _known_keys(conference: Conference, external_ids: Iterable[str]) -> set[str]:
    known: set[str] = set()
    for chunk in _chunks(external_ids):
        known.update(
            db.session.scalars(
                sa.select(AttendeeKey.external_id).where(
                    AttendeeKey.conference_id == conference.id, AttendeeKey.external_id.in_(chunk)
                )
            )
        )
    return known


def _registered(conference: Conference, emails: Iterable[str]) -> set[tuple[str, str]]:
    """Address and folded name of those who have a live registration at the conference."""
    known: set[tuple[str, str]] = set()
    for chunk in _chunks(emails):
        rows = db.session.scalars(
            sa.select(Person)
            .join(Registration, Registration.person_id == Person.id)
            .where(
                Registration.conference_id == conference.id,
                Registration.state.in_(LIVE),
                Person.expo_id == conference.expo_id,
                Person.email.in_(chunk),
            )
        )
        for person in rows:
            known.update(
                (str(person.email), folded(name)) for name in {person.name, protection.real_name(person)}
            )
    return known


def _chunks(words: Iterable[str]) -> Iterator[list[str]]:
    """Those that say something, in lists that a statement takes."""
    wanted = sorted({word for word in words if word})
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]

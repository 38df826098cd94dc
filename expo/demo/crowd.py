"""What the demo's guests have done before the demo begins: registered, waited, been approved, booked.

Everything goes by the real actions, at moments spread over the three weeks before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from uuid import uuid4

from expo.accounts import actions as accounts
from expo.accounts.models import Account, Person
from expo.badge import queries as badges
from expo.booking import actions as booking
from expo.checkin import devices, scans
from expo.checkin import queries as doors
from expo.checkin.models import Direction
from expo.checkin.scans import Sent
from expo.core import audit, clock
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import queries as programme
from expo.programme.models import Occurrence
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.models import Registration, RegistrationState, TicketType

from . import guests
from .guests import Guest

OPEN = "h22-city-expo"
SESSION = "h22-50-session"
DIALOGUE = "dialogue-eminent-experts"
BATCHES = (20, 17, 14, 11, 9, 7, 5, 3, 2, 1)  # days before the demo's morning, ten delegates each
# Tours and workshops with the seats that neighbours take: one is full, some nearly, most are not.
TAKEN = {
    "H22-007": 24,
    "H22-010": 37,
    "H22-013": 41,
    "H22-015": 26,
    "H22-016": 23,
    "H22-018": 10,
    "H22-020": 9,
    "H22-021": 7,
    "H22-024": 33,
    "H22-028": 14,
    "URB-002": 38,
}
BREAKOUTS = ("P50-009", "P50-009", "P50-010", "P50-008")
EARLY = 17
_CIVIL = ("universit", "institute", "iclei", "taisce", "nstitut", "cerema", "fira", "kultur")
# Neighbours from the end of the list who come to work: they take no tours.
WORK = {"Press": 7, "School class": 4, "Partner crew": 6}


class Crowd:
    """The guests of one expo, and what they find there."""

    def __init__(self, expo: Expo, team: dict[str, Account], begins: datetime) -> None:
        self.expo, self.begins = expo, begins
        self.organiser = team["organiser@demo.example"]
        self.tickets: dict[tuple[str, str], TicketType] = {
            (ticket.conference.slug, ticket.name): ticket for ticket in tickets.ticket_types(expo.id)
        }
        self.busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.townspeople: list[Person] = []

    def come(self, delegate: Account) -> None:
        """All of it, in the order of the days."""
        with clock.at(self.begins - timedelta(days=21)):
            self.star(delegate)
        waiting: list[tuple[int, Registration]] = []
        people = guests.delegates()
        for turn, days in enumerate(BATCHES):
            with clock.at(self.begins - timedelta(days=days, hours=turn % 5)):
                self.decide(waiting)
                waiting = self.register(people[10 * turn : 10 * turn + 10], 10 * turn)
        with clock.at(self.begins - timedelta(hours=13)):
            self.neighbours()

    def star(self, account: Account) -> None:
        """The person whom visitors of the demo sign in as."""
        person = accounts.create_person(
            expo_id=self.expo.id,
            name=account.name,
            email=account.email,
            language="en",
            account=account,
            organisation="Landskrona stad",
            city="Landskrona",
            country="SE",
        )
        registrations.submit(person=person, ticket_types=[self.tickets[OPEN, "Open city pass"]])
        registrations.submit(person=person, ticket_types=[self.tickets[SESSION, "City delegate"]])
        for code in ("H22-007", "H22-013", "H22-018"):
            self.book(person, self.occurrence(code))

    def register(self, some: list[Guest], first: int) -> list[tuple[int, Registration]]:
        """Delegates ask for a place at the H22+50 Session, every third for the Dialogue too."""
        asked = []
        for number, guest in enumerate(some, first):
            wanted = [self.tickets[SESSION, _ticket(guest, number)]]
            if number % 3 == 0:
                wanted.append(self.tickets[DIALOGUE, "Delegate"])
            submitted = registrations.submit(person=self.person(guest), ticket_types=wanted)
            asked += [(number, registration) for registration in submitted.registrations]
        return asked

    def decide(self, waiting: list[tuple[int, Registration]]) -> None:
        """The organiser goes through those who have waited; some are left for the demo's visitors."""
        with audit.acting(f"account:{self.organiser.id}"):
            for number, registration in waiting:
                if number % 10 == 8:
                    registrations.refuse(
                        registration=registration, reason="The places of your delegation are taken."
                    )
                elif number % 10 not in (4, 7):
                    registrations.approve(registration=registration)
        for number, registration in waiting:
            if registration.state is not RegistrationState.CONFIRMED:
                continue
            if number % 10 == 9:
                registrations.withdraw(registration=registration)
            elif registration.conference.slug == SESSION:
                self.book(registration.person, self.occurrence(BREAKOUTS[number % len(BREAKOUTS)]))

    def neighbours(self) -> None:
        """People of the town take tours with the city pass; some come to work."""
        people = [self.person(guest) for guest in guests.neighbours()]
        for name, count in WORK.items():
            for number in range(count):
                person = people.pop()
                submitted = registrations.submit(person=person, ticket_types=[self.tickets[OPEN, name]])
                if number % 3 == 0:
                    with audit.acting(f"account:{self.organiser.id}"):
                        registrations.approve(registration=submitted.registrations[0])
        for person in people[:60]:
            ticket = self.tickets["urban-brilliance", "Open seat"]
            registrations.submit(person=person, ticket_types=[ticket])
        self.townspeople = people
        turns = cycle(people)
        for code, seats in TAKEN.items():
            occurrence = self.occurrence(code)
            candidates = iter(people[:60]) if code.startswith("URB") else turns
            self.fill(occurrence, seats, candidates)

    def arrive(self) -> None:
        """Early delegates of the H22+50 Session are in already. Each scan is a transaction of its own."""
        with clock.at(self.begins - timedelta(minutes=5)):
            gate = doors.gate(self.expo.id, "sea-u-gate")
            session = programme.conference(self.expo.id, SESSION)
            assert gate is not None
            assert session is not None
            _device, token = devices.create_paired_device(
                expo_id=self.expo.id, name="Sea U, left reader", gate_ids=[gate.id]
            )
            early = tickets.desk([session.id], state=RegistrationState.CONFIRMED)[:EARLY]
            sent = []
            for number, registration in enumerate(early):
                badge = badges.active_badge(self.expo.id, registration.person_id or 0)
                if badge is not None:
                    moment = clock.now() - timedelta(seconds=47 * number)
                    sent.append(Sent(str(uuid4()), badges.code_of(badge), gate.id, Direction.IN, moment))
            scans.record_all(token=token, sent=sent)

    def fill(self, occurrence: Occurrence, seats: int, people: Iterator[Person]) -> None:
        """Let so many seats be taken in all, by people who are not elsewhere then."""
        db.session.refresh(occurrence.pool)
        left = seats - occurrence.pool.taken
        for person in islice(people, 500):
            if left <= 0:
                return
            if not self.is_busy(person, occurrence):
                self.book(person, occurrence)
                left -= 1

    def book(self, person: Person, occurrence: Occurrence) -> None:
        booking.book_seat(person=person, occurrence_id=occurrence.id)
        assert occurrence.starts_at is not None
        assert occurrence.ends_at is not None
        self.busy[person.id].append((occurrence.starts_at, occurrence.ends_at))

    def is_busy(self, person: Person, occurrence: Occurrence) -> bool:
        assert occurrence.starts_at is not None
        assert occurrence.ends_at is not None
        return any(
            starts < occurrence.ends_at and occurrence.starts_at < ends
            for starts, ends in self.busy[person.id]
        )

    def occurrence(self, code: str) -> Occurrence:
        found = programme.occurrence(self.expo.id, code)
        assert found is not None
        return found

    def person(self, guest: Guest) -> Person:
        return accounts.create_person(
            expo_id=self.expo.id,
            name=guest.name,
            email=guest.email,
            language=guest.language,
            organisation=guest.organisation,
            city=guest.city,
            country=guest.country,
        )


def _ticket(guest: Guest, number: int) -> str:
    """As what a delegate comes: most for a city."""
    if any(word in guest.organisation.casefold() for word in _CIVIL):
        return "Civil society and academia"
    return {3: "Member State delegate", 11: "International organisation"}.get(number % 16, "City delegate")

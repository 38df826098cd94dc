"""A made-up expo of any size, without a clash: for trying what a large programme feels like, and for measuring.

The same seed makes the same programme. Nothing in it is anybody's: names and titles are put together from lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle, product
from random import Random
from zoneinfo import ZoneInfo

from expo.core import audit
from expo.core.db import learn, transaction
from expo.core.refusals import BadInput
from expo.expos import actions as expos
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import clashes, places
from expo.programme.drafts import (
    Billing,
    ConferenceDraft,
    OccurrenceDraft,
    RoomDraft,
    SessionDraft,
    VenueDraft,
)  # fmt: skip
from expo.programme.models import Conference, Room, Session
from expo.programme.words import Admission, SessionState, Visibility
from expo.publishing import actions as publishing
from expo.registration import tickets
from expo.registration.models import Category
from expo.registration.tickets import TicketDraft
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile

from . import words

ZONE = "Europe/Stockholm"
CENTRE = (56.0465, 12.6945)  # degrees; the venues stand around it
SPREAD = 0.02
FIRST, EVERY, A_DAY = (
    time(8),
    timedelta(minutes=90),
    9,
)  # slots: from eight in the morning until half past nine
LONGEST_TOUR = 60
Slot = tuple[int, int, int]  # day, time of the day, room


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    occurrences: int = 3000
    rooms: int = 60
    days: int = 35
    speakers: int = 1500
    conferences: int = 12

    def check(self) -> None:
        """Raises BadInput where it cannot be, or not without a clash."""
        if min(self.occurrences, self.rooms, self.days, self.speakers, self.conferences) < 1:
            raise BadInput("There must be at least one of each.")
        if self.days > 366:
            raise BadInput("An expo of more than a year is several.")
        if self.occurrences > self.rooms * self.days * A_DAY // 2:
            raise BadInput(
                f"{self.rooms} rooms on {self.days} days hold no {self.occurrences} sessions in comfort."
            )


def make(slug: str, size: Size, *, starts_on: date, seed: int = 1, say: Callable[[str], None]) -> Expo:
    """Make the expo and publish it: all of it or nothing. Raises BadInput where the slug is taken."""
    size.check()
    dice = Random(seed)  # noqa: S311 no secret
    with transaction(), audit.acting("command:synthetic"):
        expo = expos.create_expo(
            slug=slug,
            name=f"{slug.replace('-', ' ').capitalize()} Expo",
            city="Helsingborg",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=size.days - 1),
            time_zone=ZONE,
            description="A programme that nobody holds, made up to see how a large one works.",
        )
        say("Rooms, people and conferences …")
        rooms = _rooms(expo, size.rooms, dice)
        people = [_speaker(expo, number, dice) for number in range(size.speakers)]
        conferences = _conferences(expo, size, dice)
        with clashes.together(expo.id):
            for done, _session in enumerate(_sessions(size, conferences, rooms, people, dice), start=1):
                if done % 250 == 0:
                    say(f"{done} sessions …")
        say("Publishing …")
        publishing.publish(expo=expo, note="Made up")
    learn()
    return expo


def _rooms(expo: Expo, count: int, dice: Random) -> list[Room]:
    rooms: list[Room] = []
    names = (
        f"{first} {second}".strip()
        for second, first in product(("", "Norra", "Södra", "Gamla"), words.PLACES)
    )
    while len(rooms) < count:
        venue, _new = places.save_venue(
            expo=expo,
            draft=VenueDraft(
                next(names),
                city=expo.city,
                address=f"{dice.choice(words.STREETS)} {dice.randint(1, 90)}",
                latitude=round(CENTRE[0] + dice.uniform(-SPREAD, SPREAD), 5),
                longitude=round(CENTRE[1] + dice.uniform(-SPREAD, SPREAD), 5),
            ),
        )
        for number in range(1, min(dice.randint(1, 8), count - len(rooms)) + 1):
            draft = RoomDraft(
                f"{venue.name} {number}",
                dice.choice((24, 40, 80, 120, 300)),
                dice.choice(words.ACCESS),
                number,
            )
            rooms.append(places.save_room(venue=venue, draft=draft)[0])
    return rooms


def _speaker(expo: Expo, number: int, dice: Random) -> int:
    profile = Profile(
        f"{dice.choice(words.FIRST_NAMES)} {dice.choice(words.LAST_NAMES)}",
        title=dice.choice(words.TITLES),
        organisation=f"{dice.choice(words.CITIES)} {dice.choice(words.BODIES)}",
        city=dice.choice(words.CITIES),
        country="SE",
        bio=_text(dice, 2),
    )
    return speakers.create_speaker(expo=expo, profile=profile, slug=f"person-{number + 1}").id


def _conferences(expo: Expo, size: Size, dice: Random) -> list[Conference]:
    """The open programme of all days first, then conferences of a few."""
    found = []
    for number in range(size.conferences):
        is_open = number == 0
        first = 0 if is_open else dice.randrange(size.days)
        last = size.days - 1 if is_open else min(size.days - 1, first + dice.randrange(5))
        draft = ConferenceDraft(
            "City programme"
            if is_open
            else f"{dice.choice(words.TOPICS)} {dice.choice(words.MEETINGS)} {number}",
            expo.starts_on + timedelta(days=first),
            expo.starts_on + timedelta(days=last),
            ZONE,
            description=_text(dice, 2),
            city=expo.city,
            is_open_programme=is_open,
            colour=number % 8 + 1,
            hosts=(f"City of {dice.choice(words.CITIES)}",),
        )
        conference = programme.save_conference(expo=expo, draft=draft, slug=f"conference-{number}")[0]
        ticket = TicketDraft(
            "Open city pass" if is_open else "Delegate",
            is_open_pass=is_open,
            category=Category.VISITOR if is_open else Category.CITY,
            price_minor=0 if number % 3 else 0 if is_open else 49500,
        )
        tickets.save_ticket_type(conference=conference, draft=ticket)
        found.append(conference)
    return found


def _sessions(
    size: Size, conferences: list[Conference], rooms: list[Room], people: list[int], dice: Random
) -> Iterator[Session]:
    """Sessions until there are as many occurrences as asked for: most take place once, some are tours."""
    taken: set[Slot] = set()
    busy: set[tuple[int, int, int]] = set()  # day, time, speaker
    turn = cycle(conferences)
    left, number = size.occurrences, 0
    while left:
        # Every other one belongs to the open programme, as in life.
        conference = conferences[0] if number % 2 else next(turn)
        often = min(left, dice.randint(2, LONGEST_TOUR) if number % 12 == 0 else 1)
        room = rooms.index(dice.choice(rooms)) if often > 1 else None
        slots = _free_slots(size, conference, room, len(rooms), often, taken, dice)
        if not slots:
            number += 1
            continue
        taken.update(slots)
        bill = _bill(slots, people, busy, dice)
        number += 1
        left -= len(slots)
        yield _session(
            conference,
            number,
            [(rooms[slot[2]], _starts(conference.expo, slot)) for slot in slots],
            bill,
            dice,
        )


def _free_slots(
    size: Size,
    conference: Conference,
    room: int | None,
    rooms: int,
    often: int,
    taken: set[Slot],
    dice: Random,
) -> list[Slot]:
    """That many times at which nothing stands there yet, or fewer; a tour keeps to its room."""
    first = (conference.starts_on - conference.expo.starts_on).days
    days = range(first, (conference.ends_on - conference.expo.starts_on).days + 1)
    found: set[Slot] = set()
    for _try in range(often * 8):
        place = dice.randrange(rooms) if room is None else room
        slot = (dice.choice(days), dice.randrange(A_DAY), place)
        if slot not in taken:
            found.add(slot)
        if len(found) == often:
            break
    return sorted(found)


def _bill(
    slots: list[Slot], people: list[int], busy: set[tuple[int, int, int]], dice: Random
) -> list[Billing]:
    """One to three people who are nowhere else at any of these times."""
    bill: list[Billing] = []
    for speaker in dice.sample(people, min(12, len(people))):
        wanted = {(day, at, speaker) for day, at, _room in slots}
        if not wanted & busy:
            busy |= wanted
            bill.append(Billing(speaker, "moderator" if bill else "speaker"))
        if len(bill) == 3 or (bill and dice.random() < 0.5):
            break
    return bill


def _session(
    conference: Conference, number: int, times: list[tuple[Room, datetime]], bill: list[Billing], dice: Random
) -> Session:
    admission = dice.choices((Admission.OPEN, Admission.SEAT, Admission.TICKET), (5, 4, 2))[0]
    draft = SessionDraft(
        title=f"{dice.choice(words.DOING)} {dice.choice(words.THINGS)} {dice.choice(words.WHERE)}",
        type="guided tour" if len(times) > 1 else dice.choice(words.TYPES),
        abstract=_text(dice, 4),
        track=dice.choice(words.TOPICS),
        languages=dice.choice((("sv",), ("en",), ("sv", "en"), ("sv", "swl"), ("da", "en"))),
        sdgs=tuple(dice.sample(range(1, 18), dice.randint(1, 3))),
        visibility=dice.choices([*Visibility], (88, 6, 3, 3))[0],
        admission=Admission.SEAT if len(times) > 1 else admission,
        state=SessionState.CONFIRMED,
    )
    session = programme.create_session(conference=conference, draft=draft, code=f"S{number:04}")
    minutes = dice.choice((30, 45, 60, 75))
    for room, starts in times:
        seats = min(room.capacity, dice.choice((20, 40, 80))) if draft.admission is Admission.SEAT else None
        programme.create_occurrence(
            session=session,
            draft=OccurrenceDraft(starts, starts + timedelta(minutes=minutes), room.id, seats),
        )
    if bill:
        programme.bill(session=session, billings=bill)
    return session


def _starts(expo: Expo, slot: Slot) -> datetime:
    day, at, _room = slot
    return datetime.combine(expo.starts_on + timedelta(days=day), FIRST, ZoneInfo(ZONE)) + EVERY * at


def _text(dice: Random, sentences: int) -> str:
    return " ".join(
        f"{dice.choice(words.DOING)} {dice.choice(words.THINGS)} {dice.choice(words.WHERE)}, {dice.choice(words.WITH)}."
        for _sentence in range(sentences)
    )

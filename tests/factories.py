"""One valid thing each, made by the real actions; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from expo.accounts import actions as accounts
from expo.accounts.models import Account, Person
from expo.core import clock
from expo.expos import actions as expos
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import places, teams
from expo.programme import queries as programme_queries
from expo.programme.drafts import ConferenceDraft, OccurrenceDraft, RoomDraft, SessionDraft, VenueDraft
from expo.programme.models import Conference, Occurrence, Room
from expo.programme.words import Admission, Role, SessionState
from expo.publishing import actions as publishing
from expo.registration import actions as registrations
from expo.registration import queries as ticket_queries
from expo.registration import tickets
from expo.registration.models import Registration, TicketType
from expo.registration.tickets import TicketDraft
from expo.speakers import actions as speakers
from expo.speakers.models import Speaker

_number = count(1)


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """A full minute of tomorrow, UTC: what is booked must not be over."""
    day = clock.now().date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def an_expo(**changes: Any) -> Expo:
    today = clock.now().date()
    values = {
        "slug": f"expo-{next(_number)}",
        "name": "Harbour Expo",
        "city": "Helsingborg",
        "starts_on": today - timedelta(days=1),
        "ends_on": today + timedelta(days=33),
        "time_zone": "Europe/Stockholm",
    }
    return expos.create_expo(**{**values, **changes})


def a_conference(expo: Expo | None = None, **changes: Any) -> Conference:
    expo = expo or an_expo()
    slug = changes.pop("slug", None)
    values: dict[str, Any] = {
        "title": f"Conference {next(_number)}",
        "starts_on": expo.starts_on,
        "ends_on": expo.ends_on,
        "time_zone": expo.time_zone,
    }
    return programme.save_conference(expo=expo, draft=ConferenceDraft(**{**values, **changes}), slug=slug)[0]


def a_room(expo: Expo, name: str | None = None, capacity: int = 500, venue: str = "Sea U") -> Room:
    known = [place for place in programme_queries.venues(expo.id) if place.name == venue]
    place = known[0] if known else places.save_venue(expo=expo, draft=VenueDraft(venue, city=expo.city))[0]
    return places.save_room(venue=place, draft=RoomDraft(name or f"Room {next(_number)}", capacity))[0]


def a_session(
    conference: Conference | None = None,
    *,
    seats: int | None = 20,
    starts_at: datetime | None = None,
    room: Room | None = None,
    published: bool = True,
    code: str | None = None,
    minutes: int = 60,
    **changes: Any,
) -> Occurrence:
    """A confirmed session with one occurrence, tomorrow at nine, released unless said otherwise."""
    conference = conference or a_conference()
    starts_at = starts_at or tomorrow_at(9)
    values: dict[str, Any] = {
        "title": f"Session {next(_number)}",
        "type": "workshop",
        "admission": Admission.SEAT,
        "state": SessionState.CONFIRMED,
    }
    session = programme.create_session(
        conference=conference, draft=SessionDraft(**{**values, **changes}), code=code
    )
    occurrence = programme.create_occurrence(
        session=session,
        draft=OccurrenceDraft(
            starts_at, starts_at + timedelta(minutes=minutes), (room or a_room(conference.expo)).id, seats
        ),
    )
    if published:
        publish(conference.expo)
    return occurrence


def publish(expo: Expo) -> None:
    publishing.publish(expo=expo)


def a_speaker(expo: Expo, name: str | None = None) -> Speaker:
    return speakers.create_speaker(expo=expo, profile=speakers.Profile(name or f"Speaker {next(_number)}"))


def an_account(*, name: str = "Ada Nilsson", admin: bool = False, password: str | None = None) -> Account:
    return accounts.create_account(
        email=f"ada{next(_number)}@example.org", name=name, is_admin=admin, password=password
    )


def an_organiser(expo: Expo, role: Role = Role.OWNER, conference: Conference | None = None) -> Account:
    account = an_account(name="Olle Organiser")
    teams.join(expo_id=expo.id, account=account, role=role, conference=conference)
    return account


def a_person(
    expo: Expo, name: str | None = None, *, account: Account | None = None, email: str | None = ""
) -> Person:
    number = next(_number)
    return accounts.create_person(
        expo_id=expo.id,
        name=name or f"Grace Lind {number}",
        language="en",
        account=account,
        email=f"grace{number}@example.org" if email == "" else email,
    )


def a_ticket_type(conference: Conference, name: str = "Delegate", **changes: Any) -> TicketType:
    return tickets.save_ticket_type(conference=conference, draft=TicketDraft(name=name, **changes))[0]


def a_registration(
    person: Person, conference: Conference, ticket_type: TicketType | None = None
) -> Registration:
    """A submitted registration; confirmed, if its ticket type needs no approval."""
    kinds = ticket_queries.every_of(conference.id)
    ticket_type = ticket_type or (kinds[0] if kinds else a_ticket_type(conference))
    return registrations.submit(person=person, ticket_types=[ticket_type]).registrations[0]

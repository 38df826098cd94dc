"""Telling those, and only those, who have a seat in what a release moves or cancels: once, in their agenda and by a
letter with the item for their calendar. What is more than a day away is gathered; the rest leaves at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_date
from flask_babel import force_locale

from expo.accounts import queries as accounts
from expo.accounts.models import Person
from expo.booking import alternatives
from expo.booking.models import COUNTING, LIVE, Booking, BookingState
from expo.calendar import letters
from expo.core import audit, clock, jobs, news
from expo.core.db import add_unless_there, db, execute, transaction
from expo.mail import digests
from expo.programme.models import Room
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.publishing.models import OccurrenceVersion, Release
from expo.publishing.news import ReleasePublished
from expo.registration import queries as registrations
from expo.upheavals import ending

from .models import AgendaNotice, NoticeKind

SOON = timedelta(hours=24)
AT_ONCE, AT_A_TIME = 100, 50  # people: in the release's own transaction, and in each step of a job
JOB = "tell_people"
GATHER = timedelta(hours=1)  # so long others may still be added to the letter
LATER_LETTER, SOON_LETTER = "agenda_changed", "agenda_changed_soon"

Placing = dict[str, str]


def listen() -> None:
    news.listen(ReleasePublished, tell)


def tell(message: ReleasePublished) -> None:
    """Note it for each person who has a seat, or waits, and gather their letter: in the release's transaction, or,
    where they are many, by a job of it in small steps, so that nobody waits behind the release."""
    kinds = dict.fromkeys(message.moved, NoticeKind.MOVED) | dict.fromkeys(
        message.cancelled, NoticeKind.CANCELLED
    )
    if not kinds:
        return
    until, people = db.session.execute(
        sa.select(sa.func.max(Booking.id), sa.func.count(sa.distinct(Booking.person_id))).where(
            Booking.occurrence_id.in_(kinds), Booking.state.in_(LIVE)
        )
    ).one()
    if not people:
        return
    release = _Release(message.release_id, message.expo_id, kinds, until)
    if people > AT_ONCE:
        _go_on(release, after=0, told=0)
    else:
        _record(release, _tell_some(release, list(_concerned(release).items())))


@dataclass(frozen=True, slots=True)
class _Release:
    """What there is to tell: of which times, and to whose bookings, the last of which is `until`."""

    id: int
    expo_id: int
    kinds: dict[int, NoticeKind]
    until: int


def _go_on(release: _Release, *, after: int, told: int) -> None:
    kinds = {str(occurrence_id): kind.value for occurrence_id, kind in release.kinds.items()}
    payload = {
        "release": release.id, "expo": release.expo_id, "kinds": kinds, "until": release.until, "after": after,
        "told": told,
    }  # fmt: skip
    jobs.add(JOB, payload, key=f"{JOB}:{release.id}")


@jobs.handler(JOB)
def tell_on(payload: dict[str, Any]) -> None:
    """Tell the next few of those whom a release concerns, each of them all of it, and come again. A worker that dies
    has told nobody of its step; one that comes twice tells nobody twice."""
    kinds = {int(key): NoticeKind(kind) for key, kind in payload["kinds"].items()}
    release = _Release(payload["release"], payload["expo"], kinds, payload["until"])
    with transaction():
        some = list(_concerned(release, after=payload["after"], most=AT_A_TIME).items())
        told = payload["told"] + _tell_some(release, some)
        if len(some) == AT_A_TIME:
            _go_on(release, after=some[-1][0], told=told)
        else:
            _record(release, told)


def _tell_some(release: _Release, people: list[tuple[int, list[tuple[Person, int]]]]) -> int:
    was = _placings(OccurrenceVersion.until_release_id == release.id, release.kinds)
    now = _placings(OccurrenceVersion.until_release_id.is_(None), release.kinds)
    told = 0
    for person, occurrence_id in (one for _id, theirs in people for one in theirs):
        before, after = was.get(occurrence_id), now.get(occurrence_id)
        if before is None or after is None or _is_over(before, after):
            continue
        notice = AgendaNotice(
            expo_id=release.expo_id, person_id=person.id, occurrence_id=occurrence_id,
            release_id=release.id, kind=release.kinds[occurrence_id], was=before, made_at=clock.now(),
        )  # fmt: skip
        if add_unless_there(notice):
            told += 1
            _gather(person, notice, before, after)
    return told


def _record(release: _Release, told: int) -> None:
    audit.record("people_told", "release", release.id, expo_id=release.expo_id, after={"notices": told})


def mark_read(*, person: Person) -> int:
    """Everything that stands in the agenda is read. Returns how many there were."""
    with transaction():
        return execute(
            sa.update(AgendaNotice)
            .where(AgendaNotice.person_id == person.id, AgendaNotice.read_at.is_(None))
            .values(read_at=clock.now())
        )


def _concerned(
    release: _Release, *, after: int = 0, most: int | None = None
) -> dict[int, list[tuple[Person, int]]]:
    """Who had a seat in these when it was released, or waited for one, with which: by person, those after this one.
    Whose place has ended since is told too. Two queries."""
    published_at = sa.select(Release.published_at).where(Release.id == release.id).scalar_subquery()
    which = (
        Booking.occurrence_id.in_(release.kinds),
        Booking.id <= release.until,
        sa.or_(Booking.state.in_(LIVE), Booking.ended_at >= published_at),
    )
    ids = sa.select(Booking.person_id).where(*which, Booking.person_id > after).distinct()
    some = db.session.scalars(ids.order_by(Booking.person_id).limit(most)).all()
    found: dict[int, list[tuple[Person, int]]] = {person_id: [] for person_id in some}
    if found:
        rows = db.session.execute(
            sa.select(Person, Booking.occurrence_id)
            .join(Booking, Booking.person_id == Person.id)
            .where(*which, Booking.person_id.between(some[0], some[-1]))
            .order_by(Booking.id)
        )
        for person, occurrence_id in rows:
            if occurrence_id not in (one for _person, one in found[person.id]):
                found[person.id].append((person, occurrence_id))
    return found


def _placings(which: sa.ColumnElement[bool], occurrence_ids: Any) -> dict[int, Placing]:
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.occurrence_id, OccurrenceVersion.starts_at, OccurrenceVersion.ends_at, Room.name
        )
        .join(Room, OccurrenceVersion.room_id == Room.id)
        .where(which, OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)))
    )
    return {
        row.occurrence_id: {
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
            "room": row.name,
        }
        for row in rows
    }


def _is_over(before: Placing, after: Placing) -> bool:
    return all(datetime.fromisoformat(one["ends_at"]) <= clock.now() for one in (before, after))


def _gather(person: Person, notice: AgendaNotice, before: Placing, after: Placing) -> None:
    if not person.email:
        return
    starts = min(datetime.fromisoformat(one["starts_at"]) for one in (before, after))
    soon = starts <= clock.now() + SOON
    digests.add(
        SOON_LETTER if soon else LATER_LETTER,
        expo_id=person.expo_id,
        to=person.email,
        language=person.language,
        name=person.name,
        about=f"person:{person.id}:occurrence:{notice.occurrence_id}",
        facts={
            "person": person.id,
            "expo": person.expo_id,
            "occurrence": notice.occurrence_id,
            "release": notice.release_id,
            "kind": notice.kind.value,
            "was": before,
            "now": after,
        },
        wait=timedelta() if soon else GATHER,
    )


@digests.freshen(LATER_LETTER)
@digests.freshen(SOON_LETTER)
def as_it_is_now(facts: dict[str, Any], first: dict[str, Any]) -> dict[str, Any] | None:
    """What the letter says of one entry; None where it was moved back, or the seat is not theirs any more."""
    was: Placing = first["was"]
    if facts["kind"] == NoticeKind.MOVED.value and facts["now"] == was:
        return None
    person = accounts.person(facts["expo"], facts["person"])
    item = publishing.item(facts["expo"], facts["occurrence"])
    if person is None or item is None or not person.email:
        return None
    if _told_anew(person, item, facts["release"]) or ending.place_ends(person.id, item.conference_id):
        return None  # there is another letter, of that
    standing = _standing(person, item)
    if standing is None:
        return None
    write = letters.cancel if item.cancelled else letters.request
    content = write(
        item,
        to=person.email,
        name=person.name,
        language=person.language,
        at=clock.real_now().replace(microsecond=0),
    )
    tickets = registrations.tickets_of(person.id)
    with force_locale(person.language):
        return {
            "cancelled": item.cancelled,
            "waits": standing not in COUNTING,
            "title": item.title_in(person.language)[0],
            "code": item.code,
            "was": said(was, item.time_zone, person.language),
            "now": said(placing(item), item.time_zone, person.language),
            "alternatives": [
                {
                    "title": other.title_in(person.language)[0],
                    "code": other.code,
                    "when": said(placing(other), other.time_zone, person.language),
                }
                for other in alternatives.of(
                    item.expo_id, item.occurrence_id, person_id=person.id, tickets=tickets
                )
            ],
            # Whoever waits has it in no calendar.
            "calendar": {"method": "CANCEL" if item.cancelled else "REQUEST", "content": content.decode()}
            if standing in COUNTING
            else None,
        }


def _standing(person: Person, item: Item) -> BookingState | None:
    """As what the person has it in their agenda."""
    return db.session.scalar(
        sa.select(Booking.state).where(
            Booking.person_id == person.id,
            Booking.occurrence_id == item.occurrence_id,
            Booking.state.in_(LIVE),
        )
    )


def _told_anew(person: Person, item: Item, release_id: int) -> bool:
    """Whether a later release has a letter of its own about it, which left at once."""
    later = sa.exists().where(
        AgendaNotice.person_id == person.id,
        AgendaNotice.occurrence_id == item.occurrence_id,
        AgendaNotice.release_id > release_id,
    )
    return bool(db.session.scalar(sa.select(later)))


def placing(item: Item) -> Placing:
    """Where and when it is now."""
    return {
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.ends_at.isoformat(),
        "room": item.room_name,
    }


def said(placing: Placing, zone: str, language: str) -> str:
    """Tue 31 May 13:00–13:50, Magasin 405."""
    starts, ends = (
        datetime.fromisoformat(placing[name]).astimezone(ZoneInfo(zone)) for name in ("starts_at", "ends_at")
    )
    day = format_date(starts, "EEE d MMM", locale=language).replace(".", "")
    return f"{day} {starts:%H:%M}–{ends:%H:%M}, {placing['room']}".rstrip(", ")

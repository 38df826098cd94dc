"""A ranked ballot, from its opening to its drawing. While it is open its sessions take no other bookings; the drawing
books the seats by the one door that all seats go through, and opens booking for everybody else in the same moment.

Everybody takes locks in one order: the ballot, people by their ids, their registrations, pools by their ids.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.booking import rights, slots, waiting
from expo.booking.actions import book_seat
from expo.booking.slots import Slot
from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import audit, clock, jobs, stamps, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput, Refusal
from expo.core.text import one_line
from expo.mail import outbox
from expo.programme.models import Conference, Occurrence
from expo.programme.terms import set_terms
from expo.programme.words import Admission
from expo.registration.models import Registration

from . import drawing, queries
from .models import Ballot, BallotEntry, BallotSession
from .refusals import BallotClosed, BallotOver, BallotStillOpen, NotForBallot

MOST_WISHES = 10
MOST_SESSIONS = 100
# Booking opens with the drawing. Should nobody draw (no worker runs), it opens by itself so much later.
DRAWN_WITHIN = timedelta(days=1)


def open_ballot(
    *,
    conference: Conference,
    title: str,
    occurrence_ids: Collection[int],
    closes_at: datetime,
    most_wishes: int = 3,
) -> Ballot:
    """Open a ballot over these occurrences, with a fresh seed whose hash is published from now on, and close their
    booking until it is drawn. Raises BadInput; NotForBallot naming the session that cannot be in it."""
    title, now, wanted = one_line(title)[:200], clock.now(), sorted(set(occurrence_ids))
    if not title:
        raise BadInput(_("Give it a name."), field="title")
    if closes_at <= now:
        raise BadInput(_("It must close later than now."), field="closes_at")
    if not 1 <= len(wanted) <= MOST_SESSIONS:
        raise BadInput(_("Choose between 1 and %(most)s sessions.", most=MOST_SESSIONS), field="occurrences")
    if not 1 <= most_wishes <= MOST_WISHES:
        raise BadInput(_("Between 1 and %(most)s wishes.", most=MOST_WISHES), field="most_wishes")
    seed = secrets.token_hex(32)
    with transaction():
        lock(conference)
        made = Ballot(
            expo_id=conference.expo_id, conference_id=conference.id, code=tokens.code(), title=title,
            most_wishes=most_wishes, seed=seed, seed_hash=drawing.promise(seed), opened_at=now,
            closes_at=closes_at,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        known, lines = slots.of(wanted), queries.waited_for(wanted)
        for occurrence_id in wanted:
            _take_in(made, known.get(occurrence_id), waits=occurrence_id in lines)
        jobs.add("draw_ballot", {"ballot": made.id}, at=closes_at, key=f"draw_ballot:{made.id}")
        audit.record(
            "ballot_opened", "ballot", made.id, expo_id=made.expo_id,
            after={"title": title, "closes_at": closes_at.isoformat(), "seed_hash": made.seed_hash,
                   "sessions": [known[each].code for each in wanted]},
        )  # fmt: skip
    return made


def _take_in(made: Ballot, slot: Slot | None, *, waits: bool) -> None:
    if slot is None or slot.conference_id != made.conference_id:
        raise BadInput(_("Choose sessions of this conference that are published."), field="occurrences")
    no = _why_not(made, slot, waits=waits)
    if no:
        raise NotForBallot(no)
    row = BallotSession(ballot_id=made.id, occurrence_id=slot.occurrence_id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError:
        raise NotForBallot(_("%(title)s is in another ballot.", title=slot.title)) from None
    occurrence = db.session.get_one(Occurrence, slot.occurrence_id)
    closes = slot.terms.closes_at or slot.ends_at
    until = min(made.closes_at + DRAWN_WITHIN, slot.starts_at, closes - timedelta(minutes=1))
    if until <= made.closes_at:
        raise NotForBallot(_("Booking of %(title)s would end before the ballot is drawn.", title=slot.title))
    _booking_opens(occurrence, until)


def _why_not(made: Ballot, slot: Slot, *, waits: bool) -> str | None:
    if not slot.is_listed or slot.admission is not Admission.SEAT:
        return _("Seats in %(title)s are not booked by everybody.", title=slot.title)
    if not slot.takes_place:
        return _("%(title)s is cancelled, or its time is not certain.", title=slot.title)
    if slot.starts_at <= made.closes_at:
        return _("%(title)s begins before the ballot closes.", title=slot.title)
    if waits:
        return _("People wait for %(title)s already: theirs are the next seats.", title=slot.title)
    return None


def _booking_opens(occurrence: Occurrence, at: datetime) -> None:
    set_terms(
        occurrence=occurrence,
        opens_at=at,
        closes_at=occurrence.booking_closes_at,
        meeting_point=occurrence.meeting_point or "",
    )


def enter(*, ballot: Ballot, person: Person, wishes: Sequence[str], seats: int = 1) -> BallotEntry:
    """Say what one wishes, best first, as codes; again is a change, and nothing at all takes it back. The number of
    the ticket stays. Raises BallotClosed, BadInput, and NoTicket as booking does."""
    with transaction():
        lock(ballot)
        if ballot.is_over or clock.now() >= ballot.closes_at:
            raise BallotClosed(_("This ballot is closed. Wishes are not taken any more."))
        rights.hold(person.id)
        known = {slot.code: slot for slot in queries.slots_of(ballot)}
        wished = list(wishes)
        if (
            len(wished) > ballot.most_wishes
            or len(set(wished)) != len(wished)
            or not known.keys() >= set(wished)
        ):
            raise BadInput(
                _("Choose each session once, at most %(most)s of them.", most=ballot.most_wishes),
                field="wishes",
            )
        for code in wished:
            rights.check_party(known[code], seats)
            rights.registration_for(person, known[code])
        entry = queries.entry_of(ballot.id, person.id)
        if entry is None and not wished:
            raise BadInput(_("Choose at least one session."), field="wishes")
        now = clock.now()
        if entry is None:
            most = sa.select(sa.func.coalesce(sa.func.max(BallotEntry.number), 0) + 1)
            number = db.session.scalar(most.where(BallotEntry.ballot_id == ballot.id)) or 1
            entry = BallotEntry(ballot_id=ballot.id, person_id=person.id, number=number, entered_at=now)
            db.session.add(entry)
        entry.wishes, entry.seats, entry.changed_at = wished, seats, now
        db.session.flush()
        audit.record(
            "ballot_entered", "ballot", ballot.id, expo_id=ballot.expo_id,
            after={"ticket": entry.number, "seats": seats, "wishes": wished},
        )  # fmt: skip
    return entry


def draw(*, ballot: Ballot) -> bool:
    """Draw it, book what was won, put the others in line, write to everybody, and open booking: all of it or
    nothing, and once. False where it is drawn already, or called off. Raises BallotStillOpen."""
    with transaction():
        lock(ballot)
        if ballot.is_over:
            return False
        if clock.now() < ballot.closes_at:
            raise BallotStillOpen(_("The ballot is still open. It is drawn when it closes."))
        entries = queries.entries(ballot.id)
        _hold_all(ballot, [entry.person_id for entry in entries])
        _open_to_all(ballot, clock.now())
        _book_all(ballot, entries)
        audit.record(
            "ballot_drawn", "ballot", ballot.id, expo_id=ballot.expo_id,
            after={"entries": len(entries), "seed": ballot.seed},
        )  # fmt: skip
        stamps.raise_stamp(f"programme:{ballot.expo_id}")
    return True


def call_off(*, ballot: Ballot, why: str, opens_at: datetime | None = None) -> None:
    """End it without drawing: everybody who took part is told why by a letter, and booking of its sessions opens for
    all at this moment, or at once. Raises BallotOver; BadInput without a reason, or for a moment that has gone by."""
    why, now = one_line(why)[:500], clock.now()
    if not why:
        raise BadInput(_("Say why: everybody who took part reads it."), field="why")
    if opens_at is not None and opens_at <= now:
        raise BadInput(
            _("It must be later than now. Leave it empty to open booking at once."), field="opens_at"
        )
    with transaction():
        lock(ballot)
        if ballot.is_over:
            raise BallotOver(_("This ballot is over already."))
        opens = opens_at or now
        for each in ballot.sessions:
            found = slots.one(ballot.expo_id, each.occurrence_id)
            if found is not None and opens >= min(
                found.ends_at, each.occurrence.booking_closes_at or found.ends_at
            ):
                raise BadInput(
                    _("%(title)s would not open before its booking closes.", title=found.title),
                    field="opens_at",
                )
        ballot.called_off_at, ballot.called_off_why = now, why
        _open_to_all(ballot, opens)
        db.session.flush()
        took_part = [entry.person for entry in queries.entries(ballot.id) if entry.wishes]
        for person in took_part:
            _write_off(ballot, person, opens)
        audit.record(
            "ballot_called_off", "ballot", ballot.id, expo_id=ballot.expo_id,
            after={"entries": len(took_part), "booking_opens_at": opens.isoformat()}, why=why,
        )  # fmt: skip
        stamps.raise_stamp(f"programme:{ballot.expo_id}")


def _write_off(ballot: Ballot, person: Person, opens: datetime) -> None:
    if not person.email:
        return
    outbox.queue(
        "ballot_called_off",
        to=person.email,
        language=person.language,
        expo_id=ballot.expo_id,
        name=person.name,
        ballot=ballot.title,
        ballot_code=ballot.code,
        why=ballot.called_off_why,
        opens=opens if opens > clock.now() else None,
        zone=ballot.conference.time_zone,
    )


@jobs.handler("draw_ballot", lease=timedelta(minutes=30))
def _draw_when_closed(payload: dict[str, Any]) -> None:
    found = db.session.get(Ballot, payload["ballot"])
    if found is not None:
        draw(ballot=found)


def _hold_all(ballot: Ballot, people: list[int]) -> None:
    """In the order in which each of them would take it alone, so that nobody waits in a circle."""
    held = (
        sa.select(Person.id).where(Person.id.in_(people)).order_by(Person.id),
        sa.select(Registration.id)
        .where(Registration.person_id.in_(people), Registration.conference_id == ballot.conference_id)
        .order_by(Registration.id),
        sa.select(Pool.id)
        .where(
            Pool.id.in_(
                sa.select(Occurrence.pool_id).where(
                    Occurrence.id.in_([each.occurrence_id for each in ballot.sessions])
                )
            )
        )
        .order_by(Pool.id),
    )
    for each in held:
        db.session.execute(each.with_for_update(key_share=True)).all()


def _open_to_all(ballot: Ballot, at: datetime) -> None:
    """From this moment on whoever comes books what is free."""
    now = clock.now()
    for each in ballot.sessions:
        closes = each.occurrence.booking_closes_at
        if closes is None or closes > at:
            _booking_opens(each.occurrence, at)
    execute(sa.update(BallotSession).where(BallotSession.ballot_id == ballot.id).values(over_at=now))


def _book_all(ballot: Ballot, entries: list[BallotEntry]) -> None:
    known = {slot.code: slot for slot in slots.of(each.occurrence_id for each in ballot.sessions).values()}
    left = pools.left([slot.pool_id for slot in known.values()])
    seats: dict[str, int | None] = {each.occurrence.code: 0 for each in ballot.sessions}
    seats |= {code: left[slot.pool_id] for code, slot in known.items()}
    people = {entry.number: entry.person for entry in entries}
    tickets: list[dict[str, Any]] = [
        {"ticket": entry.number, "seats": entry.seats, "wishes": list(entry.wishes), "could_not": []}
        for entry in entries
    ]

    def give(one: dict[str, Any], code: str) -> bool:
        return _try(one, code, book_seat)

    def wait(one: dict[str, Any], code: str) -> bool:
        return code not in one["could_not"] and _try(one, code, waiting.join)

    def _try(one: dict[str, Any], code: str, act: Any) -> bool:
        if code in known:  # else it is not released any more
            try:
                with (
                    db.session.begin_nested()
                ):  # a no undoes what it began, and nothing of those drawn before
                    act(
                        person=people[one["ticket"]],
                        occurrence_id=known[code].occurrence_id,
                        seats=one["seats"],
                    )
                return True
            except Refusal:
                pass
        one["could_not"].append(code)
        return False

    result = drawing.draw(ballot.seed, tickets, seats, give, wait)
    ballot.published = {"seats": seats, "tickets": tickets, "result": result}
    ballot.drawn_at = clock.now()
    db.session.flush()
    for line in result:
        if next(one for one in entries if one.number == line["ticket"]).wishes:
            _write(ballot, people[line["ticket"]], line, known)


def _write(ballot: Ballot, person: Person, line: dict[str, Any], known: dict[str, Slot]) -> None:
    if not person.email:
        return

    def called(code: str | None) -> str:
        return known[code].title_in(person.language) if code else ""

    outbox.queue(
        "ballot_result",
        to=person.email,
        language=person.language,
        expo_id=ballot.expo_id,
        name=person.name,
        ballot=ballot.title,
        ballot_code=ballot.code,
        ticket=line["ticket"],
        got=called(line["got"]),
        waits_for=called(line["waits_for"]),
        slot=known.get(line["got"] or line["waits_for"]),
    )

"""All that happened to one registration, on one line of time: deeds, letters and scans, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from expo.badge.models import Badge
from expo.checkin.models import Gate, Scan, Verdict, ZoneOpening
from expo.core import clock
from expo.core.db import db
from expo.desk import queries as desk
from expo.mail.models import LetterState
from expo.programme.models import Occurrence, Session
from expo.registration.models import Registration

from . import timeline

MOST = 100
_NOTES = ("registration_noted", "registration_note_removed")
_LETTERS = {
    LetterState.WAITING: _l("Letter waits"),
    LetterState.SENT: _l("Letter sent"),
    LetterState.FAILED: _l("Letter could not be delivered"),
}
_VERDICTS = {
    Verdict.ADMITTED: _l("Let in"),
    Verdict.ALREADY_IN: _l("Was in already"),
    Verdict.LEFT: _l("Went out"),
    Verdict.REFUSED: _l("Not let in"),
    Verdict.ASK: _l("Asked at the door"),
    Verdict.CONFLICT: _l("Two doors at once"),
    Verdict.QUARANTINED: _l("Scan set aside"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that happened. `kind` is deed, letter or scan; `about` says of what, `who` by whom or where."""

    at: datetime
    kind: str
    what: str
    about: str
    who: str
    why: str


def of(registration: Registration, booking_ids: Collection[int], *, with_notes: bool) -> list[Point]:
    """The registration's own line: nothing of the person's other conferences. At most seven queries."""
    subjects = [("registration", registration.id), *(("booking", one) for one in booking_ids)]
    points = [
        Point(line.at, "deed", line.what, line.about, line.who, line.why)
        for line in timeline.of(subjects, most=MOST, leave_out=() if with_notes else _NOTES)
    ]
    # Letters carry the world's time, everything else the expo's: they differ in demo mode.
    ahead = clock.now() - clock.real_now()
    points += [
        Point(
            (letter.sent_at or letter.created_at) + ahead,
            "letter",
            str(_LETTERS[letter.state]),
            letter.subject,
            "",
            "",
        )
        for letter in desk.letters_about(registration.id, most=MOST)
    ]
    points += _scans(registration)
    return sorted(points, key=lambda point: point.at, reverse=True)


def _scans(registration: Registration) -> list[Point]:
    """What doors saw, as far as it was for this conference: its sessions, and zones that its tickets open."""
    if registration.person_id is None:
        return []
    opened = sa.select(ZoneOpening.zone_id).where(ZoneOpening.conference_id == registration.conference_id)
    rows = db.session.execute(
        sa.select(Scan.received_at, Scan.verdict, Gate.name, Session.title)
        .join(Badge, Badge.id == Scan.badge_id)
        .join(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Occurrence, Occurrence.id == Scan.occurrence_id)
        .outerjoin(Session, Session.id == Occurrence.session_id)
        .where(
            Badge.expo_id == registration.expo_id,
            Badge.person_id == registration.person_id,
            sa.or_(
                Session.conference_id == registration.conference_id,
                sa.and_(Scan.occurrence_id.is_(None), Gate.zone_id.in_(opened)),
            ),
        )
        .order_by(Scan.received_at.desc(), Scan.id)
        .limit(MOST)
    )
    return [
        Point(at, "scan", str(_VERDICTS[verdict]), title or "", _("at %(gate)s", gate=gate), "")
        for at, verdict, gate, title in rows
    ]

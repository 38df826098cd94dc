"""Actions on conferences, sessions and occurrences. All of it is draft until a release publishes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.core import audit, clock, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import free_slug, one_line
from expo.expos.models import Expo
from expo.organisations import actions as organisations
from expo.organisations import queries as organisation_queries

from . import places, queries
from .drafts import Billing, ConferenceDraft, OccurrenceDraft, SessionDraft
from .models import Appearance, Conference, ConferenceHost, Occurrence, Room, Session
from .refusals import BadPlacement, CodeTaken
from .words import AppearanceState, Placement


def save_conference(
    *,
    expo: Expo,
    draft: ConferenceDraft,
    conference: Conference | None = None,
    slug: str | None = None,
    parent: Conference | None = None,
) -> tuple[Conference, bool]:
    """Make a conference, or change this one. Dates, mode and visibility hold at once; sessions wait for a
    release. Returns it and whether anything changed. Raises BadInput."""
    _check_conference(draft)
    with transaction():
        values = asdict(draft)
        hosts = values.pop("hosts")
        values["title"] = one_line(draft.title)
        values["closed_dates"] = [day.isoformat() for day in draft.closed_dates]
        values["parent_id"] = parent.id if parent else None
        if conference is None:
            taken = {other.slug for other in queries.conferences(expo.id)}
            conference = Conference(
                expo_id=expo.id,
                slug=slug or free_slug(draft.title, taken),
                created_at=clock.now(),
                changed_at=clock.now(),
                version=1,
                **values,
            )
            db.session.add(conference)
            db.session.flush()
            _name_hosts(conference, hosts)
            audit.record(
                "conference_created", "conference", conference.id, expo_id=expo.id, after=_plain(values)
            )
            stamps.raise_stamp(f"programme:{expo.id}")
            return conference, True
        before = {key: getattr(conference, key) for key in values}
        same_hosts = queries.hosts([conference.id])[conference.id] == [one_line(host) for host in hosts]
        if before == values and same_hosts:
            return conference, False
        for key, value in values.items():
            setattr(conference, key, value)
        conference.version += 1
        conference.changed_at = clock.now()
        if not same_hosts:
            _name_hosts(conference, hosts)
        audit.record(
            "conference_changed",
            "conference",
            conference.id,
            expo_id=expo.id,
            before=_plain(before),
            after=_plain(values),
        )
        stamps.raise_stamp(f"programme:{expo.id}")
    return conference, True


def create_session(
    *, conference: Conference, draft: SessionDraft, code: str | None = None, parent: Session | None = None
) -> Session:
    """Add a session to a conference's draft. Raises CodeTaken, BadInput."""
    _check_session(draft)
    with transaction():
        code = code or _free_code(conference)
        if db.session.scalar(
            sa.select(Session.id).where(Session.expo_id == conference.expo_id, Session.code == code)
        ):
            raise CodeTaken(_("There is already a session with the code %(code)s.", code=code), field="code")
        session = Session(
            expo_id=conference.expo_id,
            conference_id=conference.id,
            code=code,
            version=1,
            created_at=clock.now(),
            changed_at=clock.now(),
            parent_id=parent.id if parent else None,
            **_session_values(conference, draft),
        )
        db.session.add(session)
        db.session.flush()
        audit.record(
            "session_created", "session", session.id, expo_id=session.expo_id, after=_plain(asdict(draft))
        )
    return session


def edit_session(
    *, session: Session, draft: SessionDraft, parent: Session | None = None, version: int | None = None
) -> bool:
    """Change a session's content in the draft. Returns whether anything changed.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    _check_session(draft)
    with transaction():
        _same_version(session, version)
        if parent is not None and parent.id == session.id:
            raise BadInput(_("A session cannot be its own parent."), field="parent")
        values = {**_session_values(session.conference, draft), "parent_id": parent.id if parent else None}
        before = {key: getattr(session, key) for key in values}
        if before == values:
            return False
        for key, value in values.items():
            setattr(session, key, value)
        session.version += 1
        session.changed_at = clock.now()
        changed = {key: value for key, value in values.items() if before[key] != value}
        audit.record(
            "session_changed",
            "session",
            session.id,
            expo_id=session.expo_id,
            before=_plain({key: before[key] for key in changed}),
            after=_plain(changed),
        )
    return True


def create_occurrence(*, session: Session, draft: OccurrenceDraft, code: str | None = None) -> Occurrence:
    """Give a session one more time and room. Its UID is made here, once, for ever. Raises BadPlacement."""
    with transaction():
        values = _occurrence_values(session, draft)
        occurrence = Occurrence(
            expo_id=session.expo_id,
            session_id=session.id,
            uid=f"{uuid4()}@expo",
            code=code or _free_occurrence_code(session),
            pool_id=pools.create(session.expo_id, draft.seats).id,
            version=1,
            created_at=clock.now(),
            changed_at=clock.now(),
            **values,
        )
        db.session.add(occurrence)
        db.session.flush()
        audit.record(
            "occurrence_created", "occurrence", occurrence.id, expo_id=session.expo_id, after=_plain(values)
        )
    return occurrence


def edit_occurrence(*, occurrence: Occurrence, draft: OccurrenceDraft, version: int | None = None) -> bool:
    """Move an occurrence or change its seats, in the draft. Returns whether anything changed.

    Raises BadPlacement, ChangedMeanwhile.
    """
    with transaction():
        _same_version(occurrence, version)
        values = _occurrence_values(occurrence.session, draft)
        before = {key: getattr(occurrence, key) for key in values}
        if before == values:
            return False
        for key, value in values.items():
            setattr(occurrence, key, value)
        occurrence.version += 1
        occurrence.changed_at = clock.now()
        audit.record(
            "occurrence_changed",
            "occurrence",
            occurrence.id,
            expo_id=occurrence.expo_id,
            before=_plain(before),
            after=_plain(values),
        )
    return True


def cancel_occurrence(*, occurrence: Occurrence, why: str) -> None:
    """Take an occurrence out of the draft; the next release tells everybody. Cancelling twice is cancelling once."""
    with transaction():
        if occurrence.cancelled_at:
            return
        occurrence.cancelled_at = occurrence.changed_at = clock.now()
        occurrence.version += 1
        audit.record("occurrence_cancelled", "occurrence", occurrence.id, expo_id=occurrence.expo_id, why=why)


def bill(*, session: Session, billings: list[Billing], occurrence: Occurrence | None = None) -> bool:
    """Say who appears in a session (or in one of its occurrences), in this order. Those who stay keep their answer.

    Returns whether anything changed.
    """
    with transaction():
        roles = {
            billing.role: places.find_or_create_role(session.conference.expo, billing.role)
            for billing in billings
        }
        now = [
            appearance
            for appearance in queries.appearances(session.id)
            if appearance.occurrence_id == (occurrence.id if occurrence else None)
        ]
        before = [(appearance.speaker_id, appearance.role_id) for appearance in now]
        after = list(dict.fromkeys((billing.speaker_id, roles[billing.role].id) for billing in billings))
        if before == after:
            return False
        kept = {(appearance.speaker_id, appearance.role_id): appearance for appearance in now}
        for pair, appearance in kept.items():
            if pair not in after:
                db.session.delete(appearance)
        confirmed = {(b.speaker_id, roles[b.role].id): b.confirmed for b in billings}
        for position, pair in enumerate(after):
            appearance = kept.get(pair) or Appearance(
                expo_id=session.expo_id,
                session_id=session.id,
                occurrence_id=occurrence.id if occurrence else None,
                speaker_id=pair[0],
                role_id=pair[1],
                state=AppearanceState.CONFIRMED if confirmed[pair] else AppearanceState.INVITED,
            )
            appearance.position = position
            db.session.add(appearance)
        db.session.flush()
        audit.record(
            "bill_changed", "session", session.id, expo_id=session.expo_id, before=before, after=after
        )
    return True


def _check_conference(draft: ConferenceDraft) -> None:
    if not draft.title.strip():
        raise BadInput(_("A conference needs a title."), field="title")
    if draft.ends_on < draft.starts_on:
        raise BadInput(_("The conference ends before it starts."), field="ends_on")
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise BadInput(
            _("“%(zone)s” is not a time zone.", zone=draft.time_zone), field="time_zone"
        ) from unknown


def _check_session(draft: SessionDraft) -> None:
    if not draft.title.strip():
        raise BadInput(_("A session needs a title."), field="title")
    if any(not 1 <= goal <= 17 for goal in draft.sdgs):
        raise BadInput(_("There are 17 Global Goals, numbered 1 to 17."), field="sdgs")


def _session_values(conference: Conference, draft: SessionDraft) -> dict[str, Any]:
    track = places.find_or_create_track(conference, draft.track) if draft.track.strip() else None
    return {
        "title": one_line(draft.title),
        "abstract": draft.abstract.strip(),
        "type_id": places.find_or_create_type(conference.expo, draft.type).id,
        "track_id": track.id if track else None,
        "languages": list(draft.languages),
        "sdgs": sorted(set(draft.sdgs)),
        "visibility": draft.visibility,
        "admission": draft.admission,
        "state": draft.state,
    }


def _occurrence_values(session: Session, draft: OccurrenceDraft) -> dict[str, Any]:
    if draft.placement is not Placement.UNPLACED:
        if draft.starts_at is None or draft.ends_at is None or draft.room_id is None:
            raise BadPlacement(_("A placed session needs a start, an end and a room."), field="starts_at")
        if draft.ends_at <= draft.starts_at:
            raise BadPlacement(_("It ends before it starts."), field="ends_at")
    room = db.session.get(Room, draft.room_id) if draft.room_id is not None else None
    if draft.room_id is not None and (room is None or room.expo_id != session.expo_id):
        raise BadPlacement(_("There is no such room in this expo."), field="room")
    if draft.seats is not None and (draft.seats < 0 or (room is not None and draft.seats > room.capacity)):
        raise BadPlacement(
            _(
                "%(room)s holds %(capacity)s people.",
                room=room.name if room else "",
                capacity=room.capacity if room else 0,
            ),
            field="seats",
        )
    values = asdict(draft)
    if draft.languages is not None:
        values["languages"] = list(draft.languages)
    return values


def _same_version(row: Session | Occurrence, version: int | None) -> None:
    if version is not None and row.version != version:
        raise ChangedMeanwhile(
            _("Somebody else changed this while you were writing. Look at their version, then save again.")
        )


def _free_code(conference: Conference) -> str:
    prefix = "".join(word[0] for word in conference.slug.split("-") if word)[:3].upper() or "S"
    count = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Session).where(Session.conference_id == conference.id)
        )
        or 0
    )
    while True:
        count += 1
        code = f"{prefix}-{count:03d}"
        if queries.session(conference.expo_id, code) is None:
            return code


def _free_occurrence_code(session: Session) -> str:
    taken = {occurrence.code for occurrence in queries.occurrences(session.id)}
    if session.code not in taken and queries.occurrence(session.expo_id, session.code) is None:
        return session.code
    number = 2
    while queries.occurrence(session.expo_id, f"{session.code}-{number}") is not None:
        number += 1
    return f"{session.code}-{number}"


def _name_hosts(conference: Conference, hosts: tuple[str, ...]) -> None:
    db.session.execute(sa.delete(ConferenceHost).where(ConferenceHost.conference_id == conference.id))
    for position, name in enumerate(hosts):
        body = organisation_queries.by_name(name) or organisations.find_or_create(name=name)
        db.session.add(
            ConferenceHost(
                expo_id=conference.expo_id,
                conference_id=conference.id,
                organisation_id=body.id,
                position=position,
            )
        )
    db.session.flush()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, StrEnum):
            return value.value
        return value

    return {key: plain(value) for key, value in values.items()}

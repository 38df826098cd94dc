"""Taking changes back: each by the same rules as making it, and only while nobody has changed the same again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.audit import AuditEntry
from expo.core.db import Base, ChoiceType, MomentType, db, transaction
from expo.core.refusals import Refusal
from expo.expos.models import Expo

from . import actions, naming, places, queries, removing
from .drafts import Billing
from .models import (
    AppearanceRole,
    Area,
    Conference,
    Occurrence,
    Room,
    Session,
    SessionType,
    Track,
    Venue,
)
from .values import draft_of_conference, draft_of_occurrence, draft_of_session, plain


class CannotUndo(Refusal):
    """This cannot be taken back: the sentence says why."""

    code = "cannot_undo"


Undo = Callable[[AuditEntry], None]


@dataclass(frozen=True, slots=True)
class Of:
    """What a change was made to, as the audit names it."""

    expo_id: int | None
    subject: str
    subject_id: str


KINDS: dict[str, type[Base]] = {
    "session": Session,
    "occurrence": Occurrence,
    "conference": Conference,
    "venue": Venue,
    "room": Room,
    "area": Area,
    "track": Track,
    "session_type": SessionType,
    "role": AppearanceRole,
}


def possible(entry: AuditEntry) -> bool:
    """Whether there is a way back at all; whether it is still open is known only when it is tried."""
    return entry.action in _WAYS


def conference_of(entry: AuditEntry | Of) -> int | None:
    """Whose change it was; None where it belongs to the whole expo, or where its thing is gone."""
    thing = _thing(entry)
    if isinstance(thing, Conference):
        return thing.id
    if isinstance(thing, Session | Track):
        return thing.conference_id
    return thing.session.conference_id if isinstance(thing, Occurrence) else None


def exists(entry: AuditEntry | Of) -> bool:
    """Whether what the change was made to is still there."""
    return _thing(entry) is not None


def called(entry: AuditEntry | Of) -> str:
    """What people call the thing."""
    thing = _thing(entry)
    if isinstance(thing, Occurrence):
        return f"{thing.code} {thing.session.title}"
    return str(getattr(thing, "title", "") or getattr(thing, "name", ""))


def undo(entry: AuditEntry) -> None:
    """Take one change back, as a change of its own. Raises CannotUndo, and whatever the rules say no to."""
    way = _WAYS.get(entry.action)
    if way is None:
        raise CannotUndo(_("This kind of change cannot be taken back."))
    with transaction():
        way(entry)
        audit.record(
            "change_undone", entry.subject, entry.subject_id, expo_id=entry.expo_id, after={"entry": entry.id}
        )


def _thing(entry: AuditEntry | Of) -> Any:
    kind = KINDS.get(entry.subject)
    if kind is None or not entry.subject_id.isdigit():
        return None
    thing = db.session.get(kind, int(entry.subject_id))
    return thing if thing is not None and getattr(thing, "expo_id", None) == entry.expo_id else None


def _as_it_was(entry: AuditEntry) -> tuple[Any, Any]:
    """The thing, and how it was before the change: an object with the same columns, for what reads a row. Raises CannotUndo where the same was changed again."""
    thing = _thing(entry)
    if thing is None:
        raise CannotUndo(_("It is not there any more."))
    before, after = entry.before or {}, entry.after or {}
    columns = {name: getattr(thing, name) for name in sa.inspect(type(thing)).columns.keys()}  # noqa: SIM118
    now = plain({name: columns[name] for name in before if name in columns})
    if any(now[name] != after.get(name) for name in now):
        raise CannotUndo(_("Somebody has changed the same again since. Take that back first."))
    was = {name: _read(type(thing), name, before[name]) for name in now}
    return thing, SimpleNamespace(**{**columns, **was})


def _read(kind: type[Base], name: str, value: Any) -> Any:
    """A value as the audit keeps it, as its column holds it."""
    type_ = sa.inspect(kind).columns[name].type
    if not isinstance(value, str):
        return value
    if isinstance(type_, MomentType):
        return datetime.fromisoformat(value)
    if isinstance(type_, sa.Date):
        return date.fromisoformat(value)
    return type_.words(value) if isinstance(type_, ChoiceType) else value


def _session(entry: AuditEntry) -> None:
    session, was = _as_it_was(entry)
    was.type = db.session.get_one(SessionType, was.type_id)
    was.track = db.session.get(Track, was.track_id) if was.track_id else None
    parent = db.session.get(Session, was.parent_id) if was.parent_id else None
    actions.edit_session(session=session, draft=draft_of_session(was), parent=parent)


def _occurrence(entry: AuditEntry) -> None:
    occurrence, was = _as_it_was(entry)
    actions.edit_occurrence(occurrence=occurrence, draft=draft_of_occurrence(was))


def _conference(entry: AuditEntry) -> None:
    conference, was = _as_it_was(entry)
    hosts = (entry.before or {}).get("hosts") or queries.hosts([conference.id])[conference.id]
    parent = db.session.get(Conference, was.parent_id) if was.parent_id else None
    expo = db.session.get_one(Expo, conference.expo_id)
    draft = draft_of_conference(was, hosts)
    actions.save_conference(expo=expo, draft=draft, conference=conference, parent=parent)


def _venue(entry: AuditEntry) -> None:
    venue, was = _as_it_was(entry)
    draft = places.draft_of_venue(was)
    places.save_venue(expo=db.session.get_one(Expo, venue.expo_id), draft=draft, venue=venue)


def _room(entry: AuditEntry) -> None:
    room, was = _as_it_was(entry)
    places.save_room(venue=room.venue, draft=places.draft_of_room(was), room=room)


def _name(entry: AuditEntry) -> None:
    thing, was = _as_it_was(entry)
    naming.rename(thing, name=was.name, names=was.names)
    if isinstance(thing, AppearanceRole):
        naming.count_in_clashes(role=thing, counts=was.counts)


def _cancelled(entry: AuditEntry) -> None:
    occurrence = _thing(entry)
    if occurrence is None or occurrence.cancelled_at is None:
        raise CannotUndo(_("It is not cancelled any more."))
    actions.restore_occurrence(occurrence=occurrence)


def _restored(entry: AuditEntry) -> None:
    occurrence = _thing(entry)
    if occurrence is None or occurrence.cancelled_at is not None:
        raise CannotUndo(_("It is cancelled already."))
    actions.cancel_occurrence(occurrence=occurrence, why=_("The cancellation was taken back by mistake"))


def _session_made(entry: AuditEntry) -> None:
    session = _thing(entry)
    _refuse_changed(session)
    removing.remove_session(session=session)


def _occurrence_made(entry: AuditEntry) -> None:
    occurrence = _thing(entry)
    _refuse_changed(occurrence)
    removing.remove_occurrence(occurrence=occurrence)


def _refuse_changed(made: Session | Occurrence | None) -> None:
    """What somebody has worked on since it was made is not taken away with one press."""
    if made is None:
        raise CannotUndo(_("It is not there any more."))
    if made.version > 1:
        raise CannotUndo(_("Somebody has changed it since it was made. Remove or cancel it on its own page."))


def _billed(entry: AuditEntry) -> None:
    session = _thing(entry)
    if session is None:
        raise CannotUndo(_("It is not there any more."))
    where = (entry.after or {}).get("occurrence") if isinstance(entry.after, dict) else None
    occurrence = db.session.get(Occurrence, where) if where else None
    before, after = _pairs(entry.before), _pairs(entry.after)
    now = [
        (one.speaker_id, one.role_id)
        for one in queries.appearances(session.id)
        if one.occurrence_id == (occurrence.id if occurrence else None)
    ]
    if now != after:
        raise CannotUndo(_("Somebody has changed the same again since. Take that back first."))
    roles = {role.id: role.name for role in queries.roles(session.expo_id)}
    billings = [Billing(speaker, roles[role]) for speaker, role in before if role in roles]
    actions.bill(session=session, billings=billings, occurrence=occurrence)


def _pairs(said: Any) -> list[tuple[int, int]]:
    listed = said.get("people", []) if isinstance(said, dict) else said or []
    return [(pair[0], pair[1]) for pair in listed]


_WAYS: dict[str, Undo] = {
    "session_changed": _session,
    "occurrence_changed": _occurrence,
    "conference_changed": _conference,
    "venue_changed": _venue,
    "room_changed": _room,
    "area_changed": _name,
    "track_changed": _name,
    "session_type_changed": _name,
    "role_changed": _name,
    "occurrence_cancelled": _cancelled,
    "occurrence_restored": _restored,
    "session_created": _session_made,
    "occurrence_created": _occurrence_made,
    "bill_changed": _billed,
}

"""What a draft becomes in its table. Refuses what cannot be meant, and what would not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.core.db import db
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import contributing, places, tags, texts
from .drafts import ConferenceDraft, OccurrenceDraft, SessionDraft
from .fitting import LONGEST_TEXT, MOST_SEATS, fits, time_zones
from .models import Conference, Occurrence, Room, Session
from .refusals import BadPlacement
from .words import Placement

MOST_NAMES = 20
YEARS = range(1970, 2200)


def check_conference(draft: ConferenceDraft) -> None:
    if not one_line(draft.title):
        raise BadInput(_("A conference needs a title."), field="title")
    fits(draft, title=200, city=120, place_text=200, series=120, description=LONGEST_TEXT)
    for host in draft.hosts:
        if not 0 < len(one_line(host)) <= 200:
            raise BadInput(_("A host's name has 1 to 200 letters."), field="hosts")
    if len(draft.other_names) > MOST_NAMES or any(
        not 0 < len(one_line(name)) <= 200 for name in draft.other_names
    ):
        raise BadInput(
            _("At most %(most)s other names, of 1 to 200 letters each.", most=MOST_NAMES), field="other_names"
        )
    if draft.ends_on < draft.starts_on:
        raise BadInput(_("The conference ends before it starts."), field="ends_on")
    if draft.starts_on.year not in YEARS or draft.ends_on.year not in YEARS:
        raise BadInput(_("Check the year."), field="starts_on")
    texts.check(
        draft.text_language, draft.texts,
        title=200, body=LONGEST_TEXT, body_name="description", note=200, note_name="place_text",
    )  # fmt: skip
    if draft.time_zone not in time_zones():
        raise BadInput(_("“%(zone)s” is not a time zone.", zone=draft.time_zone), field="time_zone")
    if not 0 <= draft.day_change_hour <= 8:
        raise BadInput(_("A day changes between 0 and 8 o'clock."), field="day_change_hour")


def check_session(draft: SessionDraft) -> None:
    if not one_line(draft.title):
        raise BadInput(_("A session needs a title."), field="title")
    if not one_line(draft.type):
        raise BadInput(_("Say what kind of session it is."), field="type")
    fits(draft, title=250, type=40, track=80, abstract=LONGEST_TEXT)
    if any(not 1 <= goal <= 17 for goal in draft.sdgs):
        raise BadInput(_("There are 17 Global Goals, numbered 1 to 17."), field="sdgs")
    tags.check(draft.tags)
    texts.check(
        draft.text_language, draft.texts,
        title=250, body=LONGEST_TEXT, body_name="abstract", note=texts.LONGEST_NOTE, note_name="content_notes",
    )  # fmt: skip
    texts.check_interpretation(draft.interpretation)
    texts.check_materials(draft.materials)
    contributing.check(draft.contributions)
    fits(draft, content_notes=texts.LONGEST_NOTE)


Named = Callable[[str], int]


def of_session(
    conference: Conference,
    draft: SessionDraft,
    *,
    kind_id: Named | None = None,
    track_id: Named | None = None,
) -> dict[str, Any]:
    """The columns of a session, its type and track found or made; by `kind_id` and `track_id`, where many are made
    and whoever makes them remembers."""
    kind_id = kind_id or (lambda name: places.find_or_create_type(conference.expo, name).id)
    track_id = track_id or (lambda name: places.find_or_create_track(conference, name).id)
    return {
        "title": one_line(draft.title),
        "abstract": draft.abstract.strip(),
        "type_id": kind_id(draft.type),
        "track_id": track_id(draft.track) if draft.track.strip() else None,
        "languages": list(draft.languages),
        "sdgs": sorted(set(draft.sdgs)),
        "tags": list(tags.normal(draft.tags)),
        "visibility": draft.visibility,
        "admission": draft.admission,
        "shows_block": draft.shows_block,
        "instead_of_parent": draft.instead_of_parent,
        "state": draft.state,
        **texts.columns(draft.text_language, draft.texts, "abstracts", "notes"),
        "interpretation": [list(pair) for pair in dict.fromkeys(draft.interpretation)],
        "content_notes": one_line(draft.content_notes),
        "materials": texts.written(draft.materials),
        "contributions": contributing.written(draft.contributions),
        "also_in": sorted(set(draft.also_in)),
    }


def of_occurrence(session: Session, draft: OccurrenceDraft) -> dict[str, Any]:
    """The columns of an occurrence. Raises BadPlacement."""
    starts_at, ends_at = draft.starts_at, draft.ends_at
    if draft.placement is not Placement.UNPLACED:
        for value, field in ((starts_at, "starts_at"), (ends_at, "ends_at"), (draft.room_id, "room")):
            if value is None:
                raise BadPlacement(_("A placed session needs a start, an end and a room."), field=field)
    if starts_at and ends_at and ends_at <= starts_at:
        raise BadPlacement(_("It ends before it starts."), field="ends_at")
    for moment, field in ((starts_at, "starts_at"), (ends_at, "ends_at")):
        if moment and moment.year not in YEARS:
            raise BadPlacement(_("Check the year."), field=field)
    room = db.session.get(Room, draft.room_id) if draft.room_id is not None else None
    if draft.room_id is not None and (room is None or room.expo_id != session.expo_id):
        raise BadPlacement(_("There is no such room in this expo."), field="room")
    if draft.seats is not None and draft.seats < 0:
        raise BadPlacement(_("Seats are not negative."), field="seats")
    if draft.seats is not None and room is not None and draft.seats > room.capacity:
        raise BadPlacement(
            _("%(room)s holds %(capacity)s people.", room=room.name, capacity=room.capacity), field="seats"
        )
    if draft.seats is not None and draft.seats > MOST_SEATS:
        raise BadPlacement(_("That is more than a city holds."), field="seats")
    fits(draft, abstract=LONGEST_TEXT)
    values = asdict(draft)
    values["abstracts"] = _abstracts(session, draft)
    if draft.languages is not None:
        values["languages"] = list(draft.languages)
    return values


def _abstracts(session: Session, draft: OccurrenceDraft) -> dict[str, str]:
    """In more languages stands what is said of this time alone: without that there is nothing to translate."""
    said = texts.check_bodies(session.text_language, draft.abstracts, most=LONGEST_TEXT, field="abstract")
    if said and not (draft.abstract or "").strip():
        raise BadInput(
            _("Say it in the session's own language too, for all who read neither."), field="abstract"
        )
    return said


def draft_of_conference(conference: Conference, hosts: list[str]) -> ConferenceDraft:
    """A conference as its draft would say it."""
    same = {
        name: getattr(conference, name)
        for name in ConferenceDraft.__slots__
        if name not in ("hosts", "closed_dates", "other_names", "texts")
    }
    closed = tuple(date.fromisoformat(day) for day in conference.closed_dates or ())
    other_names = tuple(conference.other_names)
    return ConferenceDraft(
        **same,
        closed_dates=closed,
        hosts=tuple(hosts),
        other_names=other_names,
        texts=texts.of(conference, conference.descriptions, conference.place_texts),
    )


def draft_of_session(session: Session) -> SessionDraft:
    """A session as its draft would say it."""
    return SessionDraft(
        title=session.title,
        type=session.type.name,
        abstract=session.abstract,
        track=session.track.name if session.track else "",
        languages=tuple(session.languages),
        sdgs=tuple(session.sdgs),
        tags=tuple(session.tags),
        visibility=session.visibility,
        admission=session.admission,
        shows_block=session.shows_block,
        instead_of_parent=session.instead_of_parent,
        state=session.state,
        text_language=session.text_language,
        texts=texts.of(session, session.abstracts, session.notes),
        interpretation=tuple((pair[0], pair[1]) for pair in session.interpretation),
        content_notes=session.content_notes,
        materials=texts.read(session.materials),
        contributions=contributing.read(session.contributions),
        also_in=tuple(session.also_in),
    )


def draft_of_occurrence(occurrence: Occurrence) -> OccurrenceDraft:
    """A time and room as its draft would say it."""
    languages = occurrence.languages
    return OccurrenceDraft(
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        room_id=occurrence.room_id,
        seats=occurrence.seats,
        placement=occurrence.placement,
        languages=None if languages is None else tuple(languages),
        abstract=occurrence.abstract,
        abstracts=dict(occurrence.abstracts),
    )


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them."""

    def one(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, StrEnum):
            return value.value
        return value

    return {key: one(value) for key, value in values.items()}


def day_of(starts_at: datetime, zone: str, day_change_hour: int) -> date:
    """The local date an occurrence belongs to: half past midnight may be last night's."""
    local = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (local - timedelta(hours=day_change_hour)).date()

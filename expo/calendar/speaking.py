"""A speaker's own calendar: where they appear, released or only asked for, with what they need to know there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.core.db import db
from expo.expos.models import Expo
from expo.programme.models import Appearance
from expo.programme.words import AppearanceState
from expo.publishing.models import OccurrenceVersion
from expo.speakers import links
from expo.speakers.models import Speaker

from . import entries, events
from .entries import Audience, Entry
from .refusals import NoSuchCalendar


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar and the name of its state. What is in it may change at any moment, so no moment is named."""

    tag: str
    body: bytes
    changed_at: datetime | None = None


def of(expo: Expo, token: str, language: str) -> Calendar:
    """The calendar that this address opens. Raises NoSuchCalendar."""
    speaker = links.speaker_of_feed(expo.id, token)
    if speaker is None:
        raise NoSuchCalendar(_("There is no such calendar."))
    with force_locale(language):
        hints = dict.fromkeys(_occurrences(speaker.id), "")
        shown = [_told(entry, speaker) for entry in entries.load(expo, hints, Audience.BOOKED)]
        made = [events.written(events.event(entry)) for entry in shown]
        title = _("%(expo)s: %(name)s speaks", expo=expo.name, name=speaker.name)
    zones = {zone for entry in shown if (zone := events.zone_of(entry))} or {expo.time_zone}
    body = events.joined(events.head(name=title, text="", time_zone=expo.time_zone), zones, made)
    return Calendar(hashlib.blake2b(body, digest_size=16).hexdigest(), body)


def _occurrences(speaker_id: int) -> list[int]:
    """What is released of where they appear, whoever else may know of it."""
    return list(
        db.session.scalars(
            sa.select(OccurrenceVersion.occurrence_id)
            .join(Appearance, Appearance.session_id == OccurrenceVersion.session_id)
            .where(
                Appearance.speaker_id == speaker_id,
                Appearance.state != AppearanceState.DECLINED,
                OccurrenceVersion.until_release_id.is_(None),
                sa.or_(
                    Appearance.occurrence_id.is_(None),
                    Appearance.occurrence_id == OccurrenceVersion.occurrence_id,
                ),
            )
            .distinct()
            .order_by(OccurrenceVersion.occurrence_id)
        )
    )


def _told(entry: Entry, speaker: Speaker) -> Entry:
    """The event as the one who speaks needs it: what the organisers wrote for them comes before the abstract."""
    said = [
        (_("Contact"), speaker.contact),
        (_("Travel"), speaker.travel),
        (_("On stage"), speaker.rider),
    ]
    texts = [f"{label}: {text}" for label, text in said if text]
    return replace(entry, people=(), abstract="\n".join([*texts, entry.abstract]))

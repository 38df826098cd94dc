"""What a public calendar covers: a part of the programme, under its address."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, fields

from flask_babel import gettext as _

from expo.core.text import one_line
from expo.expos.models import Expo
from expo.favourites import sharing
from expo.publishing import queries as publishing
from expo.publishing import scopes
from expo.publishing.filters import Filter
from expo.speakers import queries as speakers

from . import queries
from .queries import Line
from .refusals import NoSuchCalendar

GOALS = range(1, 18)
NO_WISH = Filter()


class Kind(enum.StrEnum):
    """Whose calendar it is. The words are those of the addresses."""

    PROGRAMME = "programme"
    CONFERENCE = "conferences"
    TRACK = "tracks"
    ROOM = "rooms"
    VENUE = "venues"
    SPEAKER = "speakers"
    SDG = "sdgs"
    SERIES = "series"
    AREA = "areas"
    SESSION = "sessions"
    SHARED = "share"


@dataclass(frozen=True, slots=True)
class Scope:
    """A calendar's address in typed form. `key` is a slug, a code or a number; the programme has a wish instead.

    A session's may be narrowed to the occurrence of one code.
    """

    kind: Kind
    key: str = ""
    wish: Filter = NO_WISH
    occurrence: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar that exists: its title and what it holds, by start."""

    title: str
    lines: list[Line]


def find(expo: Expo, scope: Scope, texts: str = "") -> Found:
    """Look the calendar up. Raises NoSuchCalendar where there is nothing that strangers may know of."""
    found = _find(expo, scope, texts)
    if found is None:
        raise NoSuchCalendar(_("There is no such calendar."))
    return found


def _find(expo: Expo, scope: Scope, texts: str) -> Found | None:
    key = scope.key
    if scope.kind is Kind.SPEAKER:
        speaker = speakers.by_slug(expo.id, key)
        lines = queries.of_speaker(expo.id, speaker.id) if speaker else []
        return Found(f"{expo.name}: {speaker.name}", lines) if speaker and lines else None
    if scope.kind is Kind.SESSION:
        session_id = publishing.session_by_code(expo.id, key)
        items = publishing.of_session(expo.id, session_id) if session_id is not None else []
        items = [item for item in items if scope.occurrence in ("", item.code)]
        return Found(items[0].title_in(texts)[0], [queries.line(item) for item in items]) if items else None
    if scope.kind is Kind.SHARED:
        title = _("%(expo)s: favourites", expo=expo.name)
        return Found(title, queries.among(expo.id, sharing.read(expo, key)))
    found = _wish(expo, scope, texts)
    return Found(found[0], queries.lines(expo.id, found[1])) if found else None


def _wish(expo: Expo, scope: Scope, texts: str) -> tuple[str, Filter] | None:
    """The scope's title, and the filter that it is."""
    key = scope.key
    match scope.kind:
        case Kind.CONFERENCE:
            conference = publishing.conference(expo.id, key)
            return (conference.title_in(texts)[0], Filter(conferences=(key,))) if conference else None
        case Kind.TRACK:
            track = queries.track(expo.id, key)
            return (f"{expo.name}: {track.name_in(texts)}", Filter(tracks=(key,))) if track else None
        case Kind.ROOM:
            room = scopes.room(expo.id, key)
            return (f"{room.name}, {room.venue.name}", Filter(rooms=(key,))) if room else None
        case Kind.VENUE:
            venue = scopes.venue(expo.id, key)
            return (venue.name, Filter(venues=(key,))) if venue else None
        case Kind.SDG:
            title = _("%(expo)s: Global Goal %(number)s", expo=expo.name, number=key)
            return (title, Filter(sdgs=(int(key),))) if key.isdecimal() and int(key) in GOALS else None
        case Kind.SERIES:
            parts = scopes.series(expo.id, key)
            return (f"{expo.name}: {parts[0].series}", scopes.series_filter(parts)) if parts else None
        case Kind.AREA:
            area = scopes.area(expo.id, key)
            return (f"{expo.name}: {area[0].name_in(texts)}", scopes.area_filter(area[1])) if area else None
        case _:
            chosen = ", ".join(_words(scope.wish))
            return f"{expo.name} ({chosen})" if chosen else expo.name, scope.wish


def _words(wish: Filter) -> Iterator[str]:
    """What was asked for, so that two calendars of one programme have two names."""
    for field in fields(wish):
        if field.name in ("within", "mine"):  # other words for what stands in price and audience
            continue
        value = getattr(wish, field.name)
        if value is True:
            yield field.name
        elif value:
            for word in value if isinstance(value, tuple) else (value,):
                yield one_line(str(word))[:60]

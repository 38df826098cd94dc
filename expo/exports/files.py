"""Exports as files: their forms, the tag that says whether one changed, and its bytes."""

from __future__ import annotations

import enum
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale

from expo.core import clock, stamps
from expo.core.bounded import Shelf
from expo.expos.models import Expo
from expo.publishing.filters import Filter

from . import changes, frab, places, table, talks

# Exports as they were last sent, by tag and coding.
_whole: Shelf[tuple[str, bool], bytes] = Shelf(32_000_000, lambda body: len(body) + 200)
EDITION = 3  # raise it when the same data are written in another way


class Form(enum.StrEnum):
    """In which form the programme; the words are those of the addresses."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    XLSX = "xlsx"


class Other(enum.StrEnum):
    """What is told beside the programme; the words are those of the addresses."""

    CHANGES_ATOM = "changes.atom"
    CHANGES_JSON = "changes.json"
    PLACES = "venues.geojson"


@dataclass(frozen=True, slots=True)
class State:
    """What an export is now. Without a tag it has to be made to know: seats are taken without a sign. `changed_at` is
    None while that second is not over: what changes within it could not be told apart."""

    number: int
    changed_at: datetime | None
    tag: str | None


def state(expo: Expo, wish: Filter, form: Form, texts: str = "") -> State:
    """The state of an export: one query. `texts` is the language that was asked for, "" for the original."""
    number, changed_at = stamps.read(f"programme:{expo.id}")
    assert changed_at is None or isinstance(changed_at, datetime)
    if wish.seats:
        return State(number, None, None)
    return _state(expo, number, changed_at, (wish, form, texts))


def state_of(expo: Expo, what: Other, language: str) -> State:
    """The state of what is told beside the programme: one query."""
    number, changed_at = stamps.read(f"programme:{expo.id}")
    assert changed_at is None or isinstance(changed_at, datetime)
    return _state(expo, number, changed_at, (what, language))


def _state(expo: Expo, number: int, changed_at: datetime | None, what: tuple[object, ...]) -> State:
    base_url = current_app.config["EXPO"].base_url  # it stands before every address within
    tag = _digest(repr((EDITION, base_url, expo.id, *what, number, changed_at)).encode())
    settled = changed_at is not None and clock.now() - changed_at >= timedelta(seconds=1)
    return State(number, changed_at if settled else None, tag)


def body(expo: Expo, wish: Filter, form: Form, state: State, *, texts: str = "", zipped: bool) -> bytes:
    """The export, in the state it was asked for."""
    return _kept(state, lambda: _made(expo, wish, form, state, texts), zipped)


def body_of(expo: Expo, what: Other, language: str, state: State, *, zipped: bool) -> bytes:
    """What is told beside the programme, in the state it was asked for."""
    return _kept(state, lambda: _told(expo, what, language), zipped)


def _kept(state: State, make: Callable[[], bytes], zipped: bool) -> bytes:
    key = (state.tag or "", zipped)
    made = _whole.get(key) if state.tag else None
    if made is None:
        made = make()
        # No time inside, so that two processes pack alike.
        made = gzip.compress(made, 6, mtime=0) if zipped else made
        if state.tag:
            _whole.put(key, made)
    return made


def _made(expo: Expo, wish: Filter, form: Form, state: State, texts: str) -> bytes:
    found = list(talks.find(expo, wish, texts))
    if form is Form.CSV:
        return table.as_csv(found)
    if form is Form.XLSX:
        return table.as_xlsx(expo.name, found)
    write = frab.as_json if form is Form.JSON else frab.as_xml
    return write(expo, found, str(state.number))


def _told(expo: Expo, what: Other, language: str) -> bytes:
    if what is Other.PLACES:
        return places.as_geojson(expo)
    write = changes.as_json if what is Other.CHANGES_JSON else changes.as_atom
    with force_locale(language):
        return write(expo, language)


def tag_of(expo: Expo, wish: Filter, form: Form, state: State, texts: str = "") -> str:
    """The tag of an export: of what it is made from, or, where seats are asked for, of what it is."""
    return state.tag or _digest(_made(expo, wish, form, state, texts))


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()

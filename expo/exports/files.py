"""Exports as files: their forms, the tag that says whether one changed, and its bytes."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from expo.core import clock, stamps
from expo.expos.models import Expo
from expo.publishing.filters import Filter

from . import frab, table, talks

EDITION = 1  # raise it when the same data are written in another way


class Form(enum.StrEnum):
    """In which form; the words are those of the addresses."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class State:
    """What an export is now. Without a tag it has to be made to know: seats are taken without a sign. `changed_at` is
    None while that second is not over: what changes within it could not be told apart."""

    number: int
    changed_at: datetime | None
    tag: str | None


def state(expo: Expo, wish: Filter, form: Form) -> State:
    """The state of an export: one query."""
    number, changed_at = stamps.read(f"programme:{expo.id}")
    assert changed_at is None or isinstance(changed_at, datetime)
    if wish.seats:
        return State(number, None, None)
    base_url = current_app.config["EXPO"].base_url  # it stands before every address within
    tag = _digest(repr((EDITION, base_url, expo.id, form, wish, number, changed_at)).encode())
    settled = changed_at is not None and clock.now() - changed_at >= timedelta(seconds=1)
    return State(number, changed_at if settled else None, tag)


def body(expo: Expo, wish: Filter, form: Form, state: State) -> bytes:
    """The export, in the state it was asked for."""
    found = list(talks.find(expo, wish))
    if form is Form.CSV:
        return table.as_csv(found)
    write = frab.as_json if form is Form.JSON else frab.as_xml
    return write(expo, found, str(state.number))


def tag_of(made: bytes) -> str:
    """The tag of an export that has none before it is made."""
    return _digest(made)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()

"""The calendar item that a letter brings: the same event as in the feeds, with the same UID and SEQUENCE."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from flask_babel import force_locale
from icalendar import vCalAddress, vText

from expo.core.db import db
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.publishing.items import Item

from . import entries, events
from .entries import Audience


def request(item: Item, *, to: str, name: str, language: str, at: datetime) -> bytes:
    """Puts a booked occurrence into the reader's calendar, or moves it there. `at` is when its cause happened:
    of two letters with the same SEQUENCE the later one holds."""
    return _letter(item, "REQUEST", to=to, name=name, language=language, at=at)


def cancel(item: Item, *, to: str, name: str, language: str, at: datetime) -> bytes:
    """Takes an occurrence out of the reader's calendar: it is cancelled, or the seat was given back."""
    return _letter(item, "CANCEL", to=to, name=name, language=language, at=at)


def _letter(item: Item, method: str, *, to: str, name: str, language: str, at: datetime) -> bytes:
    expo = db.session.get_one(Expo, item.expo_id)
    entry = next(entries.load(expo, {item.occurrence_id: ""}, Audience.BOOKED, language))
    if method == "CANCEL":
        entry = replace(entry, cancelled=True)
    with force_locale(language):
        made = events.event(entry)
    # Unlike in feeds, this is the moment of the message (RFC 5545, 3.8.7.2).
    del made["dtstamp"]
    made.add("dtstamp", at)
    organiser = _person(parseaddr(current_app.config["EXPO"].mail_from)[1], expo.name)
    guest = _person(to, name)
    guest.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE", "CUTYPE": "INDIVIDUAL"})
    made.add("organizer", organiser)
    made.add("attendee", guest)
    return events.letter(made, method=method, zone=events.zone_of(entry))


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{one_line(address)}")
    # A parameter's value has no way to write a quotation mark.
    person.params["CN"] = vText(one_line(name).replace('"', "'"))
    return person

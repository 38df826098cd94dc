"""Finding a badge without the badge: by name in any script, or by the spoken code. For supervisors."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.badge import actions as badges
from expo.badge import queries as badge_queries
from expo.badge.models import Badge, BadgeState
from expo.badge.refusals import NoSuchBadge
from expo.core import limits
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.core.text import folded, one_line
from expo.registration.models import Registration

from . import queries
from .crew_models import Attention, CrewMember
from .models import Device, ZoneOpening
from .verdicts import above

LEAST_LETTERS = 3
MOST = 20
SPOKEN_LENGTH = 8
# Scripts that write a name in one to three signs.
_DENSE = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


@dataclass(frozen=True, slots=True)
class Found:
    """A badge and whose it is. `code` is what its QR says: scanning it is how the person is let in."""

    code: str
    state: BadgeState
    size: int
    name: str
    organisation: str
    attention: str | None
    blocked: bool


def find(*, device: Device, by: CrewMember, said: str) -> list[Found]:
    """Live badges that fit a spoken code or all words of a name, at most twenty. Raises BadInput or TooOften.

    By name only people who registered, however that ended, for a conference whose tickets open what the device stands
    at: another team's guests stay unknown to this one, unless they say their code.
    """
    said = one_line(said)
    limits.count("door_search", f"crew:{by.id}", most=120, within=timedelta(minutes=15))
    letters = [letter for letter in said if letter.isalnum()]
    dense = any(unicodedata.name(letter, "").startswith(_DENSE) for letter in letters)
    if len(letters) < (1 if dense else LEAST_LETTERS):
        raise BadInput(_("Three letters of the name at least, or the eight of the spoken code."), field="q")
    words = folded(said).split()
    fits = [Person.folded_words.contains(word, autoescape=True) for word in words]
    named = _found(sa.and_(Badge.state == BadgeState.ACTIVE, _of_our_gates(device), *fits), device.expo_id)
    if named or len(letters) != SPOKEN_LENGTH or not said.isascii():
        return named
    # Only what is no name counts as a try of a code: a busy desk asks for many names of eight letters.
    try:
        badge = badges.find_by_spoken_code(expo_id=device.expo_id, said=said, who=f"crew:{by.id}")
    except NoSuchBadge:
        return []
    return _found(Badge.id == badge.id, device.expo_id)


def _of_our_gates(device: Device) -> sa.ColumnElement[bool]:
    parents = {zone.id: zone.parent_id for zone in queries.zones(device.expo_id)}
    zones: set[int] = set()
    for gate in queries.gates_of_device(device):
        zones |= above(parents, gate.zone_id)
    opened = sa.select(ZoneOpening.conference_id).where(ZoneOpening.zone_id.in_(zones))
    return (
        sa.exists()
        .where(Registration.person_id == Person.id, Registration.conference_id.in_(opened))
        .correlate(Person)
    )


def _found(which: sa.ColumnElement[bool], expo_id: int) -> list[Found]:
    rows = db.session.execute(
        sa.select(Badge, Person, Attention.text, Attention.blocks)
        .join(Person, Badge.person_id == Person.id)
        .outerjoin(Attention, sa.and_(Attention.person_id == Person.id, Attention.ended_at.is_(None)))
        .where(Badge.expo_id == expo_id, which)
        .order_by(Person.name, Badge.id)
        .limit(MOST)
    )
    return [
        Found(
            badge_queries.code_of(badge),
            badge.state,
            badge.size,
            person.name,
            person.organisation or "",
            text,
            bool(blocks),
        )
        for badge, person, text, blocks in rows
    ]

"""What stands on each badge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import joinedload

from expo.badge import queries as badges
from expo.badge.models import Badge
from expo.core.db import db
from expo.programme.models import Conference
from expo.registration.models import Category, Registration, RegistrationState
from expo.registration.words import strongest

from .models import BadgeLayout


@dataclass(frozen=True, slots=True)
class Card:
    """A badge, ready to be drawn. `number` is that of paper lists; `size` more than 1 for a group."""

    badge_id: int
    name: str
    organisation: str
    place: str
    category: Category
    conference: str
    line: str
    code: str
    spoken: str
    size: int


def of(
    expo_id: int, badge_ids: Sequence[int], *, language: str, conference_id: int | None = None
) -> list[Card]:
    """The cards of these badges in this order: five queries, however many. With a conference, as people of that one."""
    found = {
        badge.id: badge
        for badge in db.session.scalars(
            sa.select(Badge)
            .options(joinedload(Badge.person))
            .where(Badge.expo_id == expo_id, Badge.id.in_(badge_ids))
        )
    }
    held = _held(found.values())
    layouts = {
        one.conference_id: one
        for one in db.session.scalars(sa.select(BadgeLayout).where(BadgeLayout.expo_id == expo_id))
    }
    return [
        _card(found[number], held[number], layouts, language, conference_id)
        for number in badge_ids
        if number in found
    ]


def _held(found: Iterable[Badge]) -> dict[int, list[Registration]]:
    """The confirmed registrations of each badge: of its person, or the one that it stands for without a person."""
    of_person = {badge.person_id: badge.id for badge in found if badge.person_id}
    alone = {badge.registration_id: badge.id for badge in found if badge.registration_id}
    rows = db.session.scalars(
        sa.select(Registration)
        .options(joinedload(Registration.ticket_type), joinedload(Registration.conference))
        .where(
            Registration.state == RegistrationState.CONFIRMED,
            sa.or_(Registration.person_id.in_(of_person), Registration.id.in_(alone)),
        )
        .order_by(Registration.id)
    )
    held: dict[int, list[Registration]] = defaultdict(list)
    for one in rows:
        badge_id = of_person[one.person_id] if one.person_id else alone[one.id]
        held[badge_id].append(one)
    return held


def _card(badge: Badge, held: list[Registration], layouts: dict[int, BadgeLayout], language: str,
          conference_id: int | None) -> Card:  # fmt: skip
    # What is printed for a conference says what somebody is there; else what they are anywhere.
    held = sorted(held, key=lambda one: one.conference_id != conference_id)
    conference: Conference | None = held[0].conference if held else None
    layout = layouts.get(conference.id) if conference else None
    person = badge.person
    city, country = (person.city, person.country) if person else ("", "")
    return Card(
        badge_id=badge.id,
        name=person.name if person else badge.label,
        organisation=person.organisation if person and (layout is None or layout.shows_organisation) else "",
        place=", ".join(filter(None, (city, _country(country, language))))
        if layout is None or layout.shows_place
        else "",
        category=strongest([one.ticket_type.category for one in held]),
        conference=conference.title_in(language)[0] if conference else "",
        line=layout.line if layout else "",
        code=badges.code_of(badge),
        spoken=badges.spoken_of(badge),
        size=badge.size,
    )


def _country(code: str, language: str) -> str:
    return Locale.parse(language, sep="-").territories.get(code, "") if code else ""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.core.db import db
from expo.mail.models import Letter
from expo.organisations.models import Group, GroupMember, Organisation
from expo.programme.models import Conference
from expo.registration.models import LIVE, Registration, RegistrationState, TicketType

from . import filters
from .filters import PeopleFilter, Scope, Sort
from .models import DeskNote, DeskTag, DeskTagging, LetterAbout, SavedFilter

_WITH_ALL = (
    joinedload(Registration.conference),
    joinedload(Registration.ticket_type),
    joinedload(Registration.person),
)


def page(scope: Scope, wish: PeopleFilter, *, most: int, after: int = 0) -> list[Registration]:
    """What the filter finds, in its order. Two queries: many short rows are put in order, few whole ones are read."""
    found = filters.apply(sa.select(Registration.id), scope, wish, persons=wish.sort is Sort.NAME)
    query = filters.in_order(found, wish.sort)
    ids = list(db.session.scalars(query.limit(most).offset(after)))
    rows = db.session.scalars(sa.select(Registration).where(Registration.id.in_(ids)).options(*_WITH_ALL))
    by_id = {one.id: one for one in rows}
    return [by_id[one] for one in ids if one in by_id]


@dataclass(frozen=True, slots=True)
class Comers:
    """How many people of an organisation are registered, and how many of them have their place."""

    registered: int
    confirmed: int


def by_organisation(
    conference_ids: Iterable[int], *, group: str = "", organisation_ids: Iterable[int] = ()
) -> dict[int, Comers]:
    """Who comes to these conferences, counted once each, by organisation: those of a group, else these. One query."""
    confirmed = sa.case((Registration.state == RegistrationState.CONFIRMED, Registration.person_id))
    name = sa.func.lower(Person.organisation)
    comers = (
        sa.select(
            name.label("name"),
            sa.func.count(Registration.person_id.distinct()).label("registered"),
            sa.func.count(confirmed.distinct()).label("confirmed"),
        )
        .join(Registration.person)
        .where(
            Registration.conference_id.in_(list(conference_ids)),
            Registration.state.in_(LIVE),
            Person.organisation != "",
        )
        .group_by(name)
        .subquery()
    )
    wanted = sa.select(Organisation.id, comers.c.registered, comers.c.confirmed).join(
        comers, comers.c.name == sa.func.lower(Organisation.name)
    )
    if group:
        inside = sa.select(GroupMember.organisation_id).join(Group).where(Group.slug == group)
        wanted = wanted.where(Organisation.id.in_(inside))
    else:
        wanted = wanted.where(Organisation.id.in_(list(organisation_ids)))
    return {row[0]: Comers(row[1], row[2]) for row in db.session.execute(wanted)}


def ids(scope: Scope, wish: PeopleFilter) -> array[int]:
    """The ids of all that the filter finds, by arrival: eight bytes each."""
    query = filters.apply(sa.select(Registration.id), scope, wish).order_by(Registration.id)
    return array("q", db.session.scalars(query))


def count(scope: Scope, wish: PeopleFilter) -> int:
    query = filters.apply(sa.select(sa.func.count()).select_from(Registration), scope, wish)
    return db.session.scalar(query) or 0


def ticket_types(conference_ids: Iterable[int]) -> list[TicketType]:
    """All ticket types of these conferences, conference by conference."""
    return list(
        db.session.scalars(
            sa.select(TicketType)
            .join(TicketType.conference)
            .where(TicketType.conference_id.in_(list(conference_ids)))
            .options(joinedload(TicketType.conference))
            .order_by(Conference.starts_on, Conference.id, TicketType.position, TicketType.id)
        )
    )


def tags(expo_id: int) -> list[DeskTag]:
    """The words of an expo's desks, by word."""
    return list(
        db.session.scalars(sa.select(DeskTag).where(DeskTag.expo_id == expo_id).order_by(DeskTag.folded_word))
    )


def tag(expo_id: int, tag_id: int) -> DeskTag | None:
    return db.session.scalar(sa.select(DeskTag).where(DeskTag.expo_id == expo_id, DeskTag.id == tag_id))


def tags_of(registration_ids: Iterable[int]) -> dict[int, list[DeskTag]]:
    """The tags of each registration, by word. One query, however many."""
    found: dict[int, list[DeskTag]] = {}
    rows = db.session.execute(
        sa.select(DeskTagging.registration_id, DeskTag)
        .join(DeskTag, DeskTag.id == DeskTagging.tag_id)
        .where(DeskTagging.registration_id.in_(list(registration_ids)))
        .order_by(DeskTag.folded_word)
    )
    for registration_id, one in rows:
        found.setdefault(registration_id, []).append(one)
    return found


def note_counts(scope: Scope, registration_ids: Iterable[int]) -> dict[int, int]:
    """How many notes each registration has, as far as the reader may know."""
    rows = db.session.execute(
        sa.select(DeskNote.registration_id, sa.func.count())
        .join(Registration, Registration.id == DeskNote.registration_id)
        .where(
            DeskNote.registration_id.in_(list(registration_ids)),
            Registration.conference_id.in_(scope.notes),
        )
        .group_by(DeskNote.registration_id)
    )
    return {row[0]: row[1] for row in rows}


def notes(registration_id: int) -> list[DeskNote]:
    """The notes on a registration, newest first."""
    return list(
        db.session.scalars(
            sa.select(DeskNote)
            .where(DeskNote.registration_id == registration_id)
            .order_by(DeskNote.id.desc())
        )
    )


def note(registration_id: int, note_id: int) -> DeskNote | None:
    return db.session.scalar(
        sa.select(DeskNote).where(DeskNote.registration_id == registration_id, DeskNote.id == note_id)
    )


def notes_about(person_id: int) -> list[DeskNote]:
    """All that any desk noted about a person: part of what they download as their data."""
    return list(
        db.session.scalars(
            sa.select(DeskNote)
            .join(Registration, Registration.id == DeskNote.registration_id)
            .where(Registration.person_id == person_id)
            .order_by(DeskNote.id)
        )
    )


def saved_filters(
    expo_id: int, account_id: int | None, conference_ids: Iterable[int], *, whole_expo: bool
) -> list[SavedFilter]:
    """Those that one may use: one's own, those of these conferences, and, with that right, the whole expo's."""
    shared = [SavedFilter.account_id == account_id, SavedFilter.conference_id.in_(list(conference_ids))]
    if whole_expo:
        shared.append(SavedFilter.conference_id.is_(None))
    return list(
        db.session.scalars(
            sa.select(SavedFilter)
            .where(SavedFilter.expo_id == expo_id, sa.or_(*shared))
            .order_by(SavedFilter.name, SavedFilter.id)
        )
    )


def letters_about(registration_id: int, most: int = 50) -> list[Letter]:
    """The letters that told of a registration, newest first."""
    return list(
        db.session.scalars(
            sa.select(Letter)
            .join(LetterAbout, LetterAbout.letter_id == Letter.id)
            .where(LetterAbout.registration_id == registration_id)
            .order_by(Letter.id.desc())
            .limit(most)
        )
    )

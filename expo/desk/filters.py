"""Which registrations of a desk are meant: one filter for the list, its counts, its files and what is done to all."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import db
from expo.core.text import folded
from expo.organisations import queries as organisations
from expo.programme.words import Role
from expo.registration.models import WAITING, Category, Registration, RegistrationState, TicketType

from .models import DeskNote, DeskTagging

WAITING_DAYS = (1, 3, 7, 14)


class Sort(enum.StrEnum):
    """In which order; the words are those of the address."""

    WAITING = "waiting"  # who waits longest first, then the newest
    NAME = "name"
    NEWEST = "newest"
    SINCE = "since"


@dataclass(frozen=True, slots=True)
class Scope:
    """Conferences whose people the reader may see; of which of them also addresses, notes and money."""

    conferences: tuple[int, ...]
    addresses: frozenset[int] = frozenset()
    notes: frozenset[int] = frozenset()
    money: frozenset[int] = frozenset()
    # The reader's roles in each of them: sealed answers are for some.
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What to find. Empty means: whatever. `waiting` is a number of days; `tag` and `ticket` are ids."""

    words: str = ""
    state: RegistrationState | None = None
    ticket: int = 0
    category: Category | None = None
    country: str = ""
    tag: int = 0
    waiting: int = 0
    noted: bool = False
    # The address of a group of organisations: people of any that stands in it.
    group: str = ""
    # The address of one organisation.
    organisation: str = ""
    sort: Sort = Sort.WAITING


@dataclass(slots=True)
class Facets:
    """How many there would be for each choice of a filter, whatever is chosen there now."""

    total: int = 0
    state: Counter[RegistrationState] = field(default_factory=Counter)
    ticket: Counter[int] = field(default_factory=Counter)
    category: Counter[Category] = field(default_factory=Counter)
    country: Counter[str] = field(default_factory=Counter)
    tag: Counter[int] = field(default_factory=Counter)
    waiting: Counter[int] = field(default_factory=Counter)
    noted: int = 0
    everybody: int = 0  # without any choice of state
    to_decide: Counter[int] = field(default_factory=Counter)  # of those found, who waits; by ticket type


def apply(
    query: sa.Select[*tuple[Any, ...]], scope: Scope, wish: PeopleFilter, *, persons: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """The query over registrations, narrowed to what is meant. `persons` are joined where it needs them anyway, or
    where the caller does: 25,000 of them take their time."""
    query = _narrow(query, scope, wish, persons=persons or bool(wish.country))
    if wish.state is not None:
        query = query.where(Registration.state == wish.state)
    if wish.ticket:
        query = query.where(Registration.ticket_type_id == wish.ticket)
    if wish.category is not None:
        query = query.join(Registration.ticket_type).where(TicketType.category == wish.category)
    if wish.country:
        query = query.where(Person.country == wish.country)
    if wish.tag:
        query = query.where(_tagged(wish.tag))
    if wish.noted:
        query = query.where(noted(scope))
    if wish.waiting:
        query = query.where(waits_for(wish.waiting))
    return query


def _narrow(
    query: sa.Select[*tuple[Any, ...]], scope: Scope, wish: PeopleFilter, *, persons: bool
) -> sa.Select[*tuple[Any, ...]]:
    """What nothing on the page counts by: the conferences, the words and the group."""
    # A place of a group has no person until it is named, and stands in no list of people.
    query = query.where(
        Registration.conference_id.in_(scope.conferences), Registration.person_id.is_not(None)
    )
    if persons or wish.words or wish.group or wish.organisation:
        query = query.join(Registration.person)
    if wish.group:
        query = query.where(sa.func.lower(Person.organisation).in_(organisations.named_in(wish.group)))
    if wish.organisation:
        query = query.where(sa.func.lower(Person.organisation).in_(organisations.named_as(wish.organisation)))
    for word in folded(wish.words).split():
        query = query.where(
            sa.or_(
                Person.folded_words.contains(word, autoescape=True),
                sa.func.lower(Registration.code).contains(word, autoescape=True),
                # An address is not found by whoever may not read it.
                sa.and_(
                    Registration.conference_id.in_(scope.addresses),
                    people.address_holds(word),
                ),
            )
        )
    return query


def waits_for(days: int) -> sa.ColumnElement[bool]:
    """Somebody has had to decide for at least so many days."""
    return sa.and_(
        Registration.state.in_(WAITING), Registration.state_since <= clock.now() - timedelta(days=days)
    )


def noted(scope: Scope) -> sa.ColumnElement[bool]:
    """The desk has noted something down that the reader may read."""
    return sa.and_(
        Registration.conference_id.in_(scope.notes),
        sa.exists().where(DeskNote.registration_id == Registration.id),
    )


def _tagged(tag_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(DeskTagging.registration_id == Registration.id, DeskTagging.tag_id == tag_id)


def facets(scope: Scope, wish: PeopleFilter, *, with_tags: bool = True) -> Facets:
    """All counts of the page. Three queries, whatever is chosen and however many there are; two without tags."""
    kinds: dict[int, Category] = {}
    for kind, category in db.session.execute(
        sa.select(TicketType.id, TicketType.category).where(TicketType.conference_id.in_(scope.conferences))
    ):
        kinds[kind] = category
    columns = (Registration.ticket_type_id, Registration.state, Person.country, noted(scope).label("noted"))
    counted = [
        sa.func.count(),
        *(sa.func.sum(sa.case((waits_for(days), 1), else_=0)) for days in WAITING_DAYS),
    ]
    query = _narrow(sa.select(*columns, *counted).select_from(Registration), scope, wish, persons=True)
    if wish.tag:
        query = query.where(_tagged(wish.tag))
    found = Facets()
    measure = WAITING_DAYS.index(wish.waiting) + 1 if wish.waiting else 0
    for ticket, state, country, has_note, *counts in db.session.execute(query.group_by(*columns)):
        category = kinds[ticket]
        wrong = {
            name
            for name, holds in (
                ("ticket", not wish.ticket or wish.ticket == ticket),
                ("category", wish.category is None or wish.category == category),
                ("state", wish.state is None or wish.state == state),
                ("country", not wish.country or wish.country == country),
                ("noted", not wish.noted or has_note),
            )
            if not holds
        }
        count = int(counts[measure])
        if not wrong:
            found.total += count
            if state in WAITING:
                found.to_decide[ticket] += count
            found.waiting.update({days: int(counts[at]) for at, days in enumerate(WAITING_DAYS, start=1)})
        for name, key in (("ticket", ticket), ("category", category), ("state", state), ("country", country)):
            if wrong <= {name}:
                getattr(found, name)[key] += count
        if wrong <= {"state"}:
            found.everybody += count
        if has_note and wrong <= {"noted"}:
            found.noted += count
    if with_tags:
        found.tag = _tag_counts(scope, wish)
    return found


def _tag_counts(scope: Scope, wish: PeopleFilter) -> Counter[int]:
    query = apply(
        sa.select(DeskTagging.tag_id, sa.func.count()).select_from(Registration), scope, replace(wish, tag=0)
    )
    query = query.join(DeskTagging, DeskTagging.registration_id == Registration.id)
    return Counter({row[0]: int(row[1]) for row in db.session.execute(query.group_by(DeskTagging.tag_id))})


def in_order(query: sa.Select[*tuple[Any, ...]], sort: Sort) -> sa.Select[*tuple[Any, ...]]:
    """The query in this order; the id decides between equals, so that pages never overlap."""
    waits = Registration.state.in_(WAITING)
    match sort:
        case Sort.NAME:
            return query.order_by(Person.folded_name, Registration.id)
        case Sort.NEWEST:
            return query.order_by(Registration.id.desc())
        case Sort.SINCE:
            return query.order_by(Registration.state_since, Registration.id)
        case _:
            return query.order_by(
                sa.case((waits, 0), else_=1), sa.case((waits, Registration.id), else_=-Registration.id)
            )

"""Registrations as rows for a spreadsheet: what the desk's filter finds, and only what the reader may see of it.

Read page by page and written as it is read, so that memory stays the same for ten and for fifty thousand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from babel.numbers import get_currency_precision
from flask_babel import lazy_gettext as _l

from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import db, transaction
from expo.desk import queries as desk
from expo.desk.filters import PeopleFilter, Scope
from expo.expos.models import Expo
from expo.payment.models import Order
from expo.programme.models import Conference
from expo.questions import answering, values
from expo.questions import queries as questions
from expo.questions.models import Answer, Question, told
from expo.registration.models import Registration, TicketType

from .cells import harmless

AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Words:
    """What the rooms' fixed words are called, in the reader's language."""

    states: dict[Any, str]
    categories: dict[Any, str]
    country: Callable[[str], str]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Table:
    """A file to be: its heads, its rows as they are read, and how many there were when it began."""

    heads: list[str]
    rows: Iterator[list[str]]
    count: int


# Each column: its name in the audit, what stands on top, and whose right it needs ("" is anybody's).
COLUMNS = (
    ("code", _l("Code"), ""),
    ("name", _l("Name"), ""),
    ("email", _l("E-mail"), "addresses"),
    ("organisation", _l("Organisation"), ""),
    ("city", _l("City"), ""),
    ("country", _l("Country"), ""),
    ("country_code", _l("Country code"), ""),
    ("language", _l("Language"), ""),
    ("conference", _l("Conference"), ""),
    ("ticket", _l("Ticket"), ""),
    ("category", _l("Comes as"), ""),
    ("state", _l("State"), ""),
    ("since", _l("Since"), ""),
    ("submitted", _l("Submitted"), ""),
    ("tags", _l("Tags"), ""),
    ("reason", _l("Reason"), "notes"),
    ("order", _l("Order code"), "money"),
    ("price", _l("Price"), "money"),
    ("currency", _l("Currency"), "money"),
)


def columns(scope: Scope) -> list[str]:
    """The columns that the reader may have, by name."""
    return [name for name, _head, right in COLUMNS if not right or getattr(scope, right)]


def answered(scope: Scope, *, sealed: bool = False) -> list[Question]:
    """The questions whose answers the reader may have, sealed ones only where asked for; conference by conference."""
    return [
        one
        for some in questions.of_conferences(scope.conferences, ended_too=True).values()
        for one in some
        if (sealed and one.may_read(scope.roles.get(one.conference_id, frozenset())))
        or (not one.is_sealed and one.conference_id in scope.addresses)
    ]


def table(
    expo: Expo,
    scope: Scope,
    wish: PeopleFilter,
    words: Words,
    *,
    form: str,
    query: str,
    sealed: bool = False,
) -> Table:
    """All that the filter finds, with answers; `sealed` ones only by wish, and for the roles that they name. That it
    left the house is written down before the first row does."""
    wanted, count = columns(scope), desk.count(scope, wish)
    asked = answered(scope, sealed=sealed)
    with transaction():
        audit.record(
            "people_exported",
            "expo",
            expo.id,
            expo_id=expo.id,
            after={
                "form": form,
                "rows": count,
                "columns": wanted,
                "conferences": list(scope.conferences),
                "questions": [one.id for one in asked],
                "sealed": [one.id for one in asked if one.is_sealed],
            },
            personal={"filter": query},  # which may name somebody
        )
    heads = [str(head) for name, head, _right in COLUMNS if name in wanted]
    several = len(scope.conferences) > 1
    heads += [
        f"{one.conference.title}: {told(one.labels, words.language)}"
        if several
        else told(one.labels, words.language)
        for one in asked
    ]
    return Table(heads, _rows(expo, scope, wish, words, wanted, asked), count)


def as_csv(table: Table) -> Iterator[bytes]:
    """RFC 4180, UTF-8 with a mark at the front, as Excel wants it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    sheet.write("\ufeff")
    writer.writerow(table.heads)
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([harmless(cell) for cell in row])
        if number % AT_A_TIME == 0:
            yield _taken(sheet)
    yield _taken(sheet)


def _taken(sheet: io.StringIO) -> bytes:
    text = sheet.getvalue()
    sheet.seek(0)
    sheet.truncate()
    return text.encode()


def _rows(
    expo: Expo,
    scope: Scope,
    wish: PeopleFilter,
    words: Words,
    wanted: Sequence[str],
    asked: Sequence[Question],
) -> Iterator[list[str]]:
    zone = expo.zone
    asked_ids = [one.id for one in asked]  # between two pages of rows nothing that was read is held on to

    def moment(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    for page in _pages(scope, wish):
        tags = desk.tags_of(row.id for row in page)
        given = questions.answers_of([row.id for row in page]) if asked else {}
        for row in page:
            here = row.conference_id
            cells = {
                "code": row.code,
                "name": row.name,
                "email": (row.email or "") if here in scope.addresses else "",
                "organisation": row.organisation,
                "city": row.city,
                "country": words.country(row.country) if row.country else "",
                "country_code": row.country,
                "language": row.language,
                "conference": row.title,
                "ticket": row.ticket,
                "category": words.categories[row.category],
                "state": words.states[row.state],
                "since": moment(row.state_since),
                "submitted": moment(row.submitted_at),
                "tags": "; ".join(tag.word for tag in tags.get(row.id, ())),
                "reason": row.reason if here in scope.notes else "",
                "order": (row.order or "") if here in scope.money else "",
                "price": _amount(row.price_minor, row.currency) if here in scope.money else "",
                "currency": row.currency if here in scope.money else "",
            }
            mine = given.get(row.id, {})
            yield [
                *(cells[name] for name in wanted),
                *(_said(mine.get(question_id), words.language) for question_id in asked_ids),
            ]


def _said(answer: Answer | None, language: str) -> str:
    """An answer for a cell; a file by its name."""
    return values.said(answer.question, answering.value_of(answer), language) if answer else ""


def _amount(minor: int, currency: str) -> str:
    """495.00: a point and as many decimals as the currency has, for spreadsheets of any country to turn into theirs."""
    return str(Decimal(minor).scaleb(-get_currency_precision(currency)))


def _pages(scope: Scope, wish: PeopleFilter) -> Iterator[Sequence[Any]]:
    """By arrival. Who is meant is asked once; what they are like when their page is written."""
    meant = desk.ids(scope, wish)
    query = (
        sa.select(
            Registration.id, Registration.code, Registration.conference_id, Registration.state,
            Registration.state_since, Registration.submitted_at, Registration.reason,
            Person.name, sa.case((Person.protected_at.is_(None), Person.email)).label("email"), Person.organisation, Person.city, Person.country, Person.language,
            Conference.title, TicketType.name.label("ticket"), TicketType.category, TicketType.price_minor,
            TicketType.currency, Order.code.label("order"),
        )
        .select_from(Registration)
        .join(Registration.person)
        .join(Registration.ticket_type)
        .join(Registration.conference)
        .outerjoin(Registration.order)
        .order_by(Registration.id)
    )  # fmt: skip
    for start in range(0, len(meant), AT_A_TIME):
        page = query.where(Registration.id.in_(meant[start : start + AT_A_TIME].tolist()))
        yield db.session.execute(page).all()
        # Whoever reads slowly holds no connection meanwhile.
        db.session.rollback()

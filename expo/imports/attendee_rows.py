"""The rows of an uploaded list as attendees: which column is what, and what its cells mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from expo.accounts.models import Person
from expo.accounts.queries import normal
from expo.core.text import folded
from expo.registration.models import TicketType

from . import cells
from .attendee_files import Listed
from .models import AttendeeKey
from .sheets import Fault, Row

# What a list can say of somebody: its name here, its label, and the heads (folded) by which we guess it.
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": (_l("Name"), ("name", "namn", "full name", "fullstandigt namn", "participant", "deltagare", "delegate")),
    "given": (_l("First name"), ("first name", "given name", "fornamn")),
    "family": (_l("Last name"), ("last name", "family name", "surname", "efternamn")),
    "email": (_l("E-mail"), ("e-mail", "email", "mail", "e-post", "epost", "e-mail address", "e-postadress")),
    "organisation": (_l("Organisation"), ("organisation", "organization", "company", "foretag", "employer")),
    "city": (_l("City"), ("city", "stad", "ort", "town", "kommun", "municipality")),
    "country": (_l("Country"), ("country code", "landskod", "country", "land", "nation")),
    "language": (_l("Language"), ("language", "sprak", "lang")),
    "external_id": (_l("Id in another system"), ("id", "external id", "reference", "referens", "badge id", "code")),
    "ticket": (_l("Ticket"), ("ticket", "biljett", "ticket type", "biljettyp")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """Which column is what, by field, and how to import: the ticket and language where no column says them."""

    columns: dict[str, str] = field(default_factory=dict)
    ticket_type_id: int = 0
    language: str = "en"
    spoken: tuple[str, ...] = ("en",)
    letters: bool = False
    approve: bool = False

    def kept(self) -> dict[str, Any]:
        """As the database keeps them."""
        return {**asdict(self), "spoken": list(self.spoken)}

    @classmethod
    def of(cls, kept: Any) -> Choices:
        return cls(**{**kept, "spoken": tuple(kept["spoken"])})


@dataclass(frozen=True, slots=True)
class Attendee:
    """A row that can be imported."""

    file: str
    name: str
    email: str
    organisation: str
    city: str
    country: str
    language: str
    external_id: str
    ticket_type_id: int


def guessed(heads: list[str]) -> dict[str, str]:
    """The columns whose heads say what they are, each for one field."""
    plain = {folded(head).replace("_", " ").strip(): head for head in reversed(heads)}
    columns: dict[str, str] = {}
    for name, (_label, known) in FIELDS.items():
        for word in known:
            if word in plain and plain[word] not in columns.values():
                columns[name] = plain[word]
                break
    return columns


def attendees(
    listed: Listed, choices: Choices, tickets: list[TicketType]
) -> Iterator[tuple[int, Attendee, tuple[Fault, ...]]]:
    """Each row's line, the attendee as far as it says one, and what is wrong with it."""
    by_line: dict[int, list[Fault]] = {}
    for fault in listed.faults:
        by_line.setdefault(fault.line, []).append(fault)
    used = set(choices.columns.values())
    for row in listed.rows:
        # What is wrong in a column that nobody asked for does no harm.
        faults = [fault for fault in by_line.get(row.line, []) if not fault.column or fault.column in used]
        attendee = _attendee(Row(row.file, row.line, row.cells, faults), choices, tickets)
        yield row.line, attendee, tuple(faults)


def _attendee(row: Row, choices: Choices, tickets: list[TicketType]) -> Attendee:
    def cell(name: str, parse: Any, otherwise: Any = "") -> Any:
        column = choices.columns.get(name)
        return row.read(column, parse, otherwise) if column else otherwise

    name = cell("name", cells.line(Person.name.property.columns[0]))
    if not name:
        parts = (cell(part, cells.line(Person.name.property.columns[0])) for part in ("given", "family"))
        name = " ".join(filter(None, parts))
    if not name:
        column = choices.columns.get("name") or choices.columns.get("given") or ""
        row.wrong(column, _("the name is missing"))
    email = cell("email", _email)
    external_id = cell("external_id", cells.line(AttendeeKey.external_id.property.columns[0]))
    if name and not email and not external_id and not row.faults:
        row.wrong(
            choices.columns.get("email", ""),
            _("needs an address or an id, to be told from others of this name"),
        )
    meant = {**{folded(one.name): one.id for one in tickets}, **{one.slug: one.id for one in tickets}}
    return Attendee(
        file=row.file,
        name=name,
        email=email,
        organisation=cell("organisation", cells.line(Person.organisation.property.columns[0])),
        city=cell("city", cells.line(Person.city.property.columns[0])),
        country=cell("country", _country),
        language=cell("language", lambda text: _language(text, choices), choices.language),
        external_id=external_id,
        ticket_type_id=cell("ticket", lambda text: _ticket(text, meant), 0) or choices.ticket_type_id,
    )  # fmt: skip


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError:
        raise ValueError(_("“%(text)s” is not an address", text=cells.shown(text))) from None
    return normal(found)


def _country(text: str) -> str:
    """A code of two letters, or the country's name in a language that we speak."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        return cells.country(text.upper())
    known = _country_names()
    if text and folded(text) not in known:
        raise ValueError(_("“%(text)s” is no country that we know", text=cells.shown(text)))
    return known.get(folded(text), "")


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    return {
        folded(name): code
        for language in ("en", "sv")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }


def _language(text: str, choices: Choices) -> str:
    """The language of letters: what the row says if letters speak it, else what was chosen for all."""
    code = cells.language(text.strip().lower().replace("_", "-").partition("-")[0]) if text else ""
    return code if code in choices.spoken else choices.language


def _ticket(text: str, meant: dict[str, int]) -> int:
    if not text:
        return 0
    try:
        return meant[folded(text)]
    except KeyError:
        raise ValueError(_("there is no ticket “%(text)s”", text=cells.shown(text))) from None

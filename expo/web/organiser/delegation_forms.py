"""Forms of delegations: who is invited, with how many seats, until when."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import wtforms
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from wtforms import EmailField, SelectField, SelectMultipleField
from wtforms.validators import Email
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from expo.capacity.refusals import PoolInUse
from expo.core.refusals import Refusal
from expo.core.text import one_line
from expo.delegations.actions import MOST_SEATS, FocalPoint
from expo.delegations.refusals import NotOpen
from expo.registration.models import Category
from expo.web.forms import (
    CityMomentField,
    PlainForm,
    TextBlock,
    TextLine,
    WholeNumber,
    clean,
    needed,
    short,
    ticked,
)
from expo.web.texts import _l
from expo.web.words import CATEGORIES

MOST_LINES = 500
SHOWN = 5  # faults of a list


class FocalPointList(wtforms.Field):
    """One delegation per line: its name, the focal point's name and address, as they stand in a spreadsheet."""

    widget = TextArea()  # type: ignore[assignment]

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data, faults = [], []
        lines = clean(valuelist[0] if valuelist else "").split("\n")
        for number, line in enumerate(lines, 1):
            cells = [one_line(cell) for cell in re.split(r"[;\t]", line)]
            if len(cells) < 3 and line.strip():
                faults.append(_("Line %(line)s: delegation; focal point; e-mail", line=number))
            elif len(cells) >= 3 and cells[2]:  # a line without an address is one that is not filled in yet
                faults += self._add(number, *cells[:3])
        if len(self.data) > MOST_LINES:
            faults.append(_("At most %(most)s at once.", most=MOST_LINES))
        if faults:
            more = "" if len(faults) <= SHOWN else " …"
            raise ValueError("; ".join(faults[:SHOWN]) + more)

    def _add(self, number: int, delegation: str, name: str, email: str) -> list[str]:
        if not delegation or len(delegation) > 200 or len(name) > 200:
            return [_("Line %(line)s: a name that is empty or too long", line=number)]
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError:
            return [_("Line %(line)s: “%(text)s” is not an e-mail address", line=number, text=email[:60])]
        self.data.append(FocalPoint(delegation, name or delegation, email))
        return []


class _SeatsForm(PlainForm):
    """Seats per category stand in fields of their own, one for each category that has a ticket."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (NotOpen, PoolInUse)
    until: CityMomentField

    def seats(self) -> dict[Category, int]:
        return {
            category: self._fields[f"seats_{category.value}"].data or 0
            for category in Category
            if f"seats_{category.value}" in self._fields
        }

    @property
    def seat_fields(self) -> list[wtforms.Field]:
        return [field for name, field in self._fields.items() if name.startswith("seats_")]


class InviteForm(_SeatsForm):
    """One or many invitations on the same terms."""

    conferences = SelectMultipleField(
        _l("May nominate to"), [ticked(_l("Choose at least one conference."))], coerce=str, choices=[],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    until = CityMomentField(
        _l("People can be named until"), description=_l("Reminders go a week and a day before.")
    )
    points = FocalPointList(
        _l("Whom to invite"), [needed(_l("Write at least one line with an address."))],
        description=_l("One line each: delegation; focal point; e-mail. Columns of a spreadsheet can be pasted. Lines without an address are passed over."),
    )  # fmt: skip
    message = TextBlock(
        _l("A word from you"), [short(2000)], description=_l("Stands in the letter as you write it.")
    )
    language = SelectField(_l("Language of the letter"), choices=[])


class DelegationForm(_SeatsForm):
    """One delegation: whom it is with, and what it has."""

    focal_name = TextLine(_l("Focal point"), [needed(_l("Who speaks for the delegation?")), short(200)])
    focal_email = EmailField(
        _l("E-mail"),
        [
            needed(_l("Where do letters go?")),
            short(254),
            Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
        description=_l("A new address gets the letter, and the link before it ends."),
    )
    until = CityMomentField(_l("People can be named until"))


class CloseForm(PlainForm):
    """Taking an invitation back."""

    expected = (NotOpen,)

    reason = TextLine(_l("Reason"), [needed(_l("Say why: it stands in the history.")), short(1000)])


def with_seats(form: type[Any], categories: Collection[Category]) -> type[Any]:
    """The form with a field for each of these categories."""
    fields: Mapping[str, Any] = {
        f"seats_{category.value}": WholeNumber(CATEGORIES[category], least=0, most=MOST_SEATS)
        for category in Category
        if category in categories
    }
    return type(form.__name__, (form,), dict(fields))

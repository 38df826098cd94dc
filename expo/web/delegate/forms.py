from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, EmailField, Form, PasswordField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length

from expo.core.refusals import Refusal
from expo.web.forms import PlainForm, TextLine, countries, needed, short
from expo.web.texts import _l

ADDRESS = [
    InputRequired(_l("Write your e-mail address: your badge and all news go there.")),
    Length(max=254, message=_l("That is too long for an address.")),
    Email(_l("That is not an e-mail address. It looks like name@example.org.")),
]


class PersonForm(Form):
    """Who registers. Everything but name and address may stay empty."""

    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Write your name as it shall stand on the badge.")),
            Length(max=200, message=_l("That is too long for a badge.")),
        ],
    )
    email = EmailField(_l("E-mail"), ADDRESS)
    organisation = StringField(_l("Organisation"), [Length(max=200)])
    city = StringField(_l("City"), [Length(max=120)])
    country = SelectField(_l("Country"), choices=[], default="")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices = countries()

    def read(self) -> dict[str, str]:
        """The answers, by the names that the action knows."""
        return {name: (field.data or "").strip() for name, field in self._fields.items()}


class RecoverForm(Form):
    """An address that a link is sent to."""

    email = EmailField(_l("E-mail"), ADDRESS)


class PasswordForm(PlainForm):
    """The password of a new account. Its rule stands in accounts/claiming.py."""

    password = PasswordField(_l("Password"), [short(200)])


class TransferForm(PlainForm):
    """Who gets the place."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    name = TextLine(
        _l("Your colleague's name"),
        [needed(_l("Write the name as it shall stand on the badge.")), short(200)],
    )
    email = EmailField(
        _l("Your colleague's e-mail"),
        [
            needed(_l("Write the person's e-mail address: everything goes there.")),
            short(254),
            Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
    )
    with_seats = BooleanField(_l("Hand my booked seats on too. Otherwise they are given back."))

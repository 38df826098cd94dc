from __future__ import annotations

from wtforms import EmailField, Form, HiddenField, PasswordField
from wtforms.validators import Email, InputRequired, Length

from expo.web.texts import _l

_ADDRESS = [
    InputRequired(_l("Write your e-mail address.")),
    Length(max=254, message=_l("That is too long for an address.")),
    Email(_l("That is not an e-mail address. It looks like name@example.org.")),
]


class SignInForm(Form):
    """Address and password; `next` leads back."""

    email = EmailField(_l("E-mail"), _ADDRESS)
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password.")), Length(max=200)])
    next = HiddenField()


class LinkForm(Form):
    """An address to send a link to."""

    email = EmailField(_l("E-mail"), _ADDRESS, id="link-email")

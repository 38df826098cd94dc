from __future__ import annotations

from typing import Any, ClassVar

from wtforms import EmailField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Email
from wtforms.widgets import CheckboxInput, ListWidget

from expo.accounts.models import Account
from expo.core.refusals import Refusal
from expo.delegations.nominating import Details, NomineeDraft
from expo.registration.models import TicketType
from expo.web.forms import PlainForm, TextLine, countries, needed, short, ticked
from expo.web.texts import _l
from expo.web.words import CATEGORIES

_EMAIL = [
    needed(_l("Write the person's e-mail address: everything goes there.")),
    short(254),
    Email(_l("That is not an e-mail address. It looks like name@example.org.")),
]


class SubstituteForm(PlainForm):
    """Another person for the same seat."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    name = TextLine(_l("Name"), [needed(_l("Write the name as it shall stand on the badge.")), short(200)])
    email = EmailField(_l("E-mail"), _EMAIL)

    def read(self) -> NomineeDraft:
        return NomineeDraft(self.name.data or "", self.email.data or "")


class NomineeForm(SubstituteForm):
    """Somebody for a seat: to what, and who writes the details."""

    tickets = SelectMultipleField(
        _l("Comes to"), [ticked(_l("Choose at least one ticket of this list."))], coerce=str, choices=[],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    way = RadioField(
        _l("Who gives the details?"),
        [ticked(_l("Say who gives the details."))],
        choices=lambda: [
            ("link", _l("The person: we send a link, and hold the seat")),
            ("now", _l("I do: register the person at once")),
        ],
        default="link",
    )

    def __init__(self, offered: list[TicketType], sent: Any = None) -> None:
        alone = [str(offered[0].id)] if len(offered) == 1 else []
        super().__init__(sent, data={"tickets": alone})
        self.offered = offered
        categories = {kind.category for kind in offered}
        self.tickets.choices = [
            (str(kind.id), f"{kind.conference.title}: {kind.name}" + _category(kind, len(categories)))
            for kind in offered
        ]

    def draft(self) -> NomineeDraft:
        """What was typed; the action knows whether these tickets may be given."""
        ticked = set(self.tickets.data or ())
        return NomineeDraft(
            self.name.data or "",
            self.email.data or "",
            tuple(kind for kind in self.offered if str(kind.id) in ticked),
            self.way.data == "link",
        )


def _category(kind: TicketType, of: int) -> str:
    return f" ({CATEGORIES[kind.category]})" if of > 1 else ""


class DetailsForm(PlainForm):
    """A nominee's own details; what the focal point knew stands there already."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    name = TextLine(
        _l("Your name"), [needed(_l("Write your name as it shall stand on the badge.")), short(200)]
    )
    email = EmailField(
        _l("E-mail"),
        [
            needed(_l("Write your e-mail address: your badge and all news go there.")),
            short(254),
            Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
    )
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries, default="")

    def read(self, account: Account | None) -> Details:
        return Details(
            self.name.data or "",
            self.email.data or "",
            self.city.data or "",
            self.country.data or "",
            account,
        )

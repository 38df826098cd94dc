"""What organisers write for a speaker, which only the speaker and they read."""

from __future__ import annotations

from wtforms import EmailField, SelectField
from wtforms.validators import Email, Optional

from expo.speakers.models import Speaker
from expo.speakers.own import LONGEST_CONTACT, LONGEST_RIDER, Logistics, logistics_of
from expo.web.context import this_expo
from expo.web.filters import language_name
from expo.web.forms import PlainForm, TextBlock, TextLine, short
from expo.web.texts import _l


def _languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in this_expo().languages.split()]


class LogisticsForm(PlainForm):
    """Where letters go and what stands in them and on the speaker's page."""

    email = EmailField(
        _l("E-mail"),
        [Optional(), short(254), Email(_l("That is not an e-mail address. It looks like name@example.org."))],
        description=_l("Where the address of their page goes. Never shown to the public."),
    )
    language = SelectField(_l("Language of letters"), choices=_languages)
    contact = TextLine(
        _l("Your contact"), [short(LONGEST_CONTACT)], description=_l("Whom they ask: a name, a number.")
    )
    travel = TextBlock(
        _l("Travel"), [short(LONGEST_RIDER)], description=_l("Hotel, pick-up, tickets, where to be when.")
    )

    @classmethod
    def of(cls, speaker: Speaker) -> LogisticsForm:
        known = logistics_of(speaker)
        return cls(data={name: getattr(known, name) for name in Logistics.__slots__})

    def read(self) -> Logistics:
        return Logistics(
            self.email.data or "", self.language.data or "en", self.travel.data or "", self.contact.data or ""
        )

from __future__ import annotations

from typing import ClassVar

from wtforms import EmailField, FileField, IntegerField, SelectField
from wtforms.validators import Email, Optional

from expo.core.refusals import Refusal
from expo.programme.answers import LONGEST_NOTE
from expo.speakers.own import LONGEST_RIDER
from expo.speaking.answering import Named
from expo.web.forms import PlainForm, TextBlock, TextLine, VersionedForm, needed, short
from expo.web.session_files import ACCEPT
from expo.web.texts import _l

_EMAIL = [
    needed(_l("Write the person's e-mail address: everything goes there.")),
    short(254),
    Email(_l("That is not an e-mail address. It looks like name@example.org.")),
]


class AnswerForm(PlainForm):
    """Yes or no to one appearance, with a word."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    appearance = IntegerField(validators=[Optional()])
    note = TextBlock(_l("A word to the organisers"), [short(LONGEST_NOTE)])


class SubstituteForm(PlainForm):
    """Somebody who could come instead."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    appearance = IntegerField(validators=[Optional()])
    name = TextLine(_l("Name"), [needed(_l("Say who it is.")), short(200)])
    email = EmailField(_l("E-mail"), _EMAIL)
    organisation = TextLine(_l("Organisation"), [short(200)])
    note = TextBlock(_l("A word to the organisers"), [short(LONGEST_NOTE)])

    def read(self) -> Named:
        return Named(
            self.name.data or "", self.email.data or "", self.organisation.data or "", self.note.data or ""
        )


class RiderForm(PlainForm):
    """What is needed on stage."""

    rider = TextBlock(
        _l("What you need on stage"),
        [short(LONGEST_RIDER)],
        description=_l(
            "Microphone, screen, water, a chair, help on the stairs. Only the organisers read it."
        ),
    )


class PhotoForm(PlainForm):
    """A picture for the profile."""

    photo = FileField(_l("Picture"), description=_l("JPEG or PNG, at most 5 MB. Shown beside your name."))


class FileForm(VersionedForm):
    """A file for a session, or for one's own part of it."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    file = FileField(
        _l("File"),
        description=_l("PDF, PPTX, ODP, DOCX, ODT, JPEG, PNG or plain text, at most 20 MB."),
        render_kw={"accept": ACCEPT},
    )
    of = SelectField(_l("It belongs to"), choices=[])
    title = TextLine(
        _l("Title"), [short(200)], description=_l("What readers see. Without one: slides, and your name.")
    )


class CalendarForm(PlainForm):
    """A file of one's own calendar."""

    calendar = FileField(
        _l("Calendar file"),
        description=_l(
            "Free/busy or events (.ics). Only the times in which you are busy are kept, no titles."
        ),
    )


class AssistantForm(PlainForm):
    """Somebody who acts for a speaker."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    name = TextLine(_l("Name"), [needed(_l("Say who it is.")), short(200)])
    email = EmailField(_l("E-mail"), _EMAIL)

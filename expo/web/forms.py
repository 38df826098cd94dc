"""What forms share: text in, values out. Texts are cleaned, times are the city's, and a form that
comes back has lost nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import wtforms
from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import validators
from wtforms.widgets import DateInput, DateTimeLocalInput, TextArea, TextInput

from expo.core.refusals import BadInput, ChangedMeanwhile, Refusal
from expo.core.text import one_line

from .texts import _l

YEARS = range(1970, 2200)


def countries() -> list[tuple[str, str]]:
    """ISO 3166-1 codes with their names in the reader's language, by name."""
    locale = get_locale() or Locale("en")
    named = [(code, name) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()]
    real = [pair for pair in named if pair[0] not in {"EU", "UN", "EZ", "QO", "XA", "XB", "ZZ"}]
    return [("", ""), *sorted(real, key=lambda pair: pair[1])]


class needed:
    """Must be answered; the message says what with. What could not be read already has a message of its own."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Any, field: wtforms.Field) -> None:
        if not field.data and not field.process_errors:
            raise validators.StopValidation(self.message)


class ticked(needed):
    """At least one box of several: no box by itself is required, so none of them says that it is."""

    field_flags: ClassVar[dict[str, bool]] = {"quiet": True}


def short(most: int) -> validators.Length:
    return validators.Length(max=most, message=_l("That is too long: at most %(max)d letters."))


def clean(text: str | None) -> str:
    """A text of several lines without what no keyboard makes: control characters other than line ends and tabs."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()


class TextLine(wtforms.StringField):
    """One line of text."""

    def __init__(self, label: str, checks: Iterable[Any] = (), **options: Any) -> None:
        super().__init__(label, list(checks), filters=[lambda text: one_line(text or "")], **options)


class TextBlock(wtforms.TextAreaField):
    """Several lines of text."""

    def __init__(self, label: str, checks: Iterable[Any] = (), **options: Any) -> None:
        super().__init__(label, list(checks), filters=[clean], **options)


class WholeNumber(wtforms.IntegerField):
    """A number that may be left out."""

    def __init__(self, label: str, *, least: int, most: int, **options: Any) -> None:
        range_ = validators.NumberRange(least, most, _l("A whole number from %(min)s to %(max)s, please."))
        super().__init__(label, [validators.Optional(), range_], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
        elif re.fullmatch(r"-?[0-9]{1,12}", text):
            self.data = int(text)
        else:
            self.data = None
            raise ValueError(_("A whole number, please."))


class WordList(wtforms.Field):
    """Short words in one line, separated by spaces or commas, as a tuple: language codes, numbers of goals."""

    widget = TextInput()

    def __init__(self, label: str, *, pattern: str, message: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.pattern, self.message = re.compile(pattern), message

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else " ".join(map(str, self.data or ()))

    def process_formdata(self, valuelist: list[str]) -> None:
        words = re.split(r"[\s,;]+", one_line(valuelist[0]).strip(" ,;")) if valuelist else []
        self.data = tuple(dict.fromkeys(word.casefold() for word in words if word))
        if not all(self.pattern.fullmatch(word) for word in self.data) or len(self.data) > 40:
            raise ValueError(self.message)


class LineList(wtforms.Field):
    """One thing per line, as a tuple: hosts, dates."""

    widget = TextArea()  # type: ignore[assignment]

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "\n".join(map(str, self.data or ()))

    def process_formdata(self, valuelist: list[str]) -> None:
        lines = clean(valuelist[0] if valuelist else "").split("\n")
        self.data = tuple(one_line(line) for line in lines if line.strip())
        if len(self.data) > 100:
            raise ValueError(_("At most a hundred lines."))


class DayList(LineList):
    """One date per line, as a tuple in their order."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = tuple(sorted({a_day(line) for line in self.data}))


class DayField(wtforms.Field):
    """A date."""

    widget = DateInput()

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = a_day(valuelist[0])


def a_day(text: str) -> date:
    """The date written as 2022-05-31. Raises ValueError with a sentence."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise ValueError(_("A date such as 2022-05-31, please.")) from wrong
    if day.year not in YEARS:
        raise ValueError(_("Check the year."))
    return day


class CityMomentField(wtforms.Field):
    """A day and time as the clocks on site show it. The form calls `settle(zone)` once it knows where that is.

    `data` is the moment in UTC; a value that comes back unchanged stays the moment it was, even in the hour that an
    autumn night has twice.
    """

    widget = DateTimeLocalInput()
    _local: datetime | None = None
    _before: datetime | None = None

    def process_data(self, value: datetime | None) -> None:
        self.data = self._before = value

    def show(self, zone: ZoneInfo) -> None:
        """Say the value in this zone, for a form that was not sent yet."""
        self._local = self.data.astimezone(zone).replace(tzinfo=None) if self.data else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self._local.isoformat(timespec="minutes") if self._local else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = self._local = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", text):
            raise ValueError(_("A day and a time such as 2022-05-31 14:30, please."))
        try:
            self._local = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise ValueError(_("There is no such day or time.")) from wrong
        if self._local.year not in YEARS:
            self._local = None
            raise ValueError(_("Check the year."))

    def settle(self, zone: ZoneInfo) -> bool:
        """Turn what was typed into a moment of this zone. False, with an error, where the clocks jump over it."""
        if self._local is None:
            return not self.errors
        if self._before and self._before.astimezone(zone).replace(tzinfo=None) == self._local:
            self.data = self._before
            return True
        moment = self._local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != self._local:
            self.errors = [*self.errors, _("That night the clocks go forward: this time does not exist.")]
            return False
        self.data = moment
        return True


class PlainForm(wtforms.Form):
    """A form of an organiser. `refusal` is the no of a rule that belongs to no single field."""

    # Refusals that the form itself answers, by coming back; others have a page of their own.
    expected: ClassVar[tuple[type[Refusal], ...]] = (ChangedMeanwhile,)

    class Meta:
        @property
        def locales(self) -> list[str]:
            locale = get_locale()
            return [locale.language if locale else "en"]

        cache_translations = False

        def bind_field(self, form: wtforms.Form, unbound: Any, options: dict[str, Any]) -> Any:
            """What a hidden field holds is ours, but whoever sends it may put a NUL there, which PostgreSQL takes
            not as text."""
            if issubclass(unbound.field_class, wtforms.HiddenField):
                options["filters"] = (lambda held: held.replace("\0", "") if isinstance(held, str) else held,)
            return unbound.bind(form=form, **options)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.refusal: Refusal | None = None

    def accepts(self, act: Callable[[], object], called: Mapping[str, str] | None = None) -> bool:
        """Do it. What a rule says no to stands beside its field, or in `refusal`, and the answer is False. `called`
        are fields that the form has under another name than the rule."""
        try:
            act()
        except BadInput as wrong:
            name = str(wrong.facts.get("field"))
            field = self._fields.get((called or {}).get(name, name))
            if field is None:
                self.form_errors.append(wrong.message)
            else:
                field.errors = [*field.errors, wrong.message]
        except self.expected as no:
            self.refusal = no
        else:
            return True
        return False

    @property
    def status(self) -> int:
        """With what a form comes back."""
        return self.refusal.status if self.refusal else 422


class VersionedForm(PlainForm):
    """A form of something that others may save meanwhile. `meanwhile` holds what they saved, by label."""

    version = wtforms.HiddenField()
    # What is asked but not saved.
    beside: ClassVar[tuple[str, ...]] = ("version",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.meanwhile: list[tuple[str, str]] = []

    @property
    def seen(self) -> int:
        """The version that stood on the page when it was opened; 0, which none is, where the form did not say."""
        text = str((self.version.raw_data or [""])[0])
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def lay_beside(self, saved: VersionedForm) -> None:
        """If somebody else saved first, note what they saved wherever it is not what stands here; saving once
        more then replaces it."""
        if not isinstance(self.refusal, ChangedMeanwhile):
            return
        self.version.data = saved.version.data
        self.meanwhile = [
            (str(field.label.text), shown(saved._fields[name]))
            for name, field in self._fields.items()
            if name not in self.beside and shown(field) != shown(saved._fields[name])
        ]


def shown(field: wtforms.Field) -> str:
    """What stands in a field, as people read it."""
    if isinstance(field, wtforms.SelectField):
        choices: Iterable[Any] = field.iter_choices()
        return ", ".join(str(choice.label) for choice in choices if choice.selected)
    if isinstance(field, wtforms.BooleanField):
        return _("yes") if field.data else _("no")
    if isinstance(field.data, tuple):
        return "\n".join(map(str, field.data))
    return str(field._value() if hasattr(field, "_value") else field.data or "")

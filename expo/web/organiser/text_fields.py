"""Fields for the same text in several languages, a group for each: of sessions and of conferences."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext as _
from wtforms import BooleanField, SelectField

from expo.programme.drafts import Text
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.texts import LANGUAGE, LONGEST_NOTE
from expo.web.context import this_expo
from expo.web.filters import capital, language_name
from expo.web.forms import PlainForm, TextBlock, TextLine, VersionedForm, short
from expo.web.texts import _l


def languages() -> list[tuple[str, str]]:
    """The languages of the expo, as a select offers them."""
    return [("", _("Not said")), *((code, capital(language_name(code))) for code in offered())]


def offered() -> list[str]:
    """The languages of the expo."""
    return [code for code in this_expo().languages.split() if LANGUAGE.fullmatch(code)]


class TextsForm(VersionedForm):
    """A form with fields of further languages: `with_texts` makes them. `body` names the long text, `note` the
    short one."""

    further: ClassVar[tuple[str, ...]] = ()
    body: ClassVar[str] = "abstract"
    note: ClassVar[str] = "content_notes"
    longest_title: ClassVar[int] = 250
    longest_note: ClassVar[int] = LONGEST_NOTE

    text_language = SelectField(
        _l("Title and text are written in"),
        choices=languages,
        description=_l("So that readers of other languages are told, and screen readers speak it right."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        own = self.text_language.object_data or ""  # as it is saved, not as it was sent
        if own and own not in dict(self.text_language.choices):  # type: ignore[arg-type]
            self.text_language.choices = [*self.text_language.choices, (own, language_name(own))]  # type: ignore[misc]
        for language in self.further:
            name = language_name(language)
            self[f"title_{language}"].label.text = _("Title in %(language)s", language=name)
            self[f"{self.body}_{language}"].label.text = self._body_label(name)
            self[f"{self.note}_{language}"].label.text = self._note_label(name)
            self[f"machine_{language}"].label.text = _(
                "Translated into %(language)s by machine: readers are told", language=name
            )

    def _body_label(self, language: str) -> str:
        return _("Abstract in %(language)s", language=language)

    def _note_label(self, language: str) -> str:
        return _("Content notes in %(language)s", language=language)

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """For the template: each language with its fields."""
        names = ("title", self.body, self.note, "machine")
        return [
            (capital(language_name(code)), [self[f"{name}_{code}"] for name in names])
            for code in self.further
        ]

    @classmethod
    def saved_texts(cls, texts: Iterable[Text]) -> dict[str, Any]:
        """The texts as the data of their fields."""
        found: dict[str, Any] = {}
        for text in texts:
            found[f"title_{text.language}"] = text.title
            found[f"{cls.body}_{text.language}"] = text.body
            found[f"{cls.note}_{text.language}"] = text.note
            found[f"machine_{text.language}"] = text.machine_made
        return found

    def read_texts(self, before: Iterable[Text]) -> tuple[Text, ...]:
        """What was typed; a language that the form sent did not ask for stays as it was."""
        kept = {text.language: text for text in before}
        for language in self.further:
            if not self[f"title_{language}"].raw_data:
                continue
            title, body, note = (
                self[f"{name}_{language}"].data or "" for name in ("title", self.body, self.note)
            )
            kept[language] = Text(language, title, body, bool(self[f"machine_{language}"].data), note)
        return tuple(kept.values())


F = TypeVar("F", bound=TextsForm)
P = TypeVar("P", bound=PlainForm)


def with_texts(form: type[F], written_in: str, texts: Iterable[Text]) -> type[F]:
    """The form with fields for each language of the expo, and of the texts there are, but for the original's."""
    return _made(form, further(written_in, (text.language for text in texts)))


def further(written_in: str, known: Iterable[str]) -> tuple[str, ...]:
    """The languages of the expo, and of the texts there are, but for the original's."""
    return tuple(code for code in dict.fromkeys([*offered(), *known]) if code != written_in)


def with_blocks(form: type[P], languages: tuple[str, ...], names: tuple[str, ...]) -> type[P]:
    """The form with one more long text for each of these of its fields and each of these languages."""
    return _with(form, languages, names, TextBlock, LONGEST_TEXT)


def with_names(form: type[P], known: Iterable[str], most: int) -> type[P]:
    """The form with one more `name` for each language of the expo, and of the names there are."""
    return _with(form, further("", known), ("name",), TextLine, most)


@lru_cache(maxsize=64)
def _with(
    form: type[P], languages: tuple[str, ...], names: tuple[str, ...], kind: type[Any], most: int
) -> type[P]:
    fields = {f"{name}_{code}": kind("", [short(most)]) for code in languages for name in names}
    return type(form.__name__, (form,), {"further": languages, **fields})


@lru_cache(maxsize=64)
def _made(form: type[F], languages: tuple[str, ...]) -> type[F]:
    fields: dict[str, Any] = {"further": languages}
    for language in languages:
        fields[f"title_{language}"] = TextLine("", [short(form.longest_title)])
        fields[f"{form.body}_{language}"] = TextBlock("", [short(LONGEST_TEXT)])
        fields[f"{form.note}_{language}"] = TextLine("", [short(form.longest_note)])
        fields[f"machine_{language}"] = BooleanField("")
    return type(form.__name__, (form,), fields)

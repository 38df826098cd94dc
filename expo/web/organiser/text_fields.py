"""Fields for the same text in several languages, a group for each: of sessions and of conferences."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext as _
from wtforms import BooleanField, SelectField

from expo.programme.drafts import Text
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.texts import LANGUAGE
from expo.web.context import this_expo
from expo.web.filters import capital, language_name
from expo.web.forms import TextBlock, TextLine, VersionedForm, short
from expo.web.texts import _l


def _languages() -> list[tuple[str, str]]:
    return [("", _("Not said")), *((code, capital(language_name(code))) for code in offered())]


def offered() -> list[str]:
    """The languages of the expo."""
    return [code for code in this_expo().languages.split() if LANGUAGE.fullmatch(code)]


class TextsForm(VersionedForm):
    """A form with fields of further languages: `with_texts` makes them. `body` names the long text."""

    further: ClassVar[tuple[str, ...]] = ()
    body: ClassVar[str] = "abstract"
    longest_title: ClassVar[int] = 250

    text_language = SelectField(
        _l("Title and text are written in"),
        choices=_languages,
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
            self[f"machine_{language}"].label.text = _(
                "Translated into %(language)s by machine: readers are told", language=name
            )

    def _body_label(self, language: str) -> str:
        return _("Abstract in %(language)s", language=language)

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """For the template: each language with its fields."""
        names = ("title", self.body, "machine")
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
            found[f"machine_{text.language}"] = text.machine_made
        return found

    def read_texts(self, before: Iterable[Text]) -> tuple[Text, ...]:
        """What was typed; a language that the form sent did not ask for stays as it was."""
        kept = {text.language: text for text in before}
        for language in self.further:
            if not self[f"title_{language}"].raw_data:
                continue
            title, body = self[f"title_{language}"].data or "", self[f"{self.body}_{language}"].data or ""
            machine_made = bool(self[f"machine_{language}"].data)
            kept[language] = Text(language, title, body, machine_made)
        return tuple(kept.values())


F = TypeVar("F", bound=TextsForm)


def with_texts(form: type[F], written_in: str, texts: Iterable[Text]) -> type[F]:
    """The form with fields for each language of the expo, and of the texts there are, but for the original's."""
    languages = dict.fromkeys([*offered(), *(text.language for text in texts)])
    return _made(form, tuple(code for code in languages if code != written_in))


@lru_cache(maxsize=64)
def _made(form: type[F], languages: tuple[str, ...]) -> type[F]:
    fields: dict[str, Any] = {"further": languages}
    for language in languages:
        fields[f"title_{language}"] = TextLine("", [short(form.longest_title)])
        fields[f"{form.body}_{language}"] = TextBlock("", [short(LONGEST_TEXT)])
        fields[f"machine_{language}"] = BooleanField("")
    return type(form.__name__, (form,), fields)

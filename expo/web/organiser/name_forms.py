"""A name, and the same in more languages: of areas, tracks, session types and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from expo.programme import naming
from expo.programme.naming import Named
from expo.web.filters import capital, language_name
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from .text_fields import with_names


class NameForm(PlainForm):
    """A name; `of` gives it a field for each language of the expo."""

    further: ClassVar[tuple[str, ...]] = ()

    name = TextLine(_l("Name"), [needed(_l("Give it a name."))])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code in self.further:
            self[f"name_{code}"].label.text = capital(language_name(code))

    @classmethod
    def of(
        cls, kind: type[Named], thing: Named | None = None, sent: Mapping[str, Any] | None = None
    ) -> NameForm:
        """The form of something that has a name, or of something to come: as it is saved, or as it was sent."""
        most = naming.longest(kind)
        saved = {"name": thing.name if thing else ""}
        saved |= {f"name_{code}": name for code, name in (thing.names if thing else {}).items()}
        form = with_names(cls, thing.names if thing else (), most)(sent, data=saved)
        form.name.validators = [*form.name.validators, short(most)]
        return form

    @property
    def names(self) -> dict[str, str]:
        """What was typed; without the languages that the form sent did not ask for."""
        fields = {code: self[f"name_{code}"] for code in self.further}
        return {code: field.data or "" for code, field in fields.items() if field.raw_data}

    def save(self, thing: Named) -> None:
        naming.rename(thing, name=self.name.data or "", names={**thing.names, **self.names})

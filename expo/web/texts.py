"""Texts that are translated when they are shown: labels and messages of forms, which are made only once."""

from __future__ import annotations

from typing import Any, cast

from flask import g, has_app_context
from flask_babel import Babel, Domain, lazy_gettext


def _l(text: str) -> str:
    """The text in the reader's language, each time it is shown.

    WTForms and dicts of words take it for the str that it becomes.
    """
    return cast(str, lazy_gettext(text))


class KeptDomain(Domain):
    """Finds the catalogue once per language and request, not once per text: a page has hundreds of texts."""

    def get_translations(self) -> Any:
        context = getattr(g, "_flask_babel", None) if has_app_context() else None
        locale = getattr(context, "babel_locale", None)
        if context is None or locale is None:
            return super().get_translations()  # type: ignore[no-untyped-call]
        kept = getattr(context, "kept_translations", None)
        if kept is None or kept[0] is not locale:
            kept = context.kept_translations = (locale, super().get_translations())  # type: ignore[no-untyped-call]
        return kept[1]


def keep_catalogues(babel: Babel) -> None:
    """Let all texts of this application go through one KeptDomain."""
    babel.__dict__["domain_instance"] = KeptDomain(domain="messages")  # type: ignore[no-untyped-call]

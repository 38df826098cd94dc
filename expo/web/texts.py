"""Texts that are translated when they are shown: labels and messages of forms, which are made only once."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, g, has_app_context
from flask_babel import Babel, Domain, lazy_gettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


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


_domain = KeptDomain(domain="messages")  # type: ignore[no-untyped-call]


def keep_catalogues(app: Flask, babel: Babel) -> None:
    """Let all texts of this application go through one KeptDomain, those of templates on the shortest way."""
    babel.__dict__["domain_instance"] = _domain
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_counted_in_template)


@pass_eval_context
def _in_template(context: EvalContext, text: str, /, **values: Any) -> str:
    return _filled(context, _domain.get_translations().gettext(text), values)


@pass_eval_context
def _counted_in_template(
    context: EvalContext, singular: str, plural: str, number: int, /, **values: Any
) -> str:
    values.setdefault("num", number)
    return _filled(context, _domain.get_translations().ngettext(singular, plural, number), values)


def _filled(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    """As Jinja fills texts: each is a pattern, also one without values, and what is filled in is escaped."""
    pattern = Markup(text) if context.autoescape else text  # noqa: S704 our own catalogue
    return pattern % values if values or "%" in text else pattern

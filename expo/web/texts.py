"""Texts that are translated when they are shown: labels and messages of forms, which are made only once."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext


def _l(text: str) -> str:
    """The text in the reader's language, each time it is shown.

    WTForms and dicts of words take it for the str that it becomes.
    """
    return cast(str, lazy_gettext(text))

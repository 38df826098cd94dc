"""Parts of pages that stay as they were: each process keeps their markup under all that they show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from flask_babel import get_locale
from markupsafe import Markup

MOST = 8192

_parts: OrderedDict[tuple[object, ...], Markup] = OrderedDict()


def kept(macro: Callable[..., Markup], *shown: Any, **also: Any) -> Markup:
    """What the macro makes of these values. They must be hashable and be all that the markup depends on, but for
    the reader's language and the addresses of styles and icons, which change with the release of the code."""
    locale = get_locale()
    key = (macro.name, locale and locale.language, shown, tuple(also.items()))  # type: ignore[attr-defined]
    part = _parts.get(key)
    if part is None:
        part = _parts[key] = macro(*shown, **also)
        while len(_parts) > MOST:
            _parts.popitem(last=False)
    return part

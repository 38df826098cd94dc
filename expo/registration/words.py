"""The words of this room as people read them, on pages and on paper."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext

from .models import Category


def _l(text: str) -> str:
    return cast(str, lazy_gettext(text))


CATEGORIES: dict[Category, str] = {
    Category.VISITOR: _l("Visitor"),
    Category.CITY: _l("City"),
    Category.MEMBER_STATE: _l("Member State"),
    Category.INTERNATIONAL: _l("International organisation"),
    Category.CIVIL_SOCIETY: _l("Civil society"),
    Category.ACADEMIA: _l("Academia"),
    Category.COMPANY: _l("Company"),
    Category.PRESS: _l("Press"),
    Category.SPEAKER: _l("Speaker"),
    Category.STAFF: _l("Staff"),
}


def strongest(kinds: list[Category]) -> Category:
    """The band of a badge: what somebody comes as beyond visiting, if anything."""
    return next((kind for kind in kinds if kind is not Category.VISITOR), Category.VISITOR)

"""What somebody keeps in mind, by day, and lists that are handed on by a link.

A stranger's favourites stand in their browser alone; js/favourites.js asks for them by their codes, so this page
is the same for everybody who keeps the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from expo.badge import qr
from expo.core.text import one_line
from expo.favourites import sharing
from expo.publishing import shelf
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import this_language

from . import blueprint
from .about import feed
from .rows import Row, Rows, clock_text
from .viewer import viewer


@dataclass(frozen=True, slots=True)
class Noted:
    """A row, and which one before it is not over when it begins."""

    row: Row
    clash: str


DAY = timedelta(days=1)
Days = list[tuple[date, list[Noted]]]


@blueprint.get("/favourites")
@for_strangers
def favourites() -> ResponseReturnValue:
    """The viewer's own; of a stranger those whose codes the address names."""
    expo, who = this_expo(), viewer()
    if who.kept is not None:
        items = shelf.by_ids(expo.id, who.kept, who.tickets)
    else:
        codes = codes_of(request.args.get("codes", ""))
        items = shelf.by_codes(expo.id, codes, who.tickets)
    return render_template("public/favourites.html", own=who.kept is not None, **_told(items))


@blueprint.get("/share/<token>")
@for_strangers
def share(token: str) -> ResponseReturnValue:
    """A list that somebody handed on. What is no longer in the programme is passed over."""
    expo = this_expo()
    items = shelf.by_ids(expo.id, sharing.read(expo, token), viewer().tickets)
    return render_template(
        "public/shared.html",
        token=token,
        codes=",".join(item.code for item in items),
        own=viewer().kept is not None,
        **_told(items),
    )


def codes_of(text: str) -> list[str]:
    """Codes with commas between them; what cannot be one is left out."""
    return [code for code in map(one_line, text.split(",")[: sharing.MOST]) if 0 < len(code) <= 60]


def _told(items: list[Item]) -> dict[str, object]:
    who = viewer()
    items = shelf.with_seats(items)[0]
    ahead = [item for item in items if item.ends_at > who.now]
    past = [item for item in items if item.ends_at <= who.now]
    word = sharing.written(this_expo(), [item.occurrence_id for item in items]) if items else ""
    address = _absolute(url_for("public.share", token=word)) if word else ""
    return {
        "total": len(items),
        "ahead": _days(ahead),
        "past": _days(past),
        "address": address,
        "picture": _picture(address) if word else "",
        "feed": feed(_("Favourites"), url_for("feeds.share", token=word)) if word else None,
    }


@lru_cache(maxsize=64)
def _picture(address: str) -> Markup:
    """Of our own bytes: a path of numbers, nothing that anybody typed. A long list takes longer to draw than all the
    rest of its page."""
    return Markup(qr.svg_of_address(address).decode())  # noqa: S704


def _absolute(path: str) -> str:
    return str(current_app.config["EXPO"].base_url).rstrip("/") + path


def _days(items: list[Item]) -> Days:
    rows = Rows()
    ordered = sorted(items, key=lambda item: (item.day, item.starts_at))
    noted, before = [], list[Item]()
    for item in ordered:
        # What ended a day before runs into nothing more, though a night stands before the morning after it.
        before = [other for other in before if other.ends_at > item.starts_at - DAY]
        noted.append((item.day, Noted(rows.row(item), _clash(item, before))))
        before.append(item)
    return [(day, [each for _day, each in group]) for day, group in groupby(noted, key=lambda pair: pair[0])]


def _clash(item: Item, before: list[Item]) -> str:
    """What one would have to leave for it. A breakout and the session it is part of go together."""
    for other in reversed(before):
        together = other.session_id in (item.session_id, item.parent_id) or other.parent_id == item.session_id
        if other.ends_at > item.starts_at and not (together or other.cancelled or item.cancelled):
            return _(
                "Begins before “%(title)s” ends at %(time)s.",
                title=other.title_in(this_language())[0],
                time=clock_text(other.ends, other.day),
            )
    return ""

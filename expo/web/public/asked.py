"""What the address of a programme page or feed asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from urllib.parse import urlencode

from flask import request

from expo.core import stamps
from expo.exports import wishes
from expo.exports.wishes import LONGEST_WORDS, Admitting, day_in
from expo.publishing.filters import Filter
from expo.registration.models import Category
from expo.web.addresses import url_for
from expo.web.context import this_expo

from .viewer import viewer

__all__ = ["LONGEST_WORDS", "day_in"]


def wish() -> Filter:
    """The filter in the address, without its days if it names several."""
    wants_own = bool(request.args.get("open"))
    return wishes.read(request.args, _known, viewer().tickets if wants_own else None)


def public_wish() -> Filter:
    """The same for feeds, which are one for all: nobody is looked up, what is open to somebody cannot be asked, and
    several days are a wish like others. Raises BadInput."""
    found = wishes.read(request.args, _known)
    span = wishes.span_in(request.args)
    return wishes.within_days(found, span) if span else found


# Whom a ticket is for and what it costs changes with the stamp of the programme.
_ways_in: stamps.Kept[Admitting] = stamps.Kept()


def admitting(price: str, audiences: Iterable[str] = ()) -> tuple[int, ...]:
    """Conferences with a ticket at such a price for one of these, or for anybody where none is named."""
    return wishes.conferences(_known(), price, audiences)


def audiences() -> list[Category]:
    """For whom there are tickets at all."""
    return [category for category in Category if any(found == category for _id, found, _free in _known())]


def _known() -> Admitting:
    expo_id = this_expo().id
    return _ways_in.get(f"programme:{expo_id}", lambda: wishes.admitting_of(expo_id))


def arguments(wished: Filter) -> list[tuple[str, str]]:
    """The filter as it stands in an address, without its day."""
    several = {
        "conference": wished.conferences,
        "track": wished.tracks,
        "venue": wished.venues,
        "room": wished.rooms,
        "type": wished.types,
        "language": wished.languages,
        "sdg": wished.sdgs,
        "tag": wished.tags,
        "time": wished.times,
        "offer": wished.offers,
        "audience": wished.audiences,
    }
    found = [(name, str(value)) for name, values in several.items() for value in values]
    found += [("price", wished.price)] if wished.price else []
    found += [("q", wished.words)] if wished.words else []
    found += [("seats", "1")] if wished.seats else []
    found += [("step_free", "1")] if wished.step_free else []
    found += [("open", "1")] if wished.mine is not None else []
    return found


def address(pairs: Iterable[tuple[str, str]], day: date | str | None = None) -> str:
    """The programme with these wishes."""
    pairs = [*([("day", str(day))] if day else []), *pairs]
    path = url_for("public.programme")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def day_addresses(pairs: list[tuple[str, str]]) -> Callable[[str], str]:
    """A function from days to the addresses of their pages with these wishes."""
    path, rest = url_for("public.programme"), f"&{urlencode(pairs)}" if pairs else ""
    return lambda day: f"{path}?day={day}{rest}"

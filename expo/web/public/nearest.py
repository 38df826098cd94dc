"""What to offer where nothing meets all wishes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from expo.publishing import search_near, shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.context import this_expo

from . import asked
from .choices import loosened
from .frame import Around
from .rows import Row, Rows
from .viewer import viewer


@dataclass(frozen=True, slots=True)
class Nearest:
    """What to offer when nothing is found: the words as they may have been meant, with their address; the next match
    on another day; and the page without each wish."""

    meant: tuple[str, str] | None
    row: Row | None
    looser: list[tuple[str, int, str]]


def nearest(around: Around, everything: list[Item]) -> Nearest:
    """For wishes that nothing meets on the days of a page, which hold these items."""
    expo, who, wished = this_expo(), viewer(), around.wished
    elsewhere = shelf.find(expo.id, None, None, wished, who.tickets) if around.when else []
    ahead = [item for item in elsewhere if item.ends_at > who.now] or elsewhere
    return Nearest(
        None if elsewhere else _meant(around),
        Rows().row(ahead[0]) if ahead else None,
        _looser(around, everything) if len(around.wishes) > 1 else [],
    )


def _meant(around: Around) -> tuple[str, str] | None:
    """The words as the programme writes them, where somebody typed them otherwise."""
    words = around.wished.words
    meant = search_near.suggestion(this_expo().id, words, viewer().tickets) if words else None
    if meant is None:
        return None
    return meant, replace(around, wished=replace(around.wished, words=meant)).address(around.when)


def _looser(around: Around, everything: list[Item]) -> list[tuple[str, int, str]]:
    """What each wish keeps away: the words for leaving it, how many sessions come then, and their address."""
    expo, who, words = this_expo(), viewer(), around.wished.words
    holding = shelf.sift(expo.id, everything, Filter(words=words), who.tickets).met if words else everything
    found = []
    for wish, label in loosened(around.wished):
        among = holding if wish.words else everything
        count = len({item.session_id for item in among if wish.wants(item)})
        if count:
            found.append((label, count, asked.address([*around.when, *asked.arguments(wish)])))
    return found

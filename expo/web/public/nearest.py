"""What to offer where nothing meets all wishes."""

from __future__ import annotations

from dataclasses import dataclass

from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.context import this_expo

from . import asked
from .choices import loosened
from .rows import Row, Rows
from .viewer import viewer


@dataclass(frozen=True, slots=True)
class Nearest:
    """What to offer when nothing is found: the next match on another day, and the day without each wish."""

    row: Row | None
    looser: list[tuple[str, int, str]]


def nearest(wished: Filter, everything: list[Item]) -> Nearest:
    """For wishes that nothing meets on their day, which holds these items."""
    expo, who = this_expo(), viewer()
    elsewhere = shelf.find(expo.id, None, None, wished, who.tickets)
    ahead = [item for item in elsewhere if item.ends_at > who.now] or elsewhere
    day = [("day", str(wished.day))]
    looser = []
    if len(asked.arguments(wished)) > 1 and not wished.words:
        for wish, label in loosened(wished):
            count = len({item.session_id for item in everything if wish.wants(item)})
            if count:
                looser.append((label, count, asked.address([*day, *asked.arguments(wish)])))
    return Nearest(Rows().row(ahead[0]) if ahead else None, looser)

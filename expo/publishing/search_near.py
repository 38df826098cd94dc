"""“Did you mean …?”: names of people, organisations, places and conferences, and where no name is alike words of
titles, for those who wrote them otherwise."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db

from . import kept_items, search
from .models import SearchEntry
from .search_words import words, written_words

FEW = 3  # a word that finds fewer things than this may have been meant otherwise
MOST_MENDED = 4
SHORTEST = 4
SHORTEST_OF_TITLES = 5  # shorter ones are like too many others
MOST_COMPARED = 40  # letter by letter, of those that share most pairs of letters


@dataclass(frozen=True, slots=True)
class _Name:
    """A word of a name, and whose tickets it takes to know of it; None: nobody's."""

    word: str
    written: str
    conference_id: int | None


@dataclass(frozen=True, slots=True)
class _Names:
    """Words of names, and at which places of the list those with each pair of letters stand."""

    names: list[_Name]
    with_pair: dict[str, list[int]]


_kept: stamps.Kept[_Names] = stamps.Kept()
_titles: stamps.Kept[_Names] = stamps.Kept()


def suggestion(expo_id: int, text: str, tickets: Collection[int] = ()) -> str | None:
    """The text with each word that finds little replaced by the name most like it that this viewer may know of.
    None where there is nothing to replace."""
    mended, changes = [], 0
    for typed in written_words(text)[:12]:
        word = "".join(words(typed))
        other = None
        if changes < MOST_MENDED and len(word) >= SHORTEST and search.count(expo_id, word, tickets) < FEW:
            other = nearest(expo_id, word, tickets)
        mended.append(other or typed)
        changes += other is not None
    return " ".join(mended) if changes else None


def nearest(expo_id: int, word: str, tickets: Collection[int]) -> str | None:
    """The word of a name that is most like this folded one, as it is written; else that of a title: one slip away,
    from six letters on two. Never one that begins with it, for that was found already."""
    scope = f"programme:{expo_id}"
    name = _nearest(_kept.get(scope, lambda: _sorted(_names(expo_id))), word, tickets)
    if name is not None or len(word) < SHORTEST_OF_TITLES:
        return name
    return _nearest(_titles.get(scope, lambda: _sorted(_of_titles(expo_id))), word, tickets)


def _nearest(kept: _Names, word: str, tickets: Collection[int]) -> str | None:
    most = 2 if len(word) >= 6 else 1
    shared = Counter(place for pair in _pairs(word) for place in kept.with_pair.get(pair, ()))
    alike = []
    for place, pairs in shared.items():
        name = kept.names[place]
        if abs(len(name.word) - len(word)) > most or name.word.startswith(word):
            continue
        if name.conference_id is None or name.conference_id in tickets:
            alike.append((-pairs, name.word, name.written))
    nearest_first = sorted(
        (distance(word, other, most), pairs, other, written)
        for pairs, other, written in heapq.nsmallest(MOST_COMPARED, alike)
    )
    return nearest_first[0][3] if nearest_first and nearest_first[0][0] <= most else None


def _sorted(found: Iterable[_Name]) -> _Names:
    names = list(found)
    with_pair: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for pair in _pairs(name.word):
            with_pair[pair].append(place)
    return _Names(names, dict(with_pair))


def _of_titles(expo_id: int) -> Iterator[_Name]:
    """Each longer word of a title once. Whoever may know of a session at all may know its title."""
    seen = set()
    for title in sorted({item.title for item in kept_items.of(expo_id).whole}):
        for written in written_words(title):
            word = "".join(words(written))
            if len(word) >= SHORTEST_OF_TITLES and word not in seen:
                seen.add(word)
                yield _Name(word, written, None)


def _names(expo_id: int) -> Iterator[_Name]:
    """Each word of a name once for each audience. Read with the stamp, so it is as new as the programme."""
    rows = db.session.execute(
        sa.select(SearchEntry.conference_id, SearchEntry.spelling)
        .where(SearchEntry.expo_id == expo_id, SearchEntry.spelling != "")
        .order_by(SearchEntry.conference_id, SearchEntry.spelling)
    )
    seen = set()
    for conference_id, spelling in rows:
        for written in written_words(spelling):
            word = "".join(words(written))
            if len(word) >= SHORTEST and (word, conference_id) not in seen:
                seen.add((word, conference_id))
                yield _Name(word, written, conference_id)


def _pairs(word: str) -> set[str]:
    """Its neighbouring letters, the beginning counted as one: two words that are alike share many."""
    marked = f"^{word}"
    return {marked[place : place + 2] for place in range(len(word))}


def distance(one: str, other: str, most: int) -> int:
    """How many letters were left out, added, changed, or swapped with their neighbour; `most` + 1 stands for all
    that is more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, its in enumerate(other, start=1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if earlier and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)

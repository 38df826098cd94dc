"""The words that are searched by: the same ones out of what is released and out of what somebody types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from expo.core.text import folded

LONGEST_WORD = 60
MOST_WORDS = 12  # of those that somebody types; the rest is left out
SHORTEST_BEGINNING = 3

# Chinese and Japanese do not put spaces between words: there each sign is one.
_ALONE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"[{_ALONE}]|[^\\W_{_ALONE}]+")

# A word as people write it, with the accents and vowel signs that folding takes away.
_WRITTEN = re.compile(f"[{_ALONE}]|(?:[^\\W_{_ALONE}]|[\u0300-\u036f\u064b-\u0652\u0670])+")


def words(text: str) -> list[str]:
    """Folded words of letters and digits only, in their order; nothing that a database reads as an operator."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def written_words(text: str) -> list[str]:
    """The words of a text as they are written."""
    return _WRITTEN.findall(text)


@lru_cache(maxsize=16384)
def _words_of(written: str) -> tuple[str, ...]:
    return tuple(words(written))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed. All words must hold; one of three letters or more, and the last one, which may still be
    being typed, also stands for every word that begins with it."""

    words: tuple[str, ...]
    _known: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> Asked:
        # Cut first: folding makes some signs longer, and nobody types a book.
        return cls(tuple(dict.fromkeys(words(text[:2000])))[:MOST_WORDS])

    def beginnings(self) -> Iterator[tuple[str, bool]]:
        """Each word, and whether it stands for words that begin with it."""
        for place, word in enumerate(self.words, start=1):
            yield word, len(word) >= SHORTEST_BEGINNING or place == len(self.words)

    def means(self, written: str) -> bool:
        """Whether this written word is one of those that are asked for."""
        known = self._known.get(written)
        if known is None:
            beginnings = tuple(word for word, begins in self.beginnings() if begins)
            known = any(found in self.words or found.startswith(beginnings) for found in _words_of(written))
            self._known[written] = known
        return known

    def all_in(self, text: str) -> bool:
        """Whether each of the words stands in this text."""
        found = words(text)
        return all(
            word in found or (begins and any(other.startswith(word) for other in found))
            for word, begins in self.beginnings()
        )


Part = tuple[str, bool]


def marked(asked: Asked, text: str) -> list[Part]:
    """The text in parts, each with whether it is a word that was asked for."""
    parts: list[Part] = []
    done = 0
    for start, end in _hits(asked, text):
        parts += [(text[done:start], False), (text[start:end], True)]
        done = end
    return [part for part in [*parts, (text[done:], False)] if part[0]]


def snippet(asked: Asked, text: str, most: int = 160) -> list[Part]:
    """About so many signs of the text from a little before the first word that was asked for, in parts as
    `marked` gives them. Empty where there is no such word."""
    text = " ".join(text.split())
    first = next(_hits(asked, text), None)
    if first is None:
        return []
    start = 0 if first[0] <= most // 3 else text.rfind(" ", 0, first[0] - most // 4) + 1
    end = len(text) if len(text) - start <= most else max(text.rfind(" ", start, start + most), first[1])
    parts = marked(asked, text[start:end])
    before = [("… ", False)] if start else []
    after = [(" …", False)] if end < len(text) else []
    return [*before, *parts, *after]


def _hits(asked: Asked, text: str) -> Iterator[tuple[int, int]]:
    """Where the words that were asked for stand."""
    for word in _WRITTEN.finditer(text):
        if asked.means(word.group()):
            yield word.span()


def stored(texts: Iterable[str]) -> str:
    """The words of these texts as the index keeps them: each once, with a space behind it."""
    return "".join(f"{word} " for word in dict.fromkeys(word for text in texts for word in words(text)))

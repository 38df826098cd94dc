"""A long list, page by page: what was asked for, and the addresses of the other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

from expo.core.text import one_line

SIZE = 100
T = TypeVar("T")


def asked(name: str, most: int = 100) -> str:
    """A word of the address's query, cleaned."""
    return one_line(request.args.get(name, ""))[:most]


def number(text: str | None) -> int:
    """The number that stands there; 0 where none does, or one that no row has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def here(**changes: str | int | None) -> str:
    """The address of this page with other filters; None takes one out."""
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    arguments = {**kept, **changes}
    wanted = {name: value for name, value in arguments.items() if value not in (None, "")}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **wanted})


@dataclass(slots=True)
class Part(Generic[T]):
    """One page of a list."""

    rows: list[T]
    number: int
    pages: int
    total: int
    size: int

    @property
    def skipped(self) -> int:
        """How many stand on the pages before."""
        return (self.number - 1) * self.size

    def url(self, number: int) -> str:
        return here(page=number if number > 1 else None)


def page_of(rows: Sequence[T], size: int = SIZE) -> Part[T]:
    """The page that the address asks for, the last one where it asks for more."""
    part: Part[T] = page_of_so_many(len(rows), size)
    part.rows = list(rows[part.skipped : part.skipped + size])
    return part


def page_of_so_many(total: int, size: int = SIZE) -> Part[Any]:
    """The same for a list that the database counts; its rows are fetched afterwards."""
    pages = max(1, -(-total // size))
    at = min(max(number(request.args.get("page")), 1), pages)
    return Part([], at, pages, total, size)

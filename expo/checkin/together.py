"""Scans that come at the same moment share one transaction, and one wait for the disk.

Whoever comes first writes for all who came while the one before was writing; the others sleep until their scan is
stored. Nobody is answered before the commit, so what was acknowledged is durable, and nobody waits for company:
alone is a group of one. A queue of doors costs one commit for eight scans where it cost eight.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Place(Generic[T]):
    """One in the queue: asleep until it is served, or until it is its turn to serve."""

    __slots__ = ("item", "leads", "wake")

    def __init__(self, item: T) -> None:
        self.item = item
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


class Together(Generic[T]):
    """Gathers the items of many threads. `serve` is given up to `most` at once, by the thread of one of them."""

    def __init__(self, serve: Callable[[list[T]], None], most: int) -> None:
        self._serve = serve
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Place[T]] = []
        self._busy = False

    def join(self, item: T) -> None:
        """Return when the item was served. What serving raises is raised in the serving thread alone: the others
        find their item as they left it."""
        place = _Place(item)
        with self._lock:
            self._waiting.append(place)
            if not self._busy:
                self._busy = place.leads = True
        if not place.leads:
            place.wake.acquire()
        if place.leads:
            self._lead()

    def _lead(self) -> None:
        # The leader stands first in the queue, so it is among those it serves.
        with self._lock:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._serve([place.item for place in group])
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].wake.release()
                else:
                    self._busy = False
            for place in group[1:]:
                place.wake.release()

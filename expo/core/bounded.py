"""What a process keeps of what it made, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class Shelf(Generic[Key, Thing]):
    """Holds what was used last, up to a number of bytes. Threads may share it."""

    def __init__(self, most: int, weigh: Callable[[Thing], int]) -> None:
        self._most, self._weigh = most, weigh
        self._things: OrderedDict[Key, Thing] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Key) -> Thing | None:
        with self._lock:
            thing = self._things.get(key)
            if thing is not None:
                self._things.move_to_end(key)
            return thing

    def put(self, key: Key, thing: Thing) -> None:
        with self._lock:
            earlier = self._things.pop(key, None)
            self._weight += self._weigh(thing) - (self._weigh(earlier) if earlier is not None else 0)
            self._things[key] = thing
            while self._weight > self._most and len(self._things) > 1:
                _key, oldest = self._things.popitem(last=False)
                self._weight -= self._weigh(oldest)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._weight = 0

"""Whether the clock of this machine is to be believed. A wrong one must not let all holds and offers lapse at once.

Three witnesses: time that passed since the start of the machine, which nobody sets; the last moment that a worker
believed, also across a restart; and the clock of the database server, where there is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from . import clock, heartbeats

TOLERANCE = timedelta(seconds=90)  # which leap seconds, slewing and a long pause of the process stay below
LONGEST_AWAY = timedelta(
    days=1
)  # switched off for longer: wait until the clock has been asked of the network
AFTER_START = timedelta(minutes=15)
AFTER_JUMP = timedelta(hours=6)

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


def ticking() -> timedelta:
    """Time since the machine was started."""
    return timedelta(seconds=time.clock_gettime(_BOOT))


class ClockWatch:
    """Looks at the clock before each round of jobs. `reason` says why none is done; empty when all is well.

    After a jump it waits until the clock has come back, an administrator confirms it, or it has run evenly for
    hours; after a long time switched off, for a quarter of an hour; while the database's clock differs, for ever.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = clock.real_now,
        passed: Callable[[], timedelta] = ticking,
        of_database: Callable[[], datetime | None] = heartbeats.clock_of_database,
    ) -> None:
        self._wall, self._passed, self._of_database = wall, passed, of_database
        self._last: tuple[datetime, timedelta] | None = None
        self._jump = timedelta(0)
        self._until = timedelta(0)
        self._confirmed = 0
        self._differs = False
        self._compared_at: timedelta | None = None
        self.reason = ""

    def steady(self) -> bool:
        """Look once more. True where the clock is believed."""
        wall, passed = self._wall(), self._passed()
        if self._last is None:
            self._begin(wall, passed)
        else:
            step = (wall - self._last[0]) - (passed - self._last[1])
            if abs(step) > TOLERANCE:
                self._jumped(step, passed)
        self._last = (wall, passed)
        self._compare(wall, passed)
        if self._jump and (passed >= self._until or self._was_confirmed()):
            self._jump = timedelta(0)
        self.reason = self._words()
        return not self.reason

    def _begin(self, wall: datetime, passed: timedelta) -> None:
        last, self._confirmed = heartbeats.belief()
        if last is not None and wall - last > LONGEST_AWAY:
            self._jump, self._until = wall - last, passed + AFTER_START

    def _jumped(self, step: timedelta, passed: timedelta) -> None:
        """Backwards nothing lapses too early: what is due then only waits a little longer."""
        self._jump += step
        if self._jump > TOLERANCE:
            self._confirmed = heartbeats.belief()[1]
            self._until = passed + AFTER_JUMP
        else:
            self._jump = timedelta(0)
        self._compared_at = None

    def _compare(self, wall: datetime, passed: timedelta) -> None:
        if self._compared_at is not None and passed - self._compared_at < timedelta(seconds=heartbeats.EVERY):
            return
        self._compared_at = passed
        other = self._of_database()
        self._differs = other is not None and abs(wall - other) > TOLERANCE

    def _was_confirmed(self) -> bool:
        return heartbeats.belief()[1] > self._confirmed

    def _words(self) -> str:
        if self._differs:
            return "the clock differs from that of the database"
        if self._jump:
            return f"the clock is {self._jump} ahead of where it should be"
        return ""

"""A scan as a device sends it, and what the device is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from .models import Direction, Verdict

OLDEST_OFFLINE = timedelta(hours=36)
CLOCK_SLACK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """A scan as a device sent it. `gate_id` None: there can be no such gate. `scanned_at` None: it was made
    when it arrived (a page without script has no clock).

    `occurrence` is a UID, where the device chose among what is on; `local` is what the device had said while it
    was offline, `override` who let somebody in by hand, and why. `fault` names the field that cannot be read;
    see `unreadable()`.
    """

    id: str
    code: str
    gate_id: int | None
    direction: Direction
    scanned_at: datetime | None
    offline: bool = False
    count: int = 1
    occurrence: str | None = None
    local: dict[str, str] | None = None
    override: dict[str, str] | None = None
    fault: str | None = None

    def fingerprint(self) -> bytes:
        """16 bytes that differ when anything of the content does. Whether it waited is no content: a scan whose
        answer was lost on its way is sent again later, as one that waited."""
        content = (
            self.code, self.gate_id, self.direction, self.scanned_at and self.scanned_at.astimezone(UTC),
            self.count, self.occurrence, self.local, self.override, self.fault,
        )  # fmt: skip
        return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def counts_at(made: datetime, *, now: datetime, real_now: datetime) -> datetime:
    """The expo's moment at which something counts that a device has kept since `made` by its own clock.

    A device's clock may be wrong (then it counts now) or the world's while the expo runs in another year (then its
    age counts). Nothing is dropped for its clock.
    """
    for present in (real_now, now):
        age = present - made
        if -CLOCK_SLACK <= age <= OLDEST_OFFLINE:
            return now - max(age, timedelta(0))
    return now


def unreadable(*, scan_id: str, field: str, raw: bytes) -> Sent:
    """A scan of a batch that makes no sense but for its id. `raw` tells it from others under that id."""
    content = hashlib.blake2b(raw, digest_size=16).hexdigest()
    return Sent(scan_id, content, None, Direction.IN, None, fault=field)


@dataclass(frozen=True, slots=True)
class Delegate:
    """Whose badge it is: the name, as what the person comes, and the ticket's name."""

    name: str
    category: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device is told. Being told it means that the scan is stored.

    `attention` is what the crew must know of the person now. `theirs` is the message in the delegate's own language,
    as (language, sentence), where that is another one than the device's.
    """

    id: str
    verdict: Verdict
    reason: str | None
    message: str | None
    delegate: Delegate | None
    attention: str | None = None
    theirs: tuple[str, str] | None = None

"""The board of delegations for a spreadsheet: a row for each delegation and category, sent as it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from expo.delegations.models import NomineeState
from expo.delegations.queries import Line
from expo.expos.models import Expo

from .cells import harmless

COLUMNS = (
    "code", "delegation", "organisation", "kind", "official_code", "city", "country", "conferences", "focal_point",
    "email", "state", "sent_at", "opened_at", "answered_at", "declined_at", "nominate_until", "category", "seats",
    "given", "with_link", "registered",
)  # fmt: skip


def as_csv(expo: Expo, lines: Iterable[Line]) -> Iterator[bytes]:
    """Row by row, in the city's time; cells that a spreadsheet would calculate are made harmless.

    The values are taken at once and written while they are sent: whoever reads slowly holds no database.
    """
    return _written([cells for line in lines for cells in _rows(expo, line)])


def _written(rows: list[tuple[str, ...]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for cells in rows:
        yield _row(cells)


def _rows(expo: Expo, line: Line) -> Iterator[tuple[str, ...]]:
    one, body = line.delegation, line.delegation.organisation
    # Links and registrations are counted for the delegation, so they stand in its first row only.
    counts = [str(line.states[state]) for state in (NomineeState.INVITED, NomineeState.REGISTERED)]
    for seats in line.seats:
        yield (
            one.code,
            one.name,
            body.slug if body else "",
            body.kind.value if body else "",
            body.official_code if body else "",
            one.city,
            one.country,
            " ".join(conference.slug for conference in line.conferences),
            one.focal_name,
            one.focal_email,
            one.standing.value,
            *(
                _moment(expo, moment)
                for moment in (
                    one.sent_at, one.opened_at, one.answered_at, one.declined_at, one.nominate_until,
                )
            ),
            seats.category.value,
            str(seats.pool.capacity),
            str(seats.pool.taken),
            *counts,
        )  # fmt: skip
        counts = ["", ""]


def _moment(expo: Expo, moment: datetime | None) -> str:
    return expo.local(moment).isoformat(timespec="minutes") if moment else ""


def _row(cells: Iterable[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return written.getvalue().encode()

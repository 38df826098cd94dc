"""What fits: how long texts and how large numbers may be, and which time zones there are."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from flask_babel import gettext as _

from expo.core.refusals import BadInput

LONGEST_TEXT = 20_000
MOST_SEATS = 1_000_000


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones there are."""
    return frozenset(available_timezones())


def fits(draft: object, **most: int) -> None:
    """Refuse texts of a draft that are longer than their field. Raises BadInput."""
    for field, length in most.items():
        if len(getattr(draft, field) or "") > length:
            raise BadInput(_("At most %(most)s letters, please.", most=length), field=field)

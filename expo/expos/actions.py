from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import gettext as _

from expo.core import audit, clock, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput

from . import queries
from .models import RESERVED_SLUGS, Expo


def create_expo(
    *, slug: str, name: str, city: str, starts_on: date, ends_on: date, time_zone: str, description: str = ""
) -> Expo:
    """Open a new expo, or refuse a slug that is taken or reserved. Raises BadInput."""
    if slug in RESERVED_SLUGS or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", slug):
        raise BadInput(_("“%(slug)s” cannot be the address of an expo.", slug=slug), field="slug")
    _check(starts_on, ends_on, time_zone)
    with transaction():
        if queries.by_slug(slug):
            raise BadInput(_("There is already an expo at “%(slug)s”.", slug=slug), field="slug")
        expo = Expo(
            slug=slug,
            name=name,
            city=city,
            starts_on=starts_on,
            ends_on=ends_on,
            time_zone=time_zone,
            description=description,
            created_at=clock.now(),
        )
        db.session.add(expo)
        db.session.flush()
        audit.record("expo_created", "expo", expo.id, expo_id=expo.id, after={"slug": slug, "name": name})
    return expo


def edit_expo(
    *, expo: Expo, name: str, city: str, starts_on: date, ends_on: date, time_zone: str, description: str
) -> bool:
    """Change what the expo says of itself; its address stays. Returns whether anything changed. Raises BadInput."""
    _check(starts_on, ends_on, time_zone)
    with transaction():
        values = {
            "name": name,
            "city": city,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "time_zone": time_zone,
            "description": description,
        }
        changed = {key: value for key, value in values.items() if getattr(expo, key) != value}
        if not changed:
            return False
        before = {key: str(getattr(expo, key)) for key in changed}
        for key, value in changed.items():
            setattr(expo, key, value)
        after = {key: str(value) for key, value in changed.items()}
        audit.record("expo_changed", "expo", expo.id, expo_id=expo.id, before=before, after=after)
        stamps.raise_stamp(f"programme:{expo.id}")
    return True


def _check(starts_on: date, ends_on: date, time_zone: str) -> None:
    if ends_on < starts_on:
        raise BadInput(_("The expo ends before it starts."), field="ends_on")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise BadInput(_("“%(zone)s” is not a time zone.", zone=time_zone), field="time_zone") from unknown

"""Everybody who may stand on a bill, kept by each process as pages show them: all of it changes with the stamp."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db
from expo.core.text import folded
from expo.organisations.models import Organisation
from expo.speakers.models import Speaker

from . import kept_items


@dataclass(frozen=True, slots=True)
class Known:
    """A person or group. `folded` is all that is said of them, for looking through."""

    id: int
    slug: str
    name: str
    title: str
    organisation_name: str
    city: str
    folded_name: str
    folded: str
    picture: str | None

    @property
    def said(self) -> str:
        """What they are, and where."""
        return ", ".join(text for text in (self.title, self.organisation_name) if text)


_kept: stamps.Kept[dict[int, Known]] = stamps.Kept()


def of_expo(expo_id: int) -> dict[int, Known]:
    """All of them by id, in the order of their names; also those who appear in nothing that may be told. One query
    after each change, none in between."""
    return _kept.get(f"programme:{expo_id}", lambda: _read(expo_id))


def _read(expo_id: int) -> dict[int, Known]:
    rows = db.session.execute(
        sa.select(Speaker.id, Speaker.slug, Speaker.name, Speaker.title, Organisation.name, Speaker.city)
        .add_columns(Speaker.folded_name, Speaker.picture)
        .outerjoin(Speaker.organisation)
        .where(Speaker.expo_id == expo_id)
        .order_by(Speaker.folded_name, Speaker.id)
    )
    return {
        number: Known(
            number,
            slug,
            name,
            title,
            organisation or "",
            city,
            folded_name,
            folded(f"{name} {organisation or ''} {city} {title}"),
            picture,
        )
        for number, slug, name, title, organisation, city, folded_name, picture in rows
    }


def appearing(expo_id: int, tickets: Collection[int] = ()) -> list[tuple[Known, int]]:
    """Those who appear in something whose people may be shown to somebody with tickets of these conferences, with in
    how many sessions; by name."""
    kept = kept_items.of(expo_id)
    of_speaker = kept.orders.of_speaker
    found = []
    for number, known in of_expo(expo_id).items():
        seen = kept.among(of_speaker.get(number, ()), tickets)
        often = len({item.session_id for item in seen if not item.closed})
        if often:
            found.append((known, often))
    return found

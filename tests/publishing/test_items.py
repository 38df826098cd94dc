"""A private event tells its time and its place, whatever the session behind it is."""

from __future__ import annotations

import enum
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expo.publishing.items import Item

pytestmark = [pytest.mark.feature("B7"), pytest.mark.once]

NINE = datetime(2022, 6, 1, 7, tzinfo=UTC)
# What a private event may tell: when and where.
TOLD: dict[str, Any] = {
    "expo_id": 1, "day": date(2022, 6, 1), "starts_at": NINE, "ends_at": NINE + timedelta(hours=1),
    "room_id": 7, "room_slug": "hall", "room_name": "Hall", "venue_slug": "sea-u", "venue_name": "Sea U",
    "venue_city": "Helsingborg", "venue_online": False, "time_zone": "Europe/Stockholm",
}  # fmt: skip


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of this type of field."""
    if get_args(kind) and type(None) in get_args(kind):
        (inner,) = [part for part in get_args(kind) if part is not type(None)]
        return st.none() | anything(inner)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    if kind is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if getattr(kind, "__origin__", None) is list:
        return st.lists(anything(get_args(kind)[0]), max_size=3)
    if getattr(kind, "__origin__", None) is dict:
        return st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=3)
    return st.from_type(kind)


@st.composite
def sessions(draw: st.DrawFn) -> Item:
    """Any session at this time in this room; a field that is added one day is drawn like the others."""
    hints = get_type_hints(Item)
    values = {
        field.name: TOLD[field.name] if field.name in TOLD else draw(anything(hints[field.name]))
        for field in fields(Item)
    }
    return Item(**values)


# Drawing so many fields is slow where much else runs: that says nothing about events.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(one=sessions(), other=sessions())
def test_two_private_events_at_one_time_in_one_room_differ_in_nothing_but_their_number(
    one: Item, other: Item
):
    assert one.as_block(-1) == other.as_block(-1)
    assert replace(one.as_block(-1), occurrence_id=-2, session_id=-2) == other.as_block(-2)
    block = one.as_block(-1)
    assert block.private
    assert {name: getattr(block, name) for name in TOLD} == TOLD

"""What counts as live is said twice, for Python and for the index: the two agree, and the index is used."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.booking.models import IS_LIVE, LIVE, BookingState
from expo.core.db import db, is_sqlite

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("P4")]


@pytest.mark.parametrize("state", BookingState)
def test_the_index_and_the_states_agree(state: BookingState):
    row = sa.text(f"SELECT count(*) FROM (SELECT '{state.value}' AS state) AS one WHERE {IS_LIVE}")
    assert bool(db.session.scalar(row)) == (state in LIVE)


def test_sqlite_finds_the_live_bookings_of_a_time_by_their_index():
    """Seen red with one state more in the condition than in the index."""
    if is_sqlite():
        asked = f"EXPLAIN QUERY PLAN SELECT person_id FROM bookings WHERE occurrence_id IN (1, 2) AND bookings.{IS_LIVE}"
        plan = " ".join(str(row) for row in db.session.execute(sa.text(asked)))
        assert "uq_bookings_live" in plan

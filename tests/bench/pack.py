"""The door pack of SPEC 7: its size, the time to build it whole, and a delta.

    python -m tests.bench.pack [--database sqlite|postgresql] [--badges 100000]

The badges belong to delegates of eight conferences whose tickets open three zones. Prints medians of wall time in
milliseconds; passes or fails nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from expo import config
from expo.accounts.models import Person
from expo.app import create_app
from expo.badge.models import Badge, BadgeState
from expo.checkin import pack
from expo.checkin.models import BadgeChange, Device, Entitlement
from expo.core import audit, clock, readiness
from expo.core.db import db, transaction
from expo.registration.models import Registration, RegistrationState
from tests import conftest, databases
from tests import factories as a
from tests.checkin import doors

CONFERENCES = 8
CHANGED = 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--badges", type=int, default=100_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(asked.database, "bench", Path(folder)) as url,
    ):
        app = create_app(config.load({}, database_url=url, **conftest.SETTINGS))
        with app.app_context():
            audit.set_actor("bench")
            command.upgrade(readiness.migrations(), "head")
            device = _fill(asked.badges)
            whole = pack.build(device)
            print(f"{asked.badges:,} badges: {len(whole):,} bytes (reach: 1.1 MB for 100,000)")
            print(f"built whole      {_median(lambda: pack.build(device), 7):8.1f} ms (reach: 1,000 ms)")
            since = clock.real_now() - timedelta(minutes=1)
            print(
                f"delta of {CHANGED:4}    {_median(lambda: pack.build(device, since), 30):8.1f} ms (reach: 50 ms)"
            )


def _median(act: Callable[[], object], times: int) -> float:
    walls = []
    for _round in range(times):
        db.session.remove()
        began = time.perf_counter()
        act()
        walls.append(time.perf_counter() - began)
    return statistics.median(walls) * 1000


def _fill(badges: int) -> Device:
    """Delegates with badges and what they open; the last CHANGED of them changed just now."""
    expo = a.an_expo()
    conferences = [a.a_conference(expo) for _number in range(CONFERENCES)]
    kinds = [a.a_ticket_type(conference) for conference in conferences]
    zones = [doors.a_zone(expo) for _zone in range(3)]
    device, _token = doors.a_device(*(doors.a_gate(zone) for zone in zones))
    now, numbers = clock.now(), range(1, badges + 1)
    with transaction():
        db.session.execute(
            sa.insert(Person),
            [
                {"id": n, "expo_id": expo.id, "name": f"P {n}", "folded_name": f"p {n}", "language": "en",
                 "organisation": "", "city": "", "country": "", "created_at": now}
                for n in numbers
            ],
        )  # fmt: skip
        db.session.execute(
            sa.insert(Registration),
            [
                {"id": n, "expo_id": expo.id, "conference_id": conferences[n % CONFERENCES].id,
                 "ticket_type_id": kinds[n % CONFERENCES].id, "person_id": n, "code": f"R{n}",
                 "state": RegistrationState.CONFIRMED, "state_since": now, "submitted_at": now,
                 "holds_place": True, "reason": ""}
                for n in numbers
            ],
        )  # fmt: skip
        db.session.execute(
            sa.insert(Badge),
            [
                {"id": n, "expo_id": expo.id, "person_id": n, "random": os.urandom(8), "size": 1,
                 "spoken_digest": os.urandom(32), "state": BadgeState.ACTIVE, "issued_at": now, "reason": ""}
                for n in numbers
            ],
        )  # fmt: skip
        db.session.execute(
            sa.insert(Entitlement),
            [
                {"expo_id": expo.id, "person_id": n, "registration_id": n, "zone_id": zone.id,
                 "opens_at": now - timedelta(hours=n % CONFERENCES), "closes_at": now + timedelta(days=1)}
                for n in numbers
                for zone in zones[: 1 + n % 3]
            ],
        )  # fmt: skip
        earlier, just_now = clock.real_now() - timedelta(days=1), clock.real_now()
        db.session.execute(
            sa.insert(BadgeChange),
            [
                {
                    "badge_id": n,
                    "expo_id": expo.id,
                    "changed_at": just_now if n > badges - CHANGED else earlier,
                }
                for n in numbers
            ],
        )
    with transaction():
        db.session.execute(sa.text("ANALYZE"))  # as the database does by itself in the night
    return db.session.get_one(Device, device.id)


if __name__ == "__main__":
    main()

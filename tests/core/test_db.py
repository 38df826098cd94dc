from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from expo.accounts.models import Person
from expo.core import audit, checks, news, stamps
from expo.core.db import BUSY_AT_FIRST, MomentType, OpenChanges, db, is_sqlite, note, transaction
from expo.core.refusals import Refusal
from expo.core.stamps import Stamp
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def test_a_refusal_inside_undoes_everything_outside_too():
    def outer():
        with transaction():
            stamps.raise_stamp("outer")
            with transaction():
                stamps.raise_stamp("inner")
                raise Refusal("no")

    with pytest.raises(Refusal):
        outer()

    assert (stamps.read("outer")[0], stamps.read("inner")[0]) == (0, 0)


def test_a_write_begins_after_the_read_has_ended():
    stamps.read("anything")

    with transaction():
        assert stamps.raise_stamp("anything") == 1


def test_what_is_noted_by_the_way_waits_for_nobody_and_is_left_out_meanwhile():
    person = a.a_person(a.an_expo())
    rename = sa.update(Person).where(Person.id == person.id).values(city="Lund")
    city = sa.select(Person.city).where(Person.id == person.id)

    with db.engine.connect().execution_options(write=True) as another:
        another.execute(sa.update(Person).where(Person.id == person.id).values(name="Held"))
        asked = time.monotonic()
        note(rename)
        assert time.monotonic() - asked < BUSY_AT_FIRST / 1000  # the least that any other writer waits
        db.session.rollback()
        assert db.session.scalar(city) == person.city != "Lund"
        another.rollback()

    note(rename)
    db.session.rollback()
    assert db.session.scalar(city) == "Lund"


def test_what_was_changed_outside_a_transaction_is_an_error_and_not_lost_in_silence():
    expo = a.an_expo()
    expo.name = "Another name"

    with pytest.raises(OpenChanges), transaction():
        pass
    db.session.rollback()


def test_sqlite_writes_survive_a_power_cut():
    if not is_sqlite():
        assert db.session.scalar(sa.text("SHOW fsync")) in ("on", "off")  # the server's own setting
        return
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_moment_without_a_zone_is_refused_and_with_one_means_the_same_everywhere():
    kept = MomentType()
    with pytest.raises(ValueError, match="no time zone"):
        kept.process_bind_param(datetime(2022, 5, 31, 9), db.engine.dialect)  # noqa: DTZ001

    elsewhere = datetime(2022, 5, 31, 11, tzinfo=timezone(timedelta(hours=2)))
    with transaction():
        db.session.add(Stamp(scope="moment", number=1, changed_at=elsewhere))
    db.session.expire_all()

    assert stamps.read("moment")[1] == datetime(2022, 5, 31, 9, tzinfo=UTC)


def test_nothing_is_recorded_or_told_outside_a_transaction():
    with pytest.raises(RuntimeError):
        audit.record("did", "thing", 1)
    with pytest.raises(RuntimeError):
        news.tell(object())


@pytest.mark.feature("O7")
def test_every_change_says_who_did_it():
    with audit.acting("account:7"), transaction():
        audit.record("did", "thing", 1, why="because")

    entry = audit.history("thing", 1)[0]
    assert (entry.actor, entry.why) == ("account:7", "because")


def test_a_row_that_points_into_another_expo_is_found():
    here, there = a.a_conference(), a.a_conference()
    with db.engine.begin() as connection:  # past every rule of ours
        connection.execute(
            sa.text("UPDATE conferences SET parent_id = :parent WHERE id = :id"),
            {"parent": there.id, "id": here.id},
        )
    db.session.rollback()  # look afresh

    found = [text for promise, text in checks.broken() if promise.rule == "9"]

    assert any("conferences" in text and "parent_id" in text for text in found)


def test_a_fault_of_the_database_says_nobodys_address():
    with pytest.raises(sa.exc.IntegrityError) as fault, transaction():
        db.session.add(Person(expo_id=0, name="Grace Lind", folded_name="", email="grace@example.org"))
        db.session.flush()

    assert "grace@example.org" not in str(fault.value)

"""A backup taken while people register is whole, comes back elsewhere, and brings no erased person with it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from expo import config
from expo.app import create_app
from expo.cli import backup as cli
from expo.core import audit, checks, clock, jobs, retention
from expo.core.audit import AuditEntry
from expo.core.db import db, transaction
from expo.registration.models import Registration
from tests import factories as a
from tests.conftest import SETTINGS
from tests.databases import Kind, fresh_database

pytestmark = pytest.mark.feature("O7")


@pytest.fixture
def here(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The installation that is backed up, with a folder of its own."""
    before = app.config["EXPO"]
    app.config["EXPO"] = replace(before, var=str(tmp_path / "here"))
    yield app
    app.config["EXPO"] = before


@contextmanager
def elsewhere(kind: Kind, worker_id: str, folder: Path) -> Iterator[Flask]:
    """Another machine, with nothing on it."""
    with fresh_database(kind, f"{worker_id}r", folder) as url:
        there = create_app(config.load({}, database_url=url, var=str(folder / "there"), **SETTINGS))
        with there.app_context():
            yield there
            db.session.remove()
            db.engine.dispose()


def run(command: Any, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_a_backup_under_load_comes_back_elsewhere_whole(
    here: Flask, database_kind: Kind, worker_id: str, tmp_path: Path
):
    """Seen red with a copy of the file instead of a backup (SQLite)."""
    conference = a.a_conference()
    for _number in range(5):
        a.a_registration(a.a_person(conference.expo), conference)
    conference_id = conference.id
    pictures = Path(here.config["EXPO"].var) / "uploads" / "speakers"
    pictures.mkdir(parents=True)
    (pictures / "åsa.webp").write_bytes(b"a picture")
    file, stop = tmp_path / "backup.tar", Event()
    load = Thread(target=register_until, args=(here, conference_id, stop))
    load.start()
    try:
        done = run(cli.backup, str(file))
    finally:
        stop.set()
        load.join(60)
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o077 == 0
    db.session.rollback()
    now = count()

    with elsewhere(database_kind, worker_id, tmp_path) as there:
        back = run(cli.restore, str(file))
        assert back.exit_code == 0, back.output
        assert 5 <= count() <= now
        assert [found for _promise, found in checks.broken()] == []
        picture = Path(there.config["EXPO"].var) / "uploads" / "speakers" / "åsa.webp"
        assert picture.read_bytes() == b"a picture"
        assert "restored" in db.session.scalars(sa.select(AuditEntry.action)).all()

        again = run(cli.restore, str(file))
        assert again.exit_code == 1
        assert "--replace" in again.output
        assert run(cli.restore, "--replace", str(file)).exit_code == 0


def register_until(app: Flask, conference_id: int, stop: Event) -> None:
    from expo.programme.models import Conference

    with app.app_context():
        conference = db.session.get_one(Conference, conference_id)
        while not stop.is_set():
            a.a_registration(a.a_person(conference.expo), conference)
        db.session.remove()


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0


def test_what_must_not_come_back_is_undone_before_anybody_sees_it(
    here: Flask, database_kind: Kind, worker_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    done: list[str] = []
    monkeypatch.setattr(jobs, "_periodic", dict(jobs._periodic))
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    jobs.every("erase_again", clock.timedelta(hours=1), after_restore=True)(lambda: done.append("erased"))
    kept = Path(here.config["EXPO"].var) / "erasures.jsonl"
    kept.parent.mkdir(parents=True)
    file = tmp_path / "backup.tar"
    run(cli.backup, str(file))

    with elsewhere(database_kind, worker_id, tmp_path) as there:
        beside = Path(there.config["EXPO"].var) / "erasures.jsonl"
        beside.parent.mkdir(parents=True)
        beside.write_text("")
        assert run(cli.restore, str(file)).exit_code == 0
        assert beside.read_text() == ""

    assert done == ["erased"]


def test_a_damaged_backup_is_refused_and_nothing_is_lost(
    here: Flask, database_kind: Kind, worker_id: str, tmp_path: Path
):
    file, other = tmp_path / "backup.tar", tmp_path / "other.tar"
    run(cli.backup, str(file))
    with tarfile.open(file) as whole, tarfile.open(other, "w") as tar:
        for member in whole.getmembers():
            content = whole.extractfile(member)
            assert content is not None
            if member.name.startswith("database"):
                data = bytearray(content.read())
                data[len(data) // 2] ^= 1
                (tmp_path / "bad").write_bytes(data)
                tar.add(tmp_path / "bad", member.name)
            else:
                tar.addfile(member, content)

    with elsewhere(database_kind, worker_id, tmp_path):
        refused = run(cli.restore, str(other))
        assert refused.exit_code == 1
        assert "not what it was" in refused.output
        assert run(cli.restore, str(file)).exit_code == 0
    (tmp_path / "noise").write_bytes(b"no backup")
    with elsewhere(database_kind, worker_id, tmp_path):
        assert "no backup" in run(cli.restore, str(tmp_path / "noise")).output


def test_what_is_too_old_goes_and_is_counted(app: Flask):
    with transaction():
        audit.record("x", "person", 1, personal={"name": "Ada"})
        audit.record("y", "person", 2, personal={"name": "Grace"})
        db.session.flush()
        db.session.execute(
            sa.update(AuditEntry)
            .where(AuditEntry.action == "x")
            .values(at=clock.now() - clock.timedelta(days=800))
        )

    looked = run(cli.retain, "--dry-run")
    assert "1  audit" in looked.output
    assert len(named()) == 2

    run(cli.retain)
    assert named() == [{"name": "Grace"}]
    assert retention.retain()["audit"] == 0


def named() -> list[Any]:
    return [one for one in db.session.scalars(sa.select(AuditEntry.personal)) if one]

"""`expo backup`, `expo restore`, `expo retain`: a copy to fall back on, the way back, and letting go of what is old.

A backup is one tar file: the database as it was at one moment (SQLite's online backup, or pg_dump's custom format),
the uploads, and a list of what is in it with a checksum each. It is taken while the expo runs. A restore never
touches the list of erasures beside the database, and erases again whom it names.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import make_url

from expo import config
from expo.core import audit, checks, clock, jobs, readiness, retention
from expo.core.db import db, is_sqlite

from .database import bring_up_to_date

FORMAT = 1
LIST, UPLOADS = "manifest.json", "uploads"
SQLITE, DUMP = "database.sqlite3", "database.dump"


class Damaged(click.ClickException):
    """The file is no backup, or not what it was."""


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path | None) -> None:
    """Write a backup of database and uploads to FILE, while the expo runs. Without FILE: into EXPO_VAR/backups."""
    target = file or _folder() / "backups" / f"expo-{clock.real_now():%Y%m%d-%H%M%S}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    size = write(target)
    click.echo(f"{target}: {size / 1e6:.1f} MB")


def write(target: Path) -> int:
    """Make the backup. It has its name only once it is whole and on the disk. Returns its size in bytes."""
    here, _newest = readiness.revisions()
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        name = SQLITE if is_sqlite() else DUMP
        copy = Path(folder) / name
        # The database first: what it names lies in the uploads already.
        _copy_sqlite(copy) if is_sqlite() else _dump(copy)
        files = [(name, copy), *_uploads()]
        listed = {
            "format": FORMAT,
            "taken_at": clock.real_now().isoformat(),
            "migration": here,
            "database": "sqlite" if is_sqlite() else "postgresql",
            "files": {
                inside: {"bytes": path.stat().st_size, "sha256": _digest(path)} for inside, path in files
            },
        }
        with part.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            _add_text(tar, LIST, json.dumps(listed, indent=1))
            for inside, path in files:
                tar.add(path, inside, recursive=False)
    with part.open("rb") as whole:
        os.fsync(whole.fileno())
    part.chmod(0o600)  # everybody's data, and what opens things
    part.replace(target)
    return target.stat().st_size


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also over a database that has something in it; it is lost.")
def restore(file: Path, replace: bool) -> None:
    """Bring a backup back into this installation's database and uploads. Stop the expo first."""
    listed = read_list(file)
    wanted = "sqlite" if is_sqlite() else "postgresql"
    if listed["database"] != wanted:
        raise click.ClickException(
            f"This backup is of {listed['database']}, and EXPO_DATABASE_URL names {wanted}."
        )
    if not replace and not _is_empty():
        raise click.ClickException("There is a database already. Add --replace to lose it.")
    with tempfile.TemporaryDirectory(dir=_make(_folder()), prefix=".restore-") as folder:
        _unpack(file, listed, Path(folder))
        db.session.remove()
        db.engine.dispose()
        if is_sqlite():
            _put_sqlite(Path(folder) / SQLITE)
        else:
            _load(Path(folder) / DUMP)
        _put_uploads(Path(folder) / UPLOADS)
    bring_up_to_date()
    again = jobs.run_after_restore()
    if again:
        click.echo(f"Done after it: {', '.join(again)}.")
    audit_restored(listed)
    broken = list(checks.broken())
    db.session.rollback()
    for promise, found in broken:
        click.echo(f"rule {promise.rule}, {promise.sentence}: {found}")
    click.echo(f"Restored what was taken at {listed['taken_at']}.")
    if broken:
        sys.exit(1)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go, let nothing go.")
def retain(dry_run: bool) -> None:
    """Let go of personal data that has been kept for its time. The worker does this each night."""
    found = retention.retain(dry_run=dry_run)
    for one in retention.rules():
        click.echo(f"{found.get(one.name, 0):>8}  {one.name}: {one.what}, after {one.after.days} days")


def audit_restored(listed: dict[str, Any]) -> None:
    """That it happened stands in the restored database itself."""
    from expo.core.db import transaction

    with transaction():
        audit.record("restored", "backup", listed["taken_at"])


def read_list(file: Path) -> dict[str, Any]:
    """What the backup says of itself. Raises Damaged."""
    try:
        with tarfile.open(file) as tar:
            member = tar.extractfile(LIST)
            assert member is not None
            listed: dict[str, Any] = json.load(member)
            assert listed["format"] == FORMAT
    except (OSError, tarfile.TarError, KeyError, ValueError, AssertionError) as wrong:
        raise Damaged(f"{file} is no backup of this version, or it is damaged.") from wrong
    return listed


def _unpack(file: Path, listed: dict[str, Any], folder: Path) -> None:
    """Take out what the list names, and nothing else. Raises Damaged where a byte is another."""
    with tarfile.open(file) as tar:
        for inside, said in listed["files"].items():
            target = (folder / inside).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise Damaged(f"{inside} would lie outside of its folder.")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                member = tar.extractfile(inside)
            except (KeyError, tarfile.TarError) as missing:
                raise Damaged(f"{inside} is missing in the backup.") from missing
            if member is None:
                raise Damaged(f"{inside} is no file.")
            with target.open("wb") as out:
                shutil.copyfileobj(member, out)
            if _digest(target) != said["sha256"]:
                raise Damaged(f"{inside} is not what it was when the backup was taken.")


def _copy_sqlite(copy: Path) -> None:
    """All pages in one read transaction: writers go on meanwhile, none of their work is half in it."""
    with closing(sqlite3.connect(_sqlite_file())) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=-1)
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise click.ClickException("The copy of the database is damaged: look at the disk.")


def _put_sqlite(copy: Path) -> None:
    target = _sqlite_file()
    for part in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + part).unlink(missing_ok=True)
    with copy.open("rb") as whole:
        os.fsync(whole.fileno())
    shutil.move(copy, target)


def _dump(copy: Path) -> None:
    _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")


def _load(dump: Path) -> None:
    # All or nothing; extensions and the like belong to whoever made the database.
    with db.engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        connection.commit()
    db.engine.dispose()
    _postgres(
        "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
        "--clean", "--if-exists", f"--dbname={_postgres_name()}", str(dump), named=True,
    )  # fmt: skip


def _postgres(program: str, *arguments: str, named: bool = False) -> None:
    """One of PostgreSQL's own programs, told of the database by the environment: passwords stand in no list of
    processes."""
    found = shutil.which(program)
    if found is None:
        raise click.ClickException(f"{program} is not installed. Debian has it as postgresql-client.")
    url = make_url(_settings().sqlalchemy_url)
    around = {
        **os.environ,
        **{
            name: str(value)
            for name, value in {
                "PGHOST": url.host or url.query.get("host"), "PGPORT": url.port or url.query.get("port"),
                "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database,
                "PGSSLMODE": url.query.get("sslmode"),
            }.items()
            if value
        },
    }  # fmt: skip
    done = subprocess.run([found, *arguments], env=around, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program} failed: {done.stderr.strip()[-2000:]}")


def _postgres_name() -> str:
    return str(make_url(_settings().sqlalchemy_url).database)


def _uploads() -> Iterator[tuple[str, Path]]:
    """Files that people gave, by their name inside the backup."""
    folder = _folder() / UPLOADS
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{UPLOADS}/{path.relative_to(folder).as_posix()}", path


def _put_uploads(folder: Path) -> None:
    """Those of the backup, instead of those that are there."""
    here = _folder() / UPLOADS
    if here.exists():
        shutil.rmtree(here)
    if folder.is_dir():
        shutil.move(folder, here)


def _is_empty() -> bool:
    if is_sqlite() and not _sqlite_file().exists():
        return True
    from sqlalchemy import inspect

    return not inspect(db.engine).get_table_names()


def _settings() -> config.Settings:
    settings: config.Settings = current_app.config["EXPO"]
    return settings


def _folder() -> Path:
    return Path(_settings().var)


def _make(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sqlite_file() -> Path:
    return Path(_settings().sqlalchemy_url.removeprefix("sqlite:///"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))

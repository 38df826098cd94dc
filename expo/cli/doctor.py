"""`expo doctor`: looks at the set-up and says how to mend what is wrong."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa

from expo import config
from expo.app import create_app
from expo.core import clock, readiness
from expo.core.db import DatabaseBusy, db, is_sqlite
from expo.core.refusals import Refusal
from expo.payment import gateway

SAFE_SQLITE = (3, 51, 3)
MOST_DRIFT = 2.0  # seconds between this machine's clock and the database's


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do; a note is worth knowing but stops nobody."""

    what: str
    mend: str = ""
    is_note: bool = False

    @property
    def mark(self) -> str:
        return "ok  " if not self.mend else "note" if self.is_note else "FAIL"


@click.command()
def doctor() -> None:
    """Check the set-up and say how to mend it. Exits with 1 when something is wrong."""
    from .inside import settings_or_demo

    try:
        settings = settings_or_demo()
    except config.SettingsError as wrong:
        findings = [Finding(line, "set it in the environment or in .env") for line in str(wrong).splitlines()]
    else:
        with create_app(settings).app_context():
            findings = list(examine(settings))
            db.engine.dispose()
    for finding in findings:
        click.echo(f"{finding.mark} {finding.what}")
        if finding.mend:
            click.echo(f"     → {finding.mend}")
    if any(finding.mark == "FAIL" for finding in findings):
        sys.exit(1)


def examine(settings: config.Settings) -> Iterator[Finding]:
    """Everything there is to look at, one after the other."""
    yield Finding(f"settings can be read, mode {settings.mode}")
    yield from _database()
    if is_sqlite():
        yield from _sqlite()
    yield from _mail(settings)
    yield from _payments(settings)
    yield from _clock(settings)
    yield from _folders(settings)
    yield from _address(settings)


def _database() -> Iterator[Finding]:
    kind = "SQLite" if is_sqlite() else "PostgreSQL"
    try:
        here, newest = readiness.revisions()
    except DatabaseBusy as away:
        yield Finding(f"{kind} does not answer ({away.orig})", "start it, or mend EXPO_DATABASE_URL")
        return
    yield Finding(f"{kind} answers")
    if here == newest:
        yield Finding(f"the database has the shape of this version ({here})")
    else:
        yield Finding(
            f"the database is at migration {here}, this version expects {newest}", "run: expo migrate"
        )


def _sqlite() -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    if tuple(int(part) for part in version.split(".")) < SAFE_SQLITE:
        yield Finding(
            f"SQLite {version}",
            "before 3.51.3 a write-ahead log that several processes reset at the same moment can, very rarely, "
            "lose a page: keep backups, or take a newer SQLite or PostgreSQL",
            is_note=True,
        )
    else:
        yield Finding(f"SQLite {version}")
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
    try:
        with db.engine.connect() as connection:
            found = {name: str(connection.scalar(sa.text(f"PRAGMA {name}"))) for name in wanted}
    except DatabaseBusy:
        return
    if found == wanted:
        yield Finding("SQLite keeps what it acknowledges (write-ahead log, full synchronisation)")
    else:
        said = ", ".join(f"{name}={value}" for name, value in found.items())
        yield Finding(
            f"SQLite is not durable here ({said})",
            "keep the file on a local disk that supports a write-ahead log",
        )


def _mail(settings: config.Settings) -> Iterator[Finding]:
    url = settings.mail_url
    if url.startswith("none:"):
        if settings.demo:
            yield Finding("letters are shown at /demo/letters and go nowhere")
        else:
            yield Finding("letters go nowhere (EXPO_MAIL_URL is none:)", "name a mail server: smtp://…")
    elif url.startswith(("smtp://", "smtps://")):
        yield Finding(f"letters leave from {settings.mail_from}")
    else:
        yield Finding("EXPO_MAIL_URL names no mail server", "write smtp://USER:PASSWORD@HOST:PORT")


def _payments(settings: config.Settings) -> Iterator[Finding]:
    if not settings.takes_payments:
        yield Finding(
            "nobody pays online (EXPO_STRIPE_KEY is empty)", "set it if tickets cost something", is_note=True
        )
        return
    if not settings.stripe_webhook_secrets.split():
        yield Finding(
            "EXPO_STRIPE_WEBHOOK_SECRETS is empty, so what the payment provider tells is refused",
            f"make a webhook to {settings.base_url.rstrip('/')}/webhooks/stripe and set its signing secret",
        )
    elif not settings.demo and not all(
        one.startswith("whsec_") for one in settings.stripe_webhook_secrets.split()
    ):
        yield Finding("EXPO_STRIPE_WEBHOOK_SECRETS holds what is no signing secret", "they begin with whsec_")
    if not settings.demo and settings.stripe_api != "https://api.stripe.com":
        yield Finding(f"payments go to {settings.stripe_api}", "leave EXPO_STRIPE_API empty in production")
    try:
        gateway.reach()
    except Refusal as no:
        yield Finding(
            f"the payment provider: {no.message}", "check EXPO_STRIPE_KEY, and that this machine reaches it"
        )
    else:
        live = "real money" if gateway.is_live() else "test money only"
        yield Finding(f"the payment provider takes our key ({live})")


def _clock(settings: config.Settings) -> Iterator[Finding]:
    try:
        clock.refresh(force=True)
        offset = (clock.now() - clock.real_now()).total_seconds()
        if abs(offset) > 1:
            yield Finding(f"the demo's clock says {clock.now():%Y-%m-%d %H:%M} UTC")
        if is_sqlite():
            return
        with db.engine.connect() as connection:
            theirs: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        drift = (theirs - clock.real_now()).total_seconds()
    except sa.exc.DBAPIError:
        return
    if abs(drift) > MOST_DRIFT:
        yield Finding(
            f"this machine's clock is {drift:+.1f} s off the database's", "run a time service (NTP)"
        )
    else:
        yield Finding("this machine's clock agrees with the database's")


def _folders(settings: config.Settings) -> Iterator[Finding]:
    folders = {Path(settings.var)}
    if settings.sqlalchemy_url.startswith("sqlite:///"):
        folders.add(Path(settings.sqlalchemy_url.removeprefix("sqlite:///")).parent)
    for folder in sorted({each.absolute() for each in folders}):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(folder, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if writable:
            yield Finding(f"{folder} can be written")
        else:
            yield Finding(f"{folder} cannot be written", "give it to the account that runs Expo")


def _address(settings: config.Settings) -> Iterator[Finding]:
    if settings.demo or settings.secure:
        yield Finding(f"people reach the expo at {settings.base_url}")
    else:
        yield Finding(
            f"people reach the expo at {settings.base_url}, without encryption",
            "put a TLS proxy in front and set EXPO_BASE_URL to https://…",
            is_note=True,
        )

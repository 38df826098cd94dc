"""`expo demo`: the H22 expo with demo people, opened with nothing set."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click
import dotenv

from expo import config
from expo.app import create_app
from expo.core import clock
from expo.core.db import DatabaseBusy, db
from expo.core.refusals import Refusal
from expo.demo import logins, setup

from . import logs, serve, supervisor
from .database import bring_up_to_date


@click.command()
@click.option("--host", help="Address to listen on; else EXPO_HOST, else this machine only.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; else EXPO_PORT, else 8000.")
def demo(host: str | None, port: int | None) -> None:
    """Open the H22 expo with demo people. Needs no settings; DATABASE_URL may name a PostgreSQL."""
    settings = config.load(mode="demo", **serve.given(host, port))
    if "EXPO_LOG_LEVEL" not in os.environ:
        settings = replace(settings, log_level="WARNING")
    logs.configure(settings)
    serve.check_port(settings)
    began = time.monotonic()
    with create_app(settings).app_context():
        try:
            setup.refuse_others()
            bring_up_to_date()
            clock.set_now(setup.START)
            made = setup.set_up(click.echo)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from refusal
        except DatabaseBusy as busy:
            raise click.ClickException(f"The database does not answer ({busy.orig}).") from busy
        db.engine.dispose()
    if made:
        click.echo(f"Ready after {time.monotonic() - began:.0f} s.")
    leave_behind(settings)
    click.echo(welcome(settings))
    sys.exit(serve.run(settings, _beside(settings)))


def _beside(settings: config.Settings) -> list[supervisor.Child]:
    """The stand-in for the payment provider, unless a real one (in its test mode) was named."""
    address = urlsplit(settings.stripe_api)
    if not address.port:
        return []
    serve.check_port(replace(settings, port=address.port))
    return [supervisor.Child("payments", [sys.executable, "-m", "expo", "standin"])]


def leave_behind(settings: config.Settings) -> None:
    """Note the demo's settings, so that other commands in this folder speak to it."""
    file = Path(config.DEMO_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    for name, value in (
        ("EXPO_MODE", "demo"),
        ("EXPO_HOST", settings.host),
        ("EXPO_PORT", str(settings.port)),
        ("DATABASE_URL", settings.database_url),
    ):
        dotenv.set_key(file, name, value)


def welcome(settings: config.Settings) -> str:
    """Where it is, and as whom to sign in."""
    lines = [
        "",
        f"  Expo demo:  {settings.base_url}/{setup.SLUG}/",
        f"  Clock, letters, accounts:  {settings.base_url}/demo",
        "",
        f"  Sign in at {settings.base_url}/login with the password {logins.PASSWORD}:",
        *(f"    {login.role!s:<10} {login.email:<24} {login.does}" for login in logins.LOGINS),
        "",
        f"  It is {setup.START:%d %B %Y, %H:%M} in Helsingborg. Stop with Ctrl-C.",
        "",
    ]
    return "\n".join(lines)

"""`expo serve`: the web and the worker, side by side. `expo web` is the web alone, for machines that only serve."""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from expo import config
from expo.app import create_app
from expo.core import readiness
from expo.core.db import DatabaseBusy, db

from . import logs, supervisor

log = logging.getLogger(__name__)

STOP_WEB_WITHIN = 5  # seconds for requests that are being answered

_host = click.option("--host", help="Address to listen on; else EXPO_HOST.")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; else EXPO_PORT.")


@click.command()
@_host
@_port
def serve(host: str | None, port: int | None) -> None:
    """Serve the expo: web and worker, restarted when they die, stopped by SIGTERM or Ctrl-C."""
    settings = config.load(**given(host, port))
    logs.configure(settings)
    check_database(settings)
    click.echo(f"Serving {settings.base_url} on {settings.host}, port {settings.port}. Stop with Ctrl-C.")
    sys.exit(run(settings))


@click.command()
@_host
@_port
def web(host: str | None, port: int | None) -> None:
    """Serve the web alone. Somewhere one `expo worker` has to run beside it."""
    settings = config.load(**given(host, port))
    logs.configure(settings)
    if os.environ.get(supervisor.SUPERVISED):
        supervisor.end_with_parent()
    os.environ.update(environment(settings))
    with counting_together():
        serve_web(settings)


def serve_web(settings: config.Settings) -> None:
    """Until somebody asks to stop."""
    Granian(
        "expo.app:create_web_worker",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WEB_WITHIN,
        log_level=LogLevels.warning,
        log_dictconfig=logs.configuration(settings),
    ).serve()


@contextmanager
def counting_together() -> Iterator[None]:
    """A folder in which the web processes keep what they count, so that /metrics tells the sum whichever is asked."""
    with tempfile.TemporaryDirectory(prefix="expo-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        yield


def run(settings: config.Settings, beside: Sequence[supervisor.Child] = ()) -> int:
    """Keep web and worker running, and what stands beside them, until somebody asks to stop. Returns the exit code."""
    check_port(settings)
    program = [sys.executable, "-m", "expo"]
    children = [
        supervisor.Child("web", [*program, "web"]),
        supervisor.Child("worker", [*program, "worker"]),
        *beside,
    ]
    around = {**os.environ, **environment(settings), supervisor.SUPERVISED: "1"}
    return supervisor.keep_running(children, stop=supervisor.stop_on_signals(), environment=around)


def environment(settings: config.Settings) -> dict[str, str]:
    """What a child must be told so that it has the same settings, options of the command line included."""
    return {
        "EXPO_MODE": settings.mode,
        "EXPO_HOST": settings.host,
        "EXPO_PORT": str(settings.port),
        "EXPO_DATABASE_URL": settings.database_url,
    }


def check_database(settings: config.Settings) -> None:
    """Refuse to serve on a database of another shape. One that is away just now may come back."""
    with create_app(settings).app_context():
        try:
            here, newest = readiness.revisions()
        except DatabaseBusy:
            log.warning("the database does not answer yet")
            return
        finally:
            db.engine.dispose()
    if here != newest:
        raise click.ClickException(
            f"The database is at migration {here}, this version expects {newest}. Run:  expo migrate"
        )


def check_port(settings: config.Settings) -> None:
    """Refuse a port that somebody listens on: the kernel would share it out between the two."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            raise click.ClickException(
                f"Port {settings.port} of {settings.host} cannot be used ({taken.strerror}). "
                "Choose another:  --port, or EXPO_PORT"
            ) from taken


def given(host: str | None, port: int | None) -> dict[str, Any]:
    return {name: value for name, value in (("host", host), ("port", port)) if value is not None}

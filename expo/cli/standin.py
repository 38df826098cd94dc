"""`expo standin`: the stand-in for the payment provider, which `expo demo` keeps running beside the web."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from expo import config
from expo.standin.server import Standin, posting_to

from . import supervisor


@click.command(hidden=True)
def standin() -> None:
    """Stand in for the payment provider. Demo mode only: no money moves."""
    settings = config.load()
    if not settings.demo:
        raise click.ClickException("The stand-in runs beside a demo only.")
    if os.environ.get(supervisor.SUPERVISED):
        supervisor.end_with_parent()
    address = urlsplit(settings.stripe_api)
    server = Standin(
        (settings.host, address.port or 80),
        key=settings.stripe_key,
        secret=settings.stripe_webhook_secrets.split()[0],
        deliver=posting_to(f"{settings.base_url.rstrip('/')}/webhooks/stripe"),
        host=address.hostname or "",
        file=Path(settings.var) / f"standin-{address.port}.json",
    )
    stop = supervisor.stop_on_signals()
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()

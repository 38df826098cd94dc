"""`expo migrate` and `expo verify`: the database's shape, and what must be true in it."""

from __future__ import annotations

import sys

import click
from alembic import command

from expo.core import checks, readiness
from expo.core.db import db


@click.command()
def migrate() -> None:
    """Bring the database to the shape this version expects. Doing it twice is doing it once."""
    command.upgrade(readiness.migrations(), "head")
    here, _newest = readiness.revisions()
    click.echo(f"The database is at migration {here}.")


@click.command()
def verify() -> None:
    """Check every promise over all data, and print what is broken. Changes nothing."""
    broken = 0
    for promise, found in checks.broken():
        broken += 1
        click.echo(f"rule {promise.rule}, {promise.sentence}: {found}")
    db.session.rollback()
    promises = len(checks.promises())
    if broken:
        click.echo(f"{broken} broken, of {promises} promises checked.", err=True)
        sys.exit(1)
    click.echo(f"All {promises} promises hold.")

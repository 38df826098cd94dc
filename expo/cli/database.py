"""`expo migrate`, `expo verify`, `expo search`: the database's shape, what must be true in it, what is derived."""

from __future__ import annotations

import sys

import click
from alembic import command

from expo.core import checks, readiness
from expo.core.db import db
from expo.publishing import search_index


@click.command()
def migrate() -> None:
    """Bring the database to the shape this version expects. Doing it twice is doing it once."""
    bring_up_to_date()
    here, _newest = readiness.revisions()
    click.echo(f"The database is at migration {here}.")


def bring_up_to_date() -> None:
    """Migrate, and fill what a migration makes empty."""
    command.upgrade(readiness.migrations(), "head")
    search_index.bring_up_to_date()


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


@click.group()
def search() -> None:
    """The index that searches look into."""


@search.command()
def rebuild() -> None:
    """Write the search index anew, from what is released. The site may go on meanwhile."""
    click.echo(f"The search index has {search_index.rebuild()} entries.")

"""`expo export`: what leaves the platform."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app

from expo.archive import copying
from expo.expos import queries as expos
from expo.expos.models import Expo

SHOWN = 10  # addresses that did not answer


@click.group()
def export() -> None:
    """What leaves the platform."""


@export.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--expo", "slug", help="Which expo; may be left out where there is one only.")
def site(folder: Path, slug: str | None) -> None:
    """All public pages and calendars as files that open from a disk, for when the expo is over."""
    began = time.monotonic()
    expo = _expo(slug)
    languages = tuple(expo.languages.split())
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    made = copying.write(app, expo, folder, languages=languages, say=click.echo)
    for address in made.missing[:SHOWN]:
        click.echo(f"Did not answer: {address}", err=True)
    if len(made.missing) > SHOWN:
        click.echo(f"… and {len(made.missing) - SHOWN} more.", err=True)
    click.echo(
        f"{folder}: {made.pages} pages, {made.feeds} calendars, {made.size / 1e6:.1f} MB, "
        f"{time.monotonic() - began:.0f} s. Open {folder / 'index.html'}"
    )


def _expo(slug: str | None) -> Expo:
    every = expos.every()
    if slug is None and len(every) == 1:
        return every[0]
    found = next((expo for expo in every if expo.slug == slug), None)
    if found is None:
        known = ", ".join(expo.slug for expo in every) or "none yet"
        raise click.ClickException(f"Say which expo with --expo. There are: {known}")
    return found

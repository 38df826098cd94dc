"""`expo export`: what leaves the platform."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app

from expo.archive import copying
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.programme import queries
from expo.transfer import outward
from expo.transfer.drafts import drafted
from expo.transfer.outward import Leaving

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


@export.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--expo", "slug", help="Which expo; may be left out where there is one only.")
@click.option("--conference", help="One conference alone, by its address.")
@click.option(
    "--form", type=click.Choice(list(Leaving)), help="The form; told from the name of the file if left out."
)
def drafts(file: Path, slug: str | None, conference: str | None, form: str | None) -> None:
    """All drafts as a file: .xlsx, .csv, .frab.xml, .frab.json, .pretalx.json or .ics. It can be imported again."""
    expo = _expo(slug)
    leaving = (
        next((one for one in Leaving if file.name.endswith(f".{one.value}")), None)
        if form is None
        else Leaving(form)
    )
    if leaving is None:
        raise click.ClickException(f"Say in which form with --form: {', '.join(Leaving)}")
    found = [one for one in queries.conferences(expo.id) if conference in (None, one.slug)]
    if not found:
        raise click.ClickException(f"There is no conference {conference} in {expo.slug}.")
    title, name = (found[0].title, found[0].slug) if conference else (expo.name, expo.slug)
    rows = drafted(found)
    file.write_bytes(outward.made(expo, title, name, rows, leaving))
    click.echo(f"{file}: {len(rows)} times")


def _expo(slug: str | None) -> Expo:
    every = expos.every()
    if slug is None and len(every) == 1:
        return every[0]
    found = next((expo for expo in every if expo.slug == slug), None)
    if found is None:
        known = ", ".join(expo.slug for expo in every) or "none yet"
        raise click.ClickException(f"Say which expo with --expo. There are: {known}")
    return found

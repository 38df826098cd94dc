"""`expo import`: programmes from other people's files."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from expo.core import clock
from expo.demo import synthetic as made_up
from expo.imports import actions
from expo.imports import organisations as organisation_file
from expo.imports.refusals import BrokenFiles


def _say_faults(broken: BrokenFiles) -> NoReturn:
    for fault in broken.faults:
        click.echo(str(fault))
    click.echo(broken.message, err=True)
    sys.exit(1)


@click.group("import")
def import_() -> None:
    """Programmes from files. All of it is imported, or nothing."""


@import_.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
def h22(folder: Path, dry_run: bool) -> None:
    """A folder in the form of the H22 data set, into the expo h22. Importing it again changes nothing.

    sessions.csv may have further columns: text_language (of title and abstract), title_sv and abstract_sv (and so
    for each language), machine_made (languages), interpretation (sv>en), content_notes and content_notes_sv, and materials: one per
    line, kind | title | link | text | language | ticket. conferences.csv may have text_language, title_sv,
    description_sv, venue_sv and machine_made. What has no column stays as it is.
    """
    began = time.monotonic()
    try:
        tally = actions.import_h22(folder, dry_run=dry_run)
    except BrokenFiles as broken:
        _say_faults(broken)
    for line in tally.lines():
        click.echo(line)
    if tally.left_alone:
        click.echo(
            f"{tally.left_alone} occurrences of the expo are not in these files, and stay as they are."
        )
    took = f"{time.monotonic() - began:.1f} s"
    if dry_run:
        click.echo(f"Looked only, nothing was changed ({took}).")
    elif tally.release:
        click.echo(f"Published as release {tally.release} ({took}).")
    else:
        click.echo(f"Nothing to publish ({took}).")


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
def organisations(file: Path, dry_run: bool) -> None:
    """Cities, states, bodies and groups of them, from one CSV file. Importing it again changes nothing."""
    try:
        tally = organisation_file.import_file(file, dry_run=dry_run)
    except BrokenFiles as broken:
        _say_faults(broken)
    for line in tally.lines():
        click.echo(line)
    if dry_run:
        click.echo("Looked only, nothing was changed.")


@import_.command()
@click.option("--slug", default="large", show_default=True, help="Where the expo will stand.")
@click.option("--occurrences", default=3000, show_default=True)
@click.option("--rooms", default=60, show_default=True)
@click.option("--days", default=35, show_default=True)
@click.option("--speakers", default=1500, show_default=True)
@click.option("--conferences", default=12, show_default=True)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same programme.")
@click.option("--starts-on", type=click.DateTime(["%Y-%m-%d"]), help="Its first day; today if left out.")
def synthetic(
    slug: str,
    occurrences: int,
    rooms: int,
    days: int,
    speakers: int,
    conferences: int,
    seed: int,
    starts_on: datetime | None,
) -> None:
    """A made-up expo of any size, for trying and measuring. It is published at once."""
    began = time.monotonic()
    size = made_up.Size(occurrences, rooms, days, speakers, conferences)
    first = (starts_on or clock.now()).date()
    expo = made_up.make(slug, size, starts_on=first, seed=seed, say=click.echo)
    click.echo(f"{expo.name} stands at /{expo.slug}/ ({time.monotonic() - began:.1f} s).")

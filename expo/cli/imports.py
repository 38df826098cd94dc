"""`expo import`: programmes from other people's files."""

from __future__ import annotations

import csv
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from expo.core import clock
from expo.demo import synthetic as made_up
from expo.exports.cells import harmless
from expo.expos import queries as expos
from expo.imports import actions
from expo.imports import organisations as organisation_file
from expo.imports.refusals import BrokenFiles
from expo.imports.sheets import Fault
from expo.programme import queries
from expo.programme.models import Conference
from expo.programme.teams import Rights
from expo.programme.words import Role
from expo.transfer import files as transfer
from expo.transfer.columns import FIELDS, Choices, Kind
from expo.transfer.models import Form, ProgrammeFile
from expo.transfer.planning import Outcome


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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--expo", "expo_slug", required=True, help="Into which expo.")
@click.option("--conference", required=True, help="Into which conference, by its address.")
@click.option("--source", default="", help="What it comes from: the same name again makes nothing twice.")
@click.option(
    "--kind", type=click.Choice(list(Kind)), help="What the rows of a sheet are; guessed if left out."
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=HEAD",
    help="What a column of a sheet is, e.g. title=Rubrik.",
)
@click.option(
    "--venue", default="", help="In which venue (its address) unknown rooms are made; else they are faults."
)
@click.option("--confirm", is_flag=True, help="New sessions are confirmed, not drafts.")
@click.option(
    "--skip-faults", is_flag=True, help="Import the lines without faults; else nothing is, if there is one."
)
@click.option(
    "--faults",
    "faults_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write line, column and reason of each fault there, as CSV.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
def programme(
    file: Path, expo_slug: str, conference: str, source: str, kind: str | None, columns: tuple[str, ...], venue: str,
    confirm: bool, skip_faults: bool, faults_file: Path | None, dry_run: bool,
) -> None:  # fmt: skip
    """A programme from another system: .xlsx, CSV, frab XML or JSON, pretalx JSON or iCal. Nothing is published."""
    into = _conference(expo_slug, conference)
    kept = transfer.keep(
        conference=into, account_id=None, source=source, name=file.name, content=file.read_bytes()
    )
    choices = _choices(kept, kind, columns, venue, confirm)
    transfer.choose(file=kept, choices=choices)
    looked, number = transfer.look(kept, choices, EVERYTHING), kept.id
    click.echo(", ".join(f"{looked.counts[outcome]} {outcome.value}" for outcome in Outcome))
    for line in looked.lines:
        for note in line.notes:
            click.echo(f"{file.name}, line {line.entry.line}: {note}")
    if faults_file is not None:
        _write_faults(faults_file, looked.faults)
    for fault in looked.faults:
        click.echo(str(fault))
    if dry_run or (looked.faults and not skip_faults):
        transfer.forget(file_id=number)
        click.echo("Looked only, nothing was changed." if dry_run else "Nothing was imported.")
        sys.exit(1 if looked.faults and not dry_run else 0)
    with click.progressbar(length=len(looked.writable), label="Importing") as bar:
        done = 0

        def say(now: int, _total: int) -> None:
            nonlocal done
            bar.update(now - done)
            done = now

        written = transfer.bring_in(number, choices, EVERYTHING, say)
    for fault in written.refused:
        click.echo(str(fault))
    click.echo(f"{done - len(written.refused)} lines are imported. Nothing is published yet.")


EVERYTHING = Rights(frozenset({Role.OWNER}))


def _conference(expo_slug: str, slug: str) -> Conference:
    expo = expos.by_slug(expo_slug)
    found = expo and queries.conference(expo.id, slug)
    if not found:
        raise click.ClickException(f"There is no conference {slug} in an expo {expo_slug}.")
    return found


def _choices(
    kept: ProgrammeFile, kind: str | None, columns: tuple[str, ...], venue: str, confirm: bool
) -> Choices:
    sheet = kept.form is Form.SHEET
    guess = transfer.guess(kept, Kind(kind) if kind else None) if sheet else Choices()
    named = dict(column.partition("=")[::2] for column in columns)
    unknown = set(named) - set(FIELDS[guess.kind])
    if unknown:
        raise click.ClickException(
            f"There is no field {min(unknown)}. There are: {', '.join(FIELDS[guess.kind])}"
        )
    return Choices(guess.kind, {**guess.columns, **named}, venue or guess.venue, guess.capacity, confirm)


def _write_faults(path: Path, faults: list[Fault]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["line", "column", "reason"])
        writer.writerows(
            [str(fault.line), harmless(fault.column), harmless(fault.reason)] for fault in faults
        )


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

"""`expo badges`: badges as a PDF for the printer, from the command line."""

from __future__ import annotations

import time
from pathlib import Path

import click

from expo.core import audit
from expo.core.refusals import Refusal
from expo.delegations import queries as delegations
from expo.expos import queries as expos
from expo.printing import actions, queries
from expo.printing.models import Paper
from expo.printing.queries import Batch
from expo.programme import queries as programme


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
@click.option("--conference", help="Its slug; without it, badges of all conferences.")
@click.option("--delegation", help="Its code.")
@click.option("--from", "first", default="", help="First letters of the first name.")
@click.option("--to", "last", default="", help="First letters of the last name.")
@click.option("--new", "only_new", is_flag=True, help="Only badges that were never printed.")
@click.option("--paper", type=click.Choice([*Paper]), help="Without it, that of the conference.")
@click.option("--language", default="en", show_default=True, help="Of the words on the badge.")
def badges(
    file: Path, slug: str, conference: str | None, delegation: str | None, first: str, last: str, only_new: bool,
    paper: str | None, language: str,
) -> None:  # fmt: skip
    """Write badges into FILE as a PDF, by name. They count as printed when the file is whole."""
    expo = expos.by_slug(slug)
    if expo is None:
        raise click.ClickException(f"There is no expo {slug}.")
    held = programme.conference(expo.id, conference) if conference else None
    if conference and held is None:
        raise click.ClickException(f"{slug} has no conference {conference}.")
    sent = delegations.delegation(expo.id, delegation) if delegation else None
    if delegation and sent is None:
        raise click.ClickException(f"{slug} has no delegation {delegation}.")
    batch = Batch(expo.id, held.id if held else None, sent.id if sent else None, first, last, only_new)
    on = Paper(paper) if paper else queries.paper_for(batch.conference_id)
    wanted, began = queries.count(batch), time.monotonic()
    part = file.with_name(f"{file.name}.part")
    try:
        with audit.acting("command:badges"), part.open("wb") as out:
            asked = actions.print_to(
                out, batch=batch, paper=on, language=language,
                say=lambda done: click.echo(f"{done} of {wanted} badges", err=True),
            )  # fmt: skip
    except Refusal as refusal:
        part.unlink(missing_ok=True)
        raise click.ClickException(refusal.message) from refusal
    part.replace(file)
    if asked.missing:
        click.echo(f"No font here has these letters: {asked.missing}", err=True)
    click.echo(
        f"{file}: {asked.done} badges, {file.stat().st_size / 1e6:.1f} MB, {time.monotonic() - began:.1f} s"
    )

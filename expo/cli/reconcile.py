"""`expo reconcile`: the payment provider's account held against ours, now."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from expo.core import clock
from expo.core.refusals import Refusal
from expo.payment import gateway, reconciling


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How far to look back."
)
def reconcile(days: int) -> None:
    """Compare the payment provider's account with the ledger. Exits with 1 when something differs."""
    if not gateway.is_open():
        raise click.ClickException("Nobody pays online here: EXPO_STRIPE_KEY is empty.")
    try:
        found = reconciling.reconcile(clock.real_now() - timedelta(days=days))
    except Refusal as away:
        raise click.ClickException(away.message) from away
    for one in found:
        click.echo(f"{one.what} {one.subject}: there {one.theirs or 'nothing'}, here {one.ours or 'nothing'}")
    if found:
        click.echo(f"{len(found)} differences in {days} days.", err=True)
        sys.exit(1)
    click.echo(f"The provider's account and the ledger agree on the last {days} days.")

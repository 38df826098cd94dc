"""`expo device` and `expo gate`: scanners and the gates they stand at."""

from __future__ import annotations

import click

from expo.checkin import devices, queries
from expo.checkin.models import Gate
from expo.core import audit
from expo.core.refusals import Refusal
from expo.expos import queries as expos
from expo.expos.models import Expo


@click.group()
def device() -> None:
    """Scanners: make one for scripts, take one out of service."""


@click.group()
def gate() -> None:
    """Gates, where badges are scanned."""


@device.command()
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
@click.option(
    "--gate", "gate_names", required=True, multiple=True, help="Id or slug of a gate; may be repeated."
)
@click.option("--name", default="Scanner", show_default=True, help="What the organisers see in their list.")
def create(slug: str, gate_names: tuple[str, ...], name: str) -> None:
    """Make a scanner. Its token is printed once, alone on the last line."""
    expo = _expo(slug)
    gate_ids = [_gate(expo, wanted).id for wanted in gate_names]
    try:
        with audit.acting("command:device"):
            made, token = devices.create_paired_device(expo_id=expo.id, name=name, gate_ids=gate_ids)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"Device {made.id}, {made.name}. Its token, shown this once:", err=True)
    click.echo(token)


@device.command()
@click.argument("device_id", type=int)
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
@click.option("--why", default="", help="The reason, kept in the log.")
def revoke(device_id: int, slug: str, why: str) -> None:
    """Take a scanner out of service. What it still sends goes into quarantine."""
    found = queries.device(_expo(slug).id, device_id)
    if found is None:
        raise click.ClickException(f"{slug} has no device {device_id}: see `expo device list --expo {slug}`.")
    with audit.acting("command:device"):
        devices.revoke_device(device=found, why=why)
    click.echo(f"Device {found.id}, {found.name}, is out of service.")


@device.command("list")
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
def list_devices(slug: str) -> None:
    """Scanners: id, name, state, gates."""
    every = queries.devices(_expo(slug).id)
    gates = queries.gates_of(found.id for found in every)
    for found in every:
        state = "revoked" if found.revoked_at else "paired" if found.token_digest else "not paired"
        stands_at = ", ".join(stood.slug for stood in gates[found.id])
        click.echo(f"{found.id}\t{found.name}\t{state}\t{stands_at}")


@gate.command("list")
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
def list_gates(slug: str) -> None:
    """Gates: id, slug, name, zone, and the room of a session door."""
    for found in queries.gates(_expo(slug).id):
        room = found.room.name if found.room else ""
        click.echo(f"{found.id}\t{found.slug}\t{found.name}\t{found.zone.name}\t{room}".rstrip())


def _expo(slug: str) -> Expo:
    expo = expos.by_slug(slug)
    if expo is None:
        raise click.ClickException(f"There is no expo {slug!r} in this installation.")
    return expo


def _gate(expo: Expo, wanted: str) -> Gate:
    for found in queries.gates(expo.id):
        if wanted in (str(found.id), found.slug):
            return found
    raise click.ClickException(
        f"{expo.slug} has no gate {wanted!r}: see `expo gate list --expo {expo.slug}`."
    )

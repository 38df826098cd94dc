"""Knows the same actions as commands. Never decides a rule."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from expo.config import SettingsError

# A command is read when it is asked for, so that `expo serve` is a small process beside those it starts.
COMMANDS = {
    "demo": "demo",
    "serve": "serve",
    "web": "serve",
    "worker": "worker",
    "migrate": "database",
    "verify": "database",
    "reconcile": "reconcile",
    "search": "database",
    "backup": "backup",
    "restore": "backup",
    "retain": "backup",
    "doctor": "doctor",
    "import": "imports",
    "export": "export",
    "user": "accounts",
    "token": "accounts",
    "badges": "badges",
    "device": "devices",
    "gate": "devices",
    "standin": "standin",
}
# These run on their own; the others run inside the application.
ALONE = frozenset({"demo", "serve", "web", "worker", "doctor", "standin"})


class Commands(click.Group):
    """The commands of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if name != "standin"]  # of the demo alone

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"expo.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        if cmd_name in ALONE:
            return command
        from .inside import in_application

        return in_application(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="expo", message="%(prog)s %(version)s")
def expo() -> None:
    """Expo, the event platform of a city expo. Settings come from the environment (EXPO_…) or a .env file."""


def main() -> None:
    """What the program `expo` does."""
    try:
        expo(prog_name="expo")
    except SettingsError as wrong:
        click.echo(explain(wrong), err=True)
        sys.exit(2)


def explain(wrong: SettingsError) -> str:
    """What to set, as one block that can be acted upon."""
    lines = "\n".join(f"  {line}" for line in str(wrong).splitlines())
    return (
        "Expo cannot start with these settings:\n\n"
        f"{lines}\n\n"
        "Set them in the environment or in a file named .env in this folder. The README lists all of them.\n"
        "To look around without any settings:  expo demo"
    )

"""Running a command inside the application: its settings, its database, its clock, and its name in the audit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import click
from flask import has_app_context

from expo import config
from expo.app import create_app
from expo.core import audit, clock
from expo.core.db import DatabaseBusy
from expo.core.refusals import Refusal

from . import logs


def in_application(command: click.Command) -> click.Command:
    """The command, or every command of the group, with the application around it."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            in_application(each)
    elif command.callback is not None and not hasattr(command.callback, "__wrapped__"):
        command.callback = _inside(command.callback)
    return command


def _inside(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        if has_app_context():
            around: Any = nullcontext()
        else:
            settings = settings_or_demo()
            logs.configure(settings)
            around = create_app(settings).app_context()
        try:
            name = click.get_current_context().command_path.partition(" ")[2]
            with around, audit.acting(f"command:{name}"):
                with suppress(DatabaseBusy):  # no tables yet: whoever needs them will say so
                    clock.refresh(force=True)
                return callback(*arguments, **options)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from refusal
        except DatabaseBusy as busy:
            raise click.ClickException(
                f"The database does not answer, or has no tables yet ({busy.orig}). `expo doctor` says more."
            ) from busy

    return run


def settings_or_demo() -> config.Settings:
    """The settings; where nothing is set, those of the demo that was started in this folder."""
    of_demo = config.of_the_demo()
    if of_demo is None:
        return config.load()
    click.echo(f"Nothing is set here, so this is about the demo ({config.DEMO_FILE}).", err=True)
    return of_demo

"""Who may enter a desk. Each blueprint states its gate once; a test finds any blueprint without one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core.refusals import Forbidden
from expo.programme import teams
from expo.programme.words import Role

from .context import me, this_expo, visitor

GATES: dict[str, str] = {}


def anybody(blueprint: Blueprint) -> None:
    """Open to all; each view scopes what it shows."""
    GATES[blueprint.name] = "anybody"


def signed_in(blueprint: Blueprint, *, but: tuple[str, ...] = ()) -> None:
    """Open to whoever is signed in, as account or guest; others are sent to sign in and come back."""
    _install(blueprint, "signed in", _ask_to_sign_in, but)


def team(blueprint: Blueprint, *roles: Role) -> None:
    """Open to accounts with one of these roles anywhere in the expo; each view then asks for the conference."""

    def check() -> ResponseReturnValue | None:
        answer = _ask_to_sign_in()
        if answer is not None:
            return answer
        if not teams.has_any(visitor(), this_expo().id, roles):
            raise Forbidden(
                _(
                    "This part is for the organisers. Ask them to give you a role, or sign in with another account."
                )
            )
        return None

    _install(blueprint, "team: " + ", ".join(roles or tuple(Role)), check, ())


def my_person() -> Person:
    """The person who asks, or 404 where nobody has registered at this browser yet."""
    person = me()
    if person is None:
        abort(404)
    return person


def _install(
    blueprint: Blueprint, gate: str, check: Callable[[], ResponseReturnValue | None], but: tuple[str, ...]
) -> None:
    GATES[blueprint.name] = gate

    @blueprint.before_request
    def stand() -> ResponseReturnValue | None:
        if request.endpoint in {f"{blueprint.name}.{view}" for view in but}:
            return None
        return check()


def _ask_to_sign_in() -> ResponseReturnValue | None:
    if visitor() is not None:
        return None
    return redirect(url_for("account.login", next=way_back()), code=303)


def way_back() -> str:
    """This page; for a form that was sent, the page it stands on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")

"""Knows the same actions as JSON. Never decides a rule."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class NoCookieForPrograms(SecureCookieSessionInterface):
    """The signed cookie is for browsers' pages. Requests to the API have none: nothing is read or verified for
    them, and no answer says `Vary: Cookie`."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith("/api/") else super().open_session(app, request)


def init_app(app: Flask) -> None:
    """Open the API."""
    from . import (
        bookings,
        catalogue,
        changing,
        describing,
        door_crew,
        editing,
        orders,
        programme,
        registrations,
        reserving,
        timetable,
    )

    app.session_interface = NoCookieForPrograms()
    app.register_blueprint(describing.blueprint, url_prefix="/api/v1")
    app.register_blueprint(
        door_crew.blueprint, url_prefix="/api/v1/door"
    )  # door.py hangs its views there too
    views = (
        catalogue, programme, orders, registrations, changing, bookings, editing, timetable, reserving,
    )  # fmt: skip
    for room in views:
        app.register_blueprint(room.blueprint, url_prefix="/api/v1/expos/<expo_slug>")

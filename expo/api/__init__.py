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
    from .bookings import blueprint as bookings
    from .door import blueprint as door
    from .orders import blueprint as orders
    from .programme import blueprint as programme

    app.session_interface = NoCookieForPrograms()
    app.register_blueprint(door, url_prefix="/api/v1/door")
    app.register_blueprint(programme, url_prefix="/api/v1/expos")
    app.register_blueprint(orders, url_prefix="/api/v1/expos/<expo_slug>")
    app.register_blueprint(bookings, url_prefix="/api/v1/expos/<expo_slug>")

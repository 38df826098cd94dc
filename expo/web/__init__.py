"""Knows pages: one desk per audience. Knows every room; never writes SQL, never decides a rule."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Open every desk."""
    from . import (
        addresses,
        assets,
        cache,
        context,
        csrf,
        errors,
        filters,
        health,
        measured,
        metrics,
        security,
        webhooks,
    )
    from .account import blueprint as account
    from .cohost import blueprint as cohost
    from .delegate import blueprint as delegate
    from .delegation import blueprint as delegation
    from .demo import blueprint as demo
    from .door import blueprint as door
    from .embed import blueprint as embed
    from .embed import discovery
    from .feeds import blueprint as feeds
    from .organiser import blueprint as organiser
    from .public import blueprint as public
    from .root import blueprint as root
    from .speaker import blueprint as speaker

    addresses.init_app(app)
    assets.init_app(app)
    context.init_app(app)
    csrf.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    cache.init_app(app)
    measured.init_app(app)  # outermost
    # The first words of fixed addresses are reserved, so no expo can stand in their way.
    for desk in (root, health.blueprint, metrics.blueprint, webhooks.blueprint, account, discovery):
        app.register_blueprint(desk)
    if app.config["EXPO"].demo:
        app.register_blueprint(demo)
    for desk in (public, delegate, delegation, speaker, cohost, organiser, door, feeds, embed):
        app.register_blueprint(desk, url_prefix="/<expo_slug>")

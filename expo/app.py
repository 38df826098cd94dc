"""Puts the platform together. Read this first: it names every room that is wired, and nothing else.

A request travels: proxy headers → web/context.py (clock, expo, who, language) → web/csrf.py → a desk's gate
→ a view → an action or query of a room → a template. docs/ARCHITECTURE.md has the drawing.
"""

from __future__ import annotations

import gc
from importlib import import_module
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from expo import config
from expo.accounts import signins
from expo.core import db as database


def create_app(settings: config.Settings | None = None) -> Flask:
    """The Flask application. Raises SettingsError, naming what is missing, when it cannot run as it is set."""
    settings = settings or config.load()
    assets = _assets()
    app = Flask("expo", template_folder=str(assets / "templates"), static_folder=str(assets / "static"))
    app.config.update(
        EXPO=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=settings.old_secret_keys.split(),
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SESSION_COOKIE_NAME="expo",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=signins.GUEST_LASTS,
        MAX_CONTENT_LENGTH=24 * 1024 * 1024,  # a form with four files of the largest size
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if settings.sqlalchemy_url.startswith("sqlite:///"):
        Path(settings.sqlalchemy_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database.init_app(app)
    _wire_rooms()
    _open_desks(app)
    return app


def create_web_worker() -> Flask:
    """The application for a process that lives long and answers many: what a WSGI server starts.

    Some 450,000 objects stay as long as the process. Looking through them all for rubbish takes a quarter of a second
    in which nobody is answered, so they are put aside once, and rubbish is looked for less often.
    """
    app = create_app()
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    return app


def _assets() -> Path:
    """Where templates/ and static/ stand: beside the package in a checkout, inside it when installed."""
    installed = Path(__file__).parent / "_assets"
    return installed if installed.is_dir() else config.ROOT


# Modules that only need to be loaded: tables nobody above names, and the checks of `expo verify`.
_LOADED = (
    "core.audit", "core.clock", "core.heartbeats", "core.idempotency", "core.jobs", "core.limits",
    "core.retention", "core.schedules", "accounts.retention", "desk.retention", "mail.retention",
    "core.stamps", "desk.models", "favourites.models", "feedback.checks", "feedback.letters", "imports.attendee_files", "imports.models",
    "mail.digests", "messages.actions", "messages.checks", "webhooks.sending", "mail.outbox", "mail.sending",
    "basket.holds", "guests.models", "badge.checks", "ballots.actions", "ballots.checks", "basket.checks", "booking.checks", "capacity.checks",
    "checkin.checks", "delegations.checks", "payment.checks", "programme.checks", "publishing.checks",
    "registration.checks", "scheduling.checks", "notices.checks", "checkin.crew_models", "invoicing.checks", "payment.checkout", "payment.counting_models",
    "payment.provider", "payment.reconciling", "questions.checks", "questions.retention",
    "privacy.checks", "privacy.keeping", "printing.actions", "printing.checks", "loans.checks", "speakers.own", "speaking.checks", "speaking.models", "speaking.inviting",
    "upheavals.actions", "outcomes.models",
    "transfer.files", "transfer.models", "transfer.pulling", "programme.guest_models", "programme.file_models",
)  # fmt: skip
# What each room keeps of a person: see core/personal.py.
_PERSONAL = (
    "accounts", "badge", "ballots", "basket", "booking", "checkin", "delegations", "desk", "favourites", "feedback", "guests",
    "imports", "invoicing", "loans",
    "mail", "payment", "printing", "programme", "questions", "registration", "speakers", "speaking", "transfer",
)  # fmt: skip
# How that goes over where two persons turn out to be one: see accounts/joining.py.
_JOINING = (
    "badge", "ballots", "booking", "checkin", "delegations", "favourites", "feedback", "guests", "messages", "notices",
    "payment", "privacy", "registration", "speakers",
)  # fmt: skip


def _wire_rooms() -> None:
    """Load every room's tables and checks, and let the higher rooms listen to the lower ones."""
    from expo.badge import listeners as badge
    from expo.basket import waiting
    from expo.booking import listeners as booking
    from expo.checkin import listeners as checkin
    from expo.delegations import listeners as delegations
    from expo.desk import listeners as desk
    from expo.guests import listeners as guests
    from expo.impact import counting
    from expo.invoicing import actions as invoicing
    from expo.notices import actions as notices
    from expo.outcomes import listeners as outcomes
    from expo.programme import listeners as programme
    from expo.publishing import listeners as publishing
    from expo.questions import listeners as questions
    from expo.registration import actions as registration
    from expo.registration import late, validity
    from expo.scheduling import listeners as scheduling
    from expo.speakers import listeners as speakers
    from expo.speaking import listeners as speaking
    from expo.transfer import listeners as transfer
    from expo.webhooks import events as webhooks

    for name in _LOADED:
        import_module(f"expo.{name}")
    for room in _PERSONAL:
        import_module(f"expo.{room}.personal")
    for room in _JOINING:
        import_module(f"expo.{room}.joining")
    speakers.listen()
    programme.listen()
    outcomes.listen()
    scheduling.listen()
    counting.listen()
    guests.listen()
    registration.listen()
    validity.listen()
    late.listen()
    invoicing.listen()
    waiting.listen()
    # In this order: a seat given back, a badge made, then what the badge opens.
    booking.listen()
    badge.listen()
    checkin.listen()
    desk.listen()
    publishing.listen()
    delegations.listen()
    speaking.listen()
    webhooks.listen()
    questions.listen()
    notices.listen()
    transfer.listen()


def _open_desks(app: Flask) -> None:
    from expo import api, web

    web.init_app(app)
    api.init_app(app)

"""Every setting of the platform: its name, type, default and meaning. The only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
# What `expo demo` leaves behind, so that other commands in this folder can speak to the demo.
DEMO_FILE = Path("var/demo.env")
DATABASE = "sqlite:///var/expo.db"


class SettingsError(Exception):
    """The environment cannot be used as it is. The message names each setting and how to mend it."""


def _setting(default: Any, meaning: str, *, needed: bool = False, secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "needed": needed, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What the environment decides. `EXPO_SECRET_KEY` sets `secret_key`, and so on.

    `needed` settings have no usable default in production; demo mode makes them up.
    """

    mode: str = _setting("production", "production | demo. Demo has its own clock and shows its letters.")
    secret_key: str = _setting(
        "", "Signs cookies and badge codes; 32 characters or more.", needed=True, secret=True
    )
    old_secret_keys: str = _setting(
        "", "Earlier secret keys, space-separated; still read, never used to sign.", secret=True
    )
    base_url: str = _setting("", "Where people reach the expo, e.g. https://expo.example.org", needed=True)
    database_url: str = _setting(
        DATABASE, "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME", secret=True
    )
    mail_url: str = _setting(
        "", "smtp://USER:PASSWORD@HOST:PORT (smtps:// for TLS from the start)", needed=True, secret=True
    )
    mail_from: str = _setting(
        "", "Sender of all letters, e.g. H22 City Expo <hello@example.org>", needed=True
    )
    mail_bounces: str = _setting(
        "", "Address that mail servers return to what cannot be delivered; else that of EXPO_MAIL_FROM"
    )
    redis_url: str = _setting("", "redis://… when several machines share one expo", secret=True)
    var: str = _setting("var", "Folder for the database file and uploads")
    host: str = _setting("127.0.0.1", "Address that `expo serve` listens on")
    port: int = _setting(8000, "Port that `expo serve` listens on")
    web_workers: int = _setting(2, "Web processes of `expo serve`")
    web_threads: int = _setting(5, "Threads in each web process")
    trusted_proxies: int = _setting(0, "Reverse proxies in front whose X-Forwarded-* headers are believed")
    hold_minutes: int = _setting(15, "Minutes that a basket holds its places; it can be extended")
    offer_hours: int = _setting(24, "Hours in which somebody on a waiting list may take an offer")
    time_zone: str = _setting(
        "Europe/Stockholm", "The city's time zone: when it is night, for what is done each night"
    )
    metrics_token: str = _setting(
        "", "Who may read /metrics says this (Bearer); without it, only this machine itself", secret=True
    )
    log_format: str = _setting("", "json | line. json unless it is a demo")
    stripe_key: str = _setting(
        "", "Secret key of the Stripe account (sk_… or rk_…); empty: nobody pays online.", secret=True
    )
    stripe_webhook_secrets: str = _setting(
        "",
        "Signing secrets of the webhook /webhooks/stripe (whsec_…), space-separated while one is changed; empty: it "
        "refuses everything.",
        secret=True,
    )
    stripe_tolerance: int = _setting(300, "Seconds that a webhook's signature may be old")
    stripe_api: str = _setting("https://api.stripe.com", "Where the payment provider's API answers")
    stripe_pages: str = _setting("https://checkout.stripe.com", "Where its payment pages stand")
    log_level: str = _setting("INFO", "DEBUG | INFO | WARNING | ERROR")

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def takes_payments(self) -> bool:
        """Whether people can pay on the provider's page."""
        return bool(self.stripe_key)

    @property
    def secure(self) -> bool:
        """Whether cookies may only travel over TLS."""
        return self.base_url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        """The database address in SQLAlchemy's form: psycopg 3 for PostgreSQL, an absolute file for SQLite."""
        url = self.database_url
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            return "sqlite:///" + str(Path(url.removeprefix("sqlite:///")).absolute())
        return url


def load(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read the settings from `.env`, the environment and `given`, the later winning.

    Raises SettingsError naming every needed setting that is missing and every value that cannot be read.
    """
    if environment is None:
        environment = _surroundings()
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in fields(Settings):
        name = f"EXPO_{setting.name.upper()}"
        text = environment.get(name)
        if text is None or text == "":
            continue
        if setting.type in (int, "int"):
            if not text.isdigit():
                wrong.append(f"{name} must be a whole number, not {text!r}")
                continue
            values[setting.name] = int(text)
        else:
            values[setting.name] = text
    if "database_url" not in values and environment.get("DATABASE_URL"):
        values["database_url"] = environment["DATABASE_URL"]
    settings = Settings(**{**values, **given})
    if settings.mode not in ("production", "demo"):
        wrong.append(f"EXPO_MODE must be production or demo, not {settings.mode!r}")
    if settings.demo:
        settings = _demo_defaults(settings)
    wrong += _missing(settings)
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def of_the_demo() -> Settings | None:
    """The settings of the demo that was last started in this folder; None where anything else was decided."""
    surroundings = _surroundings()
    decided = {
        "EXPO_MODE",
        *(f"EXPO_{each.name.upper()}" for each in fields(Settings) if each.metadata["needed"]),
    }
    if decided & surroundings.keys() or not DEMO_FILE.is_file():
        return None
    return load({**_file(DEMO_FILE), **surroundings})


def _surroundings() -> dict[str, str]:
    return {**_file(Path(".env")), **os.environ}


def _file(path: Path) -> dict[str, str]:
    return {
        name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None
    }


def _missing(settings: Settings) -> list[str]:
    wrong = [
        f"EXPO_{setting.name.upper()} is missing: {setting.metadata['meaning']}"
        for setting in fields(Settings)
        if setting.metadata["needed"] and not getattr(settings, setting.name)
    ]
    if settings.secret_key and len(settings.secret_key) < 32:
        wrong.append("EXPO_SECRET_KEY is too short: use 32 characters or more")
    if settings.base_url and not settings.base_url.startswith(("https://", "http://")):
        wrong.append("EXPO_BASE_URL must begin with https:// (or http:// behind nothing)")
    if settings.log_format not in ("", "json", "line"):
        wrong.append(f"EXPO_LOG_FORMAT must be json or line, not {settings.log_format!r}")
    if settings.time_zone not in available_timezones():
        wrong.append(f"EXPO_TIME_ZONE is no time zone: {settings.time_zone!r}; write e.g. Europe/Stockholm")
    return wrong


def _demo_defaults(settings: Settings) -> Settings:
    """A demo starts with nothing set, on a database of its own. Its key is fixed on purpose, so that a restart
    keeps everybody signed in."""
    if settings.database_url == DATABASE:
        settings = replace(settings, database_url="sqlite:///var/demo.db")
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - a comparison
    made_up = {
        "secret_key": "a demo has no secrets, and says so on every page",
        "base_url": f"http://{'localhost' if everywhere else settings.host}:{settings.port}",
        "mail_url": "none:",
        "mail_from": "H22 City Expo <expo@demo.example>",
    }
    if not settings.stripe_key:
        # The stand-in of expo/standin, which `expo demo` starts beside the web. It moves no money.
        standin = f"http://{'localhost' if everywhere else settings.host}:{settings.port + 1}"
        made_up |= {
            "stripe_key": "sk_test_demo",
            "stripe_webhook_secrets": "whsec_demo",
        }
        settings = replace(settings, stripe_api=standin, stripe_pages=standin)
    missing: dict[str, Any] = {name: value for name, value in made_up.items() if not getattr(settings, name)}
    return replace(settings, **missing)

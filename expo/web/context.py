"""What every request knows before its view runs: the time, the expo, who asks, and in which language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, abort, g, has_request_context, request, url_for
from flask_babel import Babel, get_locale, gettext
from flask_login import LoginManager, current_user
from werkzeug.routing import BaseConverter, IntegerConverter

from expo import config
from expo.accounts import queries as accounts
from expo.accounts import signins
from expo.accounts.models import Person
from expo.accounts.signins import Visitor
from expo.core import audit, clock
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.programme import teams
from expo.web import texts

LANGUAGES = ("sv", "en")
LANGUAGE_COOKIE = "language"


class IntConverter(IntegerConverter):
    """A number in an address: ASCII digits, and none that no row can have."""

    regex = r"[0-9]{1,9}"


class TokenConverter(BaseConverter):
    """A secret as core/tokens.py makes them: what is no token may be another page of the same address."""

    regex = r"[A-Za-z0-9_-]{43}"
    weight = 50  # asked before a plain word


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IntConverter
    app.url_map.converters["token"] = TokenConverter
    babel = Babel(  # type: ignore[no-untyped-call]
        app,
        default_locale="en",
        default_translation_directories=str(config.ROOT / "expo" / "translations"),
        locale_selector=choose_language,
    )
    texts.keep_catalogues(app, babel)
    login = LoginManager(app)
    login.user_loader(signins.find)
    app.url_value_preprocessor(_find_expo)
    app.url_defaults(_same_expo)
    app.before_request(_begin)
    app.after_request(_keep_language)
    app.context_processor(_for_templates)


def this_expo() -> Expo:
    """The expo whose slug is first in the address."""
    expo: Expo = g.expo
    return expo


def visitor() -> Visitor | None:
    """Who is signed in at this browser, if anybody is."""
    return current_user if current_user.is_authenticated else None


def me() -> Person | None:
    """The visitor as a person of this expo; None for strangers and for accounts that have not come yet."""
    if "me" not in g:
        g.me = _person(visitor())
    person: Person | None = g.me
    return person


def _person(who: Visitor | None) -> Person | None:
    if who is None or getattr(g, "expo", None) is None:
        return None
    if who.person_id is not None:
        return accounts.person(g.expo.id, who.person_id)
    assert who.account_id is not None
    if who.speaks_for_id is not None:
        other = accounts.person(g.expo.id, who.speaks_for_id)
        if other is not None and other.email == who.email:
            return other
    return accounts.person_of_account(g.expo.id, who.account_id)


def choose_language() -> str:
    """What the address asks for, else what was chosen before, else the browser's, else the expo's first.

    Commands and the worker have no address: they speak English, and letters say their own language.
    """
    if not has_request_context():
        return "en"
    offered = offered_languages()
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in offered:
            return str(wish)
    return request.accept_languages.best_match(offered) or offered[0]


def offered_languages() -> list[str]:
    """The expo's languages, as far as pages and letters speak them."""
    expo: Expo | None = getattr(g, "expo", None)
    wanted = expo.languages.split() if expo else LANGUAGES
    return [language for language in wanted if language in LANGUAGES] or list(LANGUAGES)


def _find_expo(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if "\0" in request.path or b"%00" in request.query_string:
        abort(404)  # no name has such a sign, and PostgreSQL takes none as text
    clock.refresh()
    g.expo = None
    if values and "expo_slug" in values:
        g.expo = expos.by_slug(values.pop("expo_slug"))
        if g.expo is None:
            abort(404)


def _same_expo(endpoint: str, values: dict[str, Any]) -> None:
    from flask import current_app

    expo: Expo | None = getattr(g, "expo", None)
    if (
        expo
        and "expo_slug" not in values
        and current_app.url_map.is_endpoint_expecting(endpoint, "expo_slug")
    ):
        values["expo_slug"] = expo.slug


def _begin() -> None:
    if request.path.startswith("/api/"):
        # Tokens speak for themselves there: no sign-in is looked up, no cookie is read.
        audit.set_actor("api")
        return
    who = visitor()
    if who is None:
        audit.set_actor("visitor")
    else:
        audit.set_actor(f"account:{who.account_id}" if who.account_id else f"person:{who.person_id}")


def _keep_language(response: Response) -> Response:
    if b"lang=" not in request.query_string:
        return response
    wish = request.args.get("lang")
    if wish in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != wish:
        settings = _settings()
        response.set_cookie(
            LANGUAGE_COOKIE, wish, max_age=31_536_000, samesite="Lax", secure=settings.secure, httponly=True
        )
    return response


def switch_language(language: str) -> str:
    """The address of this page in another language."""
    arguments = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    path = request.path if request.method == "GET" else url_for("root.home")
    return f"{path}?{urlencode([*arguments, ('lang', language)])}"


def _desks(expo: Expo | None) -> list[tuple[str, str]]:
    """Ways to the desks that the visitor may enter, for the foot of the page."""
    if expo is None or not teams.has_any(visitor(), expo.id):
        return []
    return [
        (gettext("Organisers' desk"), url_for("organiser.home")),
        (gettext("Door"), url_for("door.home")),
    ]


def _settings() -> config.Settings:
    from flask import current_app

    settings: config.Settings = current_app.config["EXPO"]
    return settings


def _for_templates() -> dict[str, Any]:
    locale = get_locale() or Locale("en")
    expo: Expo | None = getattr(g, "expo", None)
    return {
        "expo": expo,
        "language": locale.language,
        "languages": [
            (code, (Locale(code).get_display_name(code) or code).capitalize()) for code in offered_languages()
        ],
        "text_direction": "rtl" if locale.character_order == "right-to-left" else "ltr",
        "demo": _settings().demo,
        "now": clock.now(),
        "is_over": expo is not None and expo.local(clock.now()).date() > expo.ends_on,
        "me": visitor(),
        # An expo that is not there has no desks: its 404 is everybody's.
        "desk": request.blueprint if expo and request.blueprint else "public",
        "page": (request.endpoint or "").rpartition(".")[2],
        "rail": [],
        "switch_language": switch_language,
        "desks": _desks(expo),
    }

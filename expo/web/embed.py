"""The programme inside other sites: a page that may be framed, the element that carries it, and oEmbed.

Of strangers' knowledge alone, without a cookie and the same for all, so that a framing site learns nothing of who looks.
Source: https://oembed.com (version 1.0).
"""

from __future__ import annotations

import gzip
from datetime import date
from itertools import groupby
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup

from expo.calendar import feeds as calendars
from expo.calendar.scopes import Kind, Scope
from expo.core import clock
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.publishing import queries as publishing
from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item

from . import gates, security
from .context import this_expo
from .feed_answers import PUBLIC, feed_answer, language_asked, texts_asked
from .public import asked

blueprint = Blueprint("embed", __name__)
discovery = Blueprint("oembed", __name__)
gates.anybody(blueprint)
gates.anybody(discovery)

FORMAT = 1  # raise it when the page looks otherwise: every site then fetches anew
MOST = 60  # sessions; the programme itself has them all
WIDTH, HEIGHT, LEAST = 640, 600, 240  # pixels
_SCOPES = {"conferences": "conference", "tracks": "track", "venues": "venue", "rooms": "room", "sdgs": "sdg"}
_PAGE = ("text/html", "text/html; charset=utf-8")


@blueprint.get("/embed")
def programme() -> ResponseReturnValue:
    """What comes next of what meets the wishes of the address; with `session=CODE` the times of one session."""
    expo, language, texts = this_expo(), language_asked(), texts_asked()
    code = request.args.get("session", "")
    wish = asked.public_wish()
    scope = Scope(Kind.SESSION, code) if code else Scope(Kind.PROGRAMME, wish=wish)
    state = calendars.public_state(expo, scope, language, texts)
    own = _session(expo, code) if code else None

    def body(zipped: bool) -> bytes:
        shown = own if own is not None else _coming(expo, wish)
        with force_locale(language):
            page = render_template(
                "public/embed.html",
                language=language,
                days=_by_day([item.told_in(texts) for item in shown[:MOST]]),
                title=shown[0].told_in(texts).title if code else expo.name,
                more=len(shown) - MOST,
                whole=url_for("public.session", code=code) if code else asked.address(asked.arguments(wish)),
            )
        return gzip.compress(page.encode(), 6, mtime=0) if zipped else page.encode()

    answer = feed_answer(
        f"embed-{FORMAT}-{state.tag}", state.changed_at, body, expo.slug, PUBLIC, _PAGE, is_file=False
    )
    answer.headers["Content-Security-Policy"] = security.FRAMED_POLICY
    return answer


def _session(expo: Expo, code: str) -> list[Item]:
    session_id = shelf.session_named(expo.id, code)
    found = shelf.of_session(expo.id, session_id) if session_id is not None else []
    return found or abort(404)


def _coming(expo: Expo, wish: Filter) -> list[Item]:
    """What meets the wish: on its days, else from today on; after the last day all of it, to be looked up."""
    if wish.day or wish.span:
        return shelf.find(expo.id, *(wish.span or (wish.day, wish.day)), wish)
    found = shelf.find(expo.id, None, None, wish)
    today = expo.local(clock.now()).date()
    return [one for one in found if one.day >= today] or found


def _by_day(items: list[Item]) -> list[tuple[date, list[Item]]]:
    return [(day, list(group)) for day, group in groupby(items, key=lambda item: item.day)]


@discovery.get("/oembed")
def oembed() -> ResponseReturnValue:
    """What another site shows in place of an address of ours. 404 for what strangers may not know, 501 for forms
    that the standard does not have."""
    form = request.args.get("format", "json")
    if form not in ("json", "xml"):
        return Response("json or xml\n", 501, content_type="text/plain")
    expo, title, query = _understood(request.args.get("url", ""))
    width = _size("maxwidth", WIDTH)
    height = _size("maxheight", HEIGHT)
    frame = url_for("embed.programme", expo_slug=expo.slug, _external=True) + (f"?{query}" if query else "")
    html = Markup(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0"></iframe>'
    ).format(frame, title, width, height)
    told: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": expo.name,
        "provider_url": url_for("public.home", expo_slug=expo.slug, _external=True),
        "cache_age": 3600,
        "html": str(html),
        "width": width,
        "height": height,
    }
    answer = jsonify(told) if form == "json" else _as_xml(told)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _understood(address: str) -> tuple[Expo, str, str]:
    """The expo, the title and the query of the page to be framed. Aborts with 404 where there is none."""
    try:
        whole, ours = urlsplit(address), urlsplit(current_app.config["EXPO"].base_url)
    except ValueError:
        abort(404)
    parts = whole.path.strip("/").split("/")
    expo = expos.by_slug(parts[0]) if whole.netloc == ours.netloc else None
    if expo is None:
        abort(404)
    match parts[1:]:
        case [] | ["programme"] | ["embed"]:
            return expo, expo.name, urlencode(parse_qsl(whole.query)[:40])
        case ["sessions", code]:
            return expo, _session(expo, code)[0].title, urlencode({"session": code})
        case [kind, slug] if kind in _SCOPES:
            if kind == "conferences" and publishing.conference(expo.id, slug) is None:
                abort(404)
            return expo, expo.name, urlencode({_SCOPES[kind]: slug})
        case _:
            abort(404)


def _size(name: str, usual: int) -> int:
    """Not more than the site has room for."""
    text = request.args.get(name, "")
    return max(LEAST, min(usual, int(text))) if text.isascii() and text.isdigit() and len(text) < 6 else usual


def _as_xml(told: dict[str, str | int]) -> Response:
    root = ET.Element("oembed")
    for name, value in told.items():
        ET.SubElement(root, name).text = str(value)
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), content_type="text/xml; charset=utf-8")

"""The expo's colour, its calendars, and what it promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode

from flask import Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from expo.badge import qr
from expo.calendar import parts as calendars
from expo.calendar import scopes
from expo.calendar.scopes import Kind, Scope
from expo.core.text import one_line
from expo.publishing import queries as publishing
from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import date_span, title_here

from . import asked, blueprint, look
from .frame import span_pairs
from .rows import addresses
from .viewer import viewer

A_YEAR = 31_536_000
_FOLLOWED = frozenset(kind.value for kind in Kind) - {Kind.SHARED.value}


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar: to subscribe to (webcal) or to download."""

    label: str
    subscribe: str
    download: str
    ways: str
    parts: tuple[Feed, ...] = ()


@blueprint.get("/feeds")
@for_strangers
def feeds() -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    conferences = publishing.conferences(expo.id)
    venues = publishing.venues(expo.id)
    parts = _parts()
    of_conference, of_venue = addresses("feeds.conference"), addresses("feeds.venue")
    return render_template(
        "public/feeds.html",
        whole=feed(_("The whole programme"), url_for("feeds.programme"), parts()),
        conferences=[
            feed(title_here(each), of_conference(each.slug), parts("conference", each.slug))
            for each in conferences
        ],
        venues=[feed(each.name, of_venue(each.slug), parts("venue", each.slug)) for each in venues],
        example=url_for("feeds.programme") + "?type=concert&language=en",
        signed_in=who.signed_in,
        embed=url_for("embed.programme"),
        snippet=_snippet(expo.name),
    )


def _snippet(title: str) -> str:
    """What carries the programme into another site, with and without script."""
    frame = url_for("embed.programme", _external=True)
    script = url_for("static", filename="js/embed.js", v=None, _external=True)
    return str(
        Markup(
            '<script src="{}" async></script>\n<expo-programme src="{}">'
            '<iframe src="{}" title="{}" width="100%" height="600"></iframe></expo-programme>'
        ).format(script, frame, frame, title)
    )


def _parts() -> Callable[..., tuple[Feed, ...]]:
    """A function from a conference or venue, or nothing, to the parts of its calendar where it is too large for one."""
    known: dict[tuple[str, str], Counter[date]] = {}
    for item in shelf.find(this_expo().id, None, None, Filter()):
        for key in (("", ""), ("conference", item.conference_slug), ("venue", item.venue_slug)):
            known.setdefault(key, Counter())[item.day] += 1
    programme = url_for("feeds.programme")

    def of(name: str = "", slug: str = "") -> tuple[Feed, ...]:
        found = calendars.parts(known.get((name, slug), Counter()))
        chosen = [(name, slug)] if name else []
        return tuple(
            feed(date_span(*days), f"{programme}?{urlencode([*chosen, *span_pairs(*days)])}")
            for days in found
        )

    return of


def feed(label: str, path: str, parts: tuple[Feed, ...] = ()) -> Feed:
    """The calendar at this path of ours."""
    base = current_app.config["EXPO"].base_url.rstrip("/")
    host = base.split("://", 1)[1]
    return Feed(label, f"webcal://{host}{path}", path, ways_address(path), parts)


def ways_address(path: str) -> str:
    """The page with all ways to follow the calendar at this path of ours."""
    calendar, _mark, query = path.partition("/feeds/")[2].partition("?")
    pairs = [("calendar", calendar.removesuffix(".ics")), *parse_qsl(query)]
    return f"{url_for('public.subscribe')}?{urlencode(pairs)}"


@blueprint.get("/subscribe")
@for_strangers
def subscribe() -> ResponseReturnValue:
    """Every way to follow one calendar, and how soon each program sees what changes. What else stands in the address
    are the wishes of F4."""
    kind, _slash, key = one_line(request.args.get("calendar", "")).partition("/")
    expo, wish = this_expo(), asked.public_wish()
    if kind not in _FOLLOWED or (kind == Kind.PROGRAMME) == bool(key):
        abort(404)
    scope = Scope(Kind(kind), key, wish=wish if kind == Kind.PROGRAMME else scopes.NO_WISH)
    title = scopes.find(expo, scope).title
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "calendar"]
    path = url_for("feeds.programme").replace(
        "programme.ics", f"{kind}/{quote(key)}.ics" if key else "programme.ics"
    )
    path += f"?{urlencode(pairs)}" if pairs else ""
    return render_template(
        "public/subscribe.html",
        title=title,
        feed=feed(title, path),
        address=current_app.config["EXPO"].base_url.rstrip("/") + path,
        qr=Markup(qr.svg_of_address(feed(title, path).subscribe).decode()),  # noqa: S704
    )


@blueprint.get("/look.css", endpoint="look")
def look_css() -> ResponseReturnValue:
    """The expo's own colour, wherever it can be read. Its address changes with it."""
    response = Response(look.style(this_expo().colour), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    return response


@blueprint.get("/accessibility")
@for_strangers
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html")


@blueprint.get("/privacy")
@for_strangers
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html")

"""Calendars as feeds: the same for everybody who asks, so they set no cookie and do not vary by one."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound
from werkzeug.http import is_resource_modified

from expo.calendar import feeds as calendars
from expo.calendar import speaking as speakers_own
from expo.calendar.refusals import NoSuchCalendar
from expo.calendar.scopes import Kind, Scope
from expo.core import logged
from expo.core.refusals import BadInput
from expo.core.text import slug as slugged
from expo.exports import files as exports
from expo.exports.files import Form, Other
from expo.favourites.refusals import NoSuchList

from . import gates, unchanged
from .context import LANGUAGES, this_expo
from .public import asked

blueprint = Blueprint("feeds", __name__)
gates.anybody(blueprint)


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    logged.install()
    assert isinstance(state.app, Flask)
    unchanged.init_app(state.app)


PUBLIC = {"Cache-Control": "public, max-age=60, stale-while-revalidate=600"}
PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
OPEN_TO_ALL_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
    "Access-Control-Max-Age": "86400",
}


TYPES = {
    Form.JSON: ("json", "application/json"),
    Form.CSV: ("csv", "text/csv; charset=utf-8"),
    Form.XML: ("xml", "application/xml"),
}


OTHER_TYPES = {
    Other.CHANGES_ATOM: ("atom", "application/atom+xml"),
    Other.CHANGES_JSON: ("json", "application/feed+json"),
    Other.PLACES: ("geojson", "application/geo+json"),
}


class FeedAnswer(Response):
    """Takes out, as the last thing before it is sent, what other parts of the site add for people's browsers."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers.remove("Set-Cookie")
        headers["Vary"] = "Accept-Encoding"
        return headers


@blueprint.get("/feeds/programme.ics")
def programme() -> ResponseReturnValue:
    return _public(Scope(Kind.PROGRAMME, wish=asked.public_wish()))


@blueprint.get("/feeds/programme.<any(json,csv,xml):form>")
def export(form: str) -> ResponseReturnValue:
    """The programme, or what meets the wishes in the address, as frab's schedule or as rows."""
    expo, kind, wish = this_expo(), Form(form), asked.public_wish()
    texts = _texts()
    state = exports.state(expo, wish, kind, texts)

    def body(zipped: bool) -> bytes:
        return exports.body(expo, wish, kind, state, texts=texts, zipped=zipped)

    tag = exports.tag_of(expo, wish, kind, state, texts)
    return _answer(tag, state.changed_at, body, f"{expo.slug}-programme", PUBLIC, TYPES[kind])


@blueprint.get('/feeds/<any("changes.atom", "changes.json", "venues.geojson"):name>')
def other(name: str) -> ResponseReturnValue:
    """What releases changed, for feed readers; the venues, for maps."""
    expo, what, language = this_expo(), Other(name), _language()
    state = exports.state_of(expo, what, language)
    assert state.tag is not None

    def body(zipped: bool) -> bytes:
        return exports.body_of(expo, what, language, state, zipped=zipped)

    title = f"{expo.slug}-{name.partition('.')[0]}"
    return _answer(state.tag, state.changed_at, body, title, PUBLIC, OTHER_TYPES[what])


@blueprint.get("/feeds/conferences/<slug>.ics")
def conference(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.CONFERENCE, slug))


@blueprint.get("/feeds/tracks/<slug>.ics")
def track(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.TRACK, slug))


@blueprint.get("/feeds/rooms/<slug>.ics")
def room(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.ROOM, slug))


@blueprint.get("/feeds/venues/<slug>.ics")
def venue(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.VENUE, slug))


@blueprint.get("/feeds/speakers/<slug>.ics")
def speaker(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.SPEAKER, slug))


@blueprint.get("/feeds/sdgs/<int:number>.ics")
def sdg(number: int) -> ResponseReturnValue:
    return _public(Scope(Kind.SDG, str(number)))


@blueprint.get("/feeds/series/<slug>.ics")
def series(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.SERIES, slug))


@blueprint.get("/feeds/areas/<slug>.ics")
def area(slug: str) -> ResponseReturnValue:
    return _public(Scope(Kind.AREA, slug))


@blueprint.get("/feeds/sessions/<code>.ics")
def session(code: str) -> ResponseReturnValue:
    """All times of a session; with `?occurrence=` and its code, one of them."""
    return _public(Scope(Kind.SESSION, code, occurrence=request.args.get("occurrence", "")))


@blueprint.get("/feeds/share/<token>.ics")
def share(token: str) -> ResponseReturnValue:
    """The sessions of a shared list: what strangers may know of them, for whoever has the address."""
    return _public(Scope(Kind.SHARED, token))


@blueprint.get("/feeds/my/<token>.ics")
def my(token: str) -> ResponseReturnValue:
    """One person's agenda. Whoever has the address has the agenda; a new address ends the old one."""
    proof = calendars.proof(this_expo(), token)
    unchanged.remember(proof)
    agenda = calendars.personal(this_expo(), token, _language(), _texts())
    proof.asked_for(request.user_agent.string)

    def body(zipped: bool) -> bytes:
        return gzip.compress(agenda.body(), 6, mtime=0) if zipped else agenda.body()

    return _answer(agenda.tag, agenda.changed_at, body, f"{this_expo().slug}-my", PRIVATE)


@blueprint.get("/feeds/speaking/<token>.ics")
def speaking(token: str) -> ResponseReturnValue:
    """A speaker's own calendar. Its address opens nothing else, and ends with the address of their page."""
    made = speakers_own.of(this_expo(), token, _language())

    def body(zipped: bool) -> bytes:
        return gzip.compress(made.body, 6, mtime=0) if zipped else made.body

    return _answer(made.tag, made.changed_at, body, f"{this_expo().slug}-speaking", PRIVATE)


def _public(scope: Scope) -> ResponseReturnValue:
    expo, language, texts = this_expo(), _language(), _texts()
    if not scope.wish.seats:  # they are taken without a sign
        unchanged.remember(calendars.proof(expo))
    state = calendars.public_state(expo, scope, language, texts)

    def body(zipped: bool) -> bytes:
        return calendars.public(expo, scope, language, state, texts=texts, zipped=zipped)

    key = slugged(scope.key) if scope.key and scope.kind is not Kind.SHARED else ""
    name = "-".join(part for part in (expo.slug, scope.kind.value, key) if part)
    return _answer(state.tag, state.changed_at, body, name, PUBLIC)


def _answer(
    tag: str,
    changed_at: datetime | None,
    body: Callable[[bool], bytes],
    name: str,
    headers: dict[str, str],
    form: tuple[str, str] = ("ics", "text/calendar; charset=utf-8"),
) -> Response:
    """The feed, or that it is as the reader has it: then no body is made."""
    answer = FeedAnswer(headers=headers, content_type=form[1])
    zipped = request.accept_encodings.best_match(["gzip", "identity"]) == "gzip"
    # Two codings are two sequences of bytes, and a strong tag names one.
    answer.set_etag(f"{tag}-gzip" if zipped else tag)
    if changed_at is not None:
        answer.last_modified = changed_at
    known = (answer.headers["ETag"], answer.headers.get("Last-Modified"))
    if not is_resource_modified(request.environ, etag=known[0], last_modified=known[1]):
        answer.status_code = 304
        return answer
    answer.data = body(zipped)
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.{form[0]}")
    return answer


def _language() -> str:
    """What the address asks for, else the expo's first: never what this reader's browser prefers."""
    offered = [code for code in this_expo().languages.split() if code in LANGUAGES] or [*LANGUAGES]
    wish = request.args.get("lang")
    return wish if wish in offered else offered[0]


def _texts() -> str:
    """The language of the programme's texts: the one that the address asks for, else each text's original."""
    wish = request.args.get("lang", "")
    return wish if wish in this_expo().languages.split() else ""


@blueprint.errorhandler(NoSuchCalendar)
@blueprint.errorhandler(NoSuchList)
@blueprint.errorhandler(NotFound)
def no_such_calendar(_error: Exception) -> ResponseReturnValue:
    """Programs read this, so it is no page."""
    return Response(
        "There is no such calendar.\n", 404, {"Cache-Control": "no-cache"}, content_type="text/plain"
    )


@blueprint.errorhandler(BadInput)
def cannot_be_meant(wrong: BadInput) -> ResponseReturnValue:
    """Days that no calendar has: everything instead would fill somebody's."""
    return Response(
        f"{wrong.message}\n", 400, {"Cache-Control": "no-cache"}, content_type="text/plain; charset=utf-8"
    )


@blueprint.after_request
def open_to_all_sites(answer: Response) -> Response:
    """Public feeds may be read by any page; nothing of a person's may."""
    if request.endpoint not in (f"{blueprint.name}.my", f"{blueprint.name}.speaking"):
        answer.headers.update(OPEN_TO_ALL_SITES)
    answer.__class__ = FeedAnswer  # also what other parts answered, such as OPTIONS
    return answer

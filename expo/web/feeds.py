"""Calendars as feeds: the same for everybody who asks, so they set no cookie and do not vary by one."""

from __future__ import annotations

import gzip

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

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
from .context import this_expo
from .feed_answers import (
    OPEN_TO_ALL_SITES,
    PRIVATE,
    PUBLIC,
    FeedAnswer,
    feed_answer,
    language_asked,
    texts_asked,
)
from .public import asked

blueprint = Blueprint("feeds", __name__)
gates.anybody(blueprint)


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    logged.install()
    assert isinstance(state.app, Flask)
    unchanged.init_app(state.app)


TYPES = {
    Form.JSON: ("json", "application/json"),
    Form.CSV: ("csv", "text/csv; charset=utf-8"),
    Form.XML: ("xml", "application/xml"),
    Form.XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


OTHER_TYPES = {
    Other.CHANGES_ATOM: ("atom", "application/atom+xml"),
    Other.CHANGES_JSON: ("json", "application/feed+json"),
    Other.PLACES: ("geojson", "application/geo+json"),
}


@blueprint.get("/feeds/programme.ics")
def programme() -> ResponseReturnValue:
    return _public(Scope(Kind.PROGRAMME, wish=asked.public_wish()))


@blueprint.get("/feeds/programme.<any(json,csv,xml,xlsx):form>")
def export(form: str) -> ResponseReturnValue:
    """The programme, or what meets the wishes in the address, as frab's schedule or as rows."""
    expo, kind, wish = this_expo(), Form(form), asked.public_wish()
    texts = texts_asked()
    state = exports.state(expo, wish, kind, texts)

    def body(zipped: bool) -> bytes:
        return exports.body(expo, wish, kind, state, texts=texts, zipped=zipped)

    tag = exports.tag_of(expo, wish, kind, state, texts)
    return feed_answer(tag, state.changed_at, body, f"{expo.slug}-programme", PUBLIC, TYPES[kind])


@blueprint.get('/feeds/<any("changes.atom", "changes.json", "venues.geojson"):name>')
def other(name: str) -> ResponseReturnValue:
    """What releases changed, for feed readers; the venues, for maps."""
    expo, what, language = this_expo(), Other(name), language_asked()
    state = exports.state_of(expo, what, language)
    assert state.tag is not None

    def body(zipped: bool) -> bytes:
        return exports.body_of(expo, what, language, state, zipped=zipped)

    title = f"{expo.slug}-{name.partition('.')[0]}"
    return feed_answer(state.tag, state.changed_at, body, title, PUBLIC, OTHER_TYPES[what])


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
    agenda = calendars.personal(this_expo(), token, language_asked(), texts_asked())
    proof.asked_for(request.user_agent.string)

    def body(zipped: bool) -> bytes:
        return gzip.compress(agenda.body(), 6, mtime=0) if zipped else agenda.body()

    return feed_answer(agenda.tag, agenda.changed_at, body, f"{this_expo().slug}-my", PRIVATE)


@blueprint.get("/feeds/speaking/<token>.ics")
def speaking(token: str) -> ResponseReturnValue:
    """A speaker's own calendar. Its address opens nothing else, and ends with the address of their page."""
    made = speakers_own.of(this_expo(), token, language_asked())

    def body(zipped: bool) -> bytes:
        return gzip.compress(made.body, 6, mtime=0) if zipped else made.body

    return feed_answer(made.tag, made.changed_at, body, f"{this_expo().slug}-speaking", PRIVATE)


def _public(scope: Scope) -> ResponseReturnValue:
    expo, language, texts = this_expo(), language_asked(), texts_asked()
    if not scope.wish.seats:  # they are taken without a sign
        unchanged.remember(calendars.proof(expo))
    state = calendars.public_state(expo, scope, language, texts)

    def body(zipped: bool) -> bytes:
        return calendars.public(expo, scope, language, state, texts=texts, zipped=zipped)

    key = slugged(scope.key) if scope.key and scope.kind is not Kind.SHARED else ""
    name = "-".join(part for part in (expo.slug, scope.kind.value, key) if part)
    return feed_answer(state.tag, state.changed_at, body, name, PUBLIC)


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

"""The draft of the programme: sessions, speakers, and publishing it. Where and when: timetable.py.

Keys need `programme:write`, publishing `programme:publish`; beyond that an account may through the API what it may
on pages, and what belongs to another team is as good as not there.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, abort
from flask_babel import gettext as _

from expo.core.refusals import Forbidden
from expo.programme import actions, queries, teams
from expo.programme.drafts import SessionDraft
from expo.programme.models import Conference, Session
from expo.programme.teams import Rights
from expo.programme.values import draft_of_session
from expo.programme.words import Admission, Deed, SessionState, Visibility
from expo.publishing import actions as publishing
from expo.publishing import changes
from expo.speakers import actions as speaking
from expo.speakers import queries as speakers
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker

from . import answers, clashing, problems, reading, shapes, writing
from .answers import this_expo
from .clashing import PUBLISH, WRITE
from .described import described
from .keys import key_with
from .problems import Problem
from .timetable import placement

blueprint = Blueprint("api_editing", __name__)
problems.speak(blueprint)
clashing.speak(blueprint)

MOST_MANY = 40


@blueprint.post("/sessions")
@described("Add a session to the draft", shapes.ref("Draft"), body=shapes.ref("NewSession"), scope=WRITE,
           status=201, once=True)  # fmt: skip
def create_session() -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    slug = reading.text(body, "conference", most=80)
    conference = _conference(writing.rights_of(key), slug, Deed.SCHEDULE)

    def work() -> dict[str, Any]:
        made = actions.create_session(
            conference=conference,
            draft=_session_draft(body, None),
            code=reading.text(body, "code", most=40, default=None),
            parent=_parent(body, None),
        )
        return _draft(made)

    return answers.told(*writing.once(key, "sessions", body, work))


@blueprint.get("/drafts/<code>")
@described("A session as it is drafted", shapes.ref("Draft"), scope=WRITE)
def draft(code: str) -> Response:
    held = writing.rights_of(key_with(WRITE))
    return answers.told(_draft(_session(held, code, Deed.READ)))


@blueprint.patch("/sessions/<code>")
@described("Change what is said of a session in the draft; what is left out stays", shapes.ref("Draft"),
           body=shapes.ref("SessionChange"), scope=WRITE)  # fmt: skip
def change_session(code: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = _session(writing.rights_of(key), code, Deed.SCHEDULE)
    actions.edit_session(
        session=found,
        draft=_session_draft(body, draft_of_session(found)),
        parent=_parent(body, found),
        version=reading.version(body),
        keep=reading.text(body, "override_reason", most=2000, default=""),
    )
    return answers.told(_draft(found))


@blueprint.post("/speakers")
@described("Add somebody who speaks", shapes.ref("Profile"), body=shapes.ref("NewSpeaker"), scope=WRITE,
           status=201, once=True)  # fmt: skip
def create_speaker() -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    if not writing.rights_of(key).anywhere(Deed.SCHEDULE):
        raise Forbidden(_("Your role does not include this. Ask an owner of the conference."))

    def work() -> dict[str, Any]:
        return _speaker(speaking.create_speaker(expo=this_expo(), profile=_profile(body, None)))

    return answers.told(*writing.once(key, "speakers", body, work))


@blueprint.patch("/speakers/<slug>")
@described("Change what is said of somebody who speaks; shown at once", shapes.ref("Profile"),
           body=shapes.ref("SpeakerChange"), scope=WRITE)  # fmt: skip
def change_speaker(slug: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    held = writing.rights_of(key)
    if not held.anywhere(Deed.READ):
        abort(404)
    found = speakers.by_slug(this_expo().id, slug) or abort(404)
    teams.require_speaker(held, found.id)
    before = speaking.profile_of(found)
    speaking.edit_speaker(speaker=found, profile=_profile(body, before), version=reading.version(body))
    return answers.told(_speaker(found))


@blueprint.post("/releases")
@described("Publish the draft of the expo, of a conference, a day or a session",
           shapes.thing(number=shapes.NUMBER, changes=shapes.many({"type": "object"})),
           body=shapes.thing(("scope", "note"), scope=shapes.TEXT, note=shapes.TEXT), scope=PUBLISH, status=201,
           once=True)  # fmt: skip
def publish() -> Response:
    """`scope` is "expo", "conference:SLUG", "day:2022-05-31", "day:SLUG/2022-05-31" or "session:CODE"."""
    key = key_with(PUBLISH)
    body = writing.body_of(key)
    held = writing.rights_of(key)
    kind, _colon, name = reading.text(body, "scope", most=120, default="expo").partition(":")
    scope: dict[str, Any] = {}
    if kind == "conference":
        scope["conference"] = _conference(held, name, Deed.PUBLISH)
    elif kind == "day":
        slug, _slash, written = name.rpartition("/")
        scope["day"] = _day(written)
        if slug:
            scope["conference"] = _conference(held, slug, Deed.PUBLISH)
        else:
            held.require(Deed.PUBLISH, None)
    elif kind == "session":
        scope["session"] = _session(held, name, Deed.PUBLISH)
    elif kind == "expo" and not name:
        held.require(Deed.PUBLISH, None)
    else:
        raise reading.bad("scope", 'must be "expo", "conference:SLUG", "day:DATE" or "session:CODE".')
    note = reading.text(body, "note", most=2000, least=0, default="")

    def work() -> dict[str, Any]:
        made = publishing.publish(expo=this_expo(), note=note, **scope)
        told = [changes.said(each) for each in made.changes]
        return {"number": made.number, "changes": [asdict(each) for each in told]}

    return answers.told(*writing.once(key, "releases", body, work))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise reading.bad("scope", "names no day such as 2022-05-31.") from wrong


def _conference(held: Rights, slug: str, deed: Deed) -> Conference:
    found = queries.conference(this_expo().id, slug)
    if found is None or not held.may(Deed.READ, found.id):
        raise Problem(404, "not_found", "There is no such conference in your teams.")
    held.require(deed, found.id)
    return found


def _session(held: Rights, code: str, deed: Deed) -> Session:
    found = queries.session(this_expo().id, code) or abort(404)
    held.require(deed, found.conference_id)
    return found


def _parent(body: dict[str, Any], session: Session | None) -> Session | None:
    """The session that this one stands under: as the body says, else as it is."""
    if "parent" not in body:
        return session.parent if session else None
    if body["parent"] is None:
        return None
    found = queries.session(this_expo().id, reading.text(body, "parent", most=40))
    if found is None:
        raise reading.bad("parent", "is the code of no session here.")
    return found


def _session_draft(body: dict[str, Any], before: SessionDraft | None) -> SessionDraft:
    """What the body says, and the rest as it was."""
    said = _texts(body, before is None, title=(1, 250), abstract=(0, 20_000), type=(1, 80), track=(0, 120))
    for name, words in (("visibility", Visibility), ("admission", Admission), ("state", SessionState)):
        if name in body:
            said[name] = _word(body, name, words)
    for name, kind in (("languages", str), ("sdgs", int), ("tags", str)):
        if name in body:
            said[name] = reading.many(body, name, kind, most=MOST_MANY)
    return SessionDraft(**said) if before is None else replace(before, **said)


def _texts(body: dict[str, Any], whole: bool, **bounds: tuple[int, int]) -> dict[str, Any]:
    """The texts that the body gives, within their least and most characters; of a whole one, none that it needs may
    be left out."""
    return {
        name: reading.text(body, name, least=least, most=most)
        for name, (least, most) in bounds.items()
        if name in body or (whole and least)
    }


def _word(body: dict[str, Any], name: str, kind: type[StrEnum]) -> StrEnum:
    value = reading.text(body, name, most=40)
    if value not in set(kind):
        raise reading.bad(name, f"must be one of {', '.join(kind)}.")
    return kind(value)


def _profile(body: dict[str, Any], before: Profile | None) -> Profile:
    said = _texts(
        body, before is None, name=(1, 200), title=(0, 200), organisation=(0, 200), city=(0, 120), country=(0, 2),
        bio=(0, 5000),
    )  # fmt: skip
    return Profile(**said) if before is None else replace(before, **said)


def _draft(found: Session) -> dict[str, Any]:
    told = draft_of_session(found)
    return {
        "code": found.code,
        "conference": found.conference.slug,
        "version": found.version,
        "parent": found.parent.code if found.parent else None,
        "title": told.title,
        "abstract": told.abstract,
        "type": told.type,
        "track": told.track,
        "languages": list(told.languages),
        "sdgs": list(told.sdgs),
        "tags": list(told.tags),
        "visibility": told.visibility.value,
        "admission": told.admission.value,
        "state": told.state.value,
        "occurrences": [placement(each) for each in queries.occurrences(found.id)],
    }


def _speaker(found: Speaker) -> dict[str, Any]:
    told = speaking.profile_of(found)
    return {
        "slug": found.slug,
        "version": found.version,
        "name": told.name,
        "title": told.title,
        "organisation": told.organisation,
        "city": told.city,
        "country": told.country,
        "bio": told.bio,
    }

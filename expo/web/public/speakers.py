"""Who speaks, leads, sings and guides."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from expo.core import pictures
from expo.core.text import folded
from expo.outcomes import partners
from expo.publishing import people, shelf
from expo.publishing.people import Known
from expo.speakers import queries as speaker_queries
from expo.web.addresses import url_for
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import blueprint
from .asked import LONGEST_WORDS
from .programme import once, rows_by_day
from .rows import Rows, addresses
from .viewer import viewer

ON_ONE_PAGE = 200  # more are shown letter by letter
WHOLE = "all"
OTHER = "#"
# Letters of their own, behind Z, to those who read Swedish; to others a vowel with a mark.
_OWN = {"sv": {"Å": "Å", "Ä": "Ä", "Æ": "Ä", "Ö": "Ö", "Ø": "Ö"}}
_BEHIND = "ÅÄÖ"


@dataclass(frozen=True, slots=True)
class Line:
    """A speaker in the list, with in how many sessions."""

    speaker: Known
    url: str
    sessions: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the index: where its names stand, and whether it is the one that is shown."""

    name: str
    url: str
    here: bool


Groups = dict[str, list[Line]]


@blueprint.get("/speakers")
@for_strangers
def speakers() -> ResponseReturnValue:
    """All of them on one page, or letter by letter where they are many; what is searched for is found in all."""
    expo, who = this_expo(), viewer()
    q = " ".join(request.args.get("q", "").split())[:LONGEST_WORDS]
    url, words = addresses("public.speaker"), folded(q).split()
    every = people.appearing(expo.id, who.tickets)
    found = [
        Line(known, url(known.slug), often)
        for known, often in every
        if all(word in known.folded for word in words)
    ]
    groups = _by_letter(found)
    chosen = _chosen(groups, len(found), request.args.get("letter", ""))
    return render_template(
        "public/speakers.html",
        q=q,
        total=len(every),
        shown=groups if chosen is None else {chosen: groups[chosen]},
        letters=_index(list(groups), chosen, q),
        onwards=_onwards(list(groups), chosen, q),
        whole=url_for("public.speakers", letter=WHOLE, **_asked(q)) if chosen else None,
    )


def _by_letter(found: list[Line]) -> Groups:
    """Lines under the letters of their names, in the order of the reader's alphabet."""
    locale = get_locale()
    own = _OWN.get(locale.language if locale else "", {})
    groups: Groups = {}
    for line in found:
        groups.setdefault(_letter(line.speaker, own), []).append(line)
    return dict(sorted(groups.items(), key=lambda group: (_BEHIND.find(group[0]), group[0])))


def _letter(speaker: Known, own: dict[str, str]) -> str:
    first = speaker.folded_name[:1].upper()
    return own.get(speaker.name[:1].upper(), first) if first.isalpha() else OTHER


def _chosen(groups: Groups, found: int, letter: str) -> str | None:
    """The letter that is shown; None where all are."""
    if letter in groups:
        return letter
    return None if letter == WHOLE or found <= ON_ONE_PAGE else next(iter(groups))


def _index(letters: list[str], chosen: str | None, q: str) -> list[Letter]:
    """The letters as links: to their own pages, or down this one."""
    return [
        Letter(
            each,
            f"#letter-{number}" if chosen is None else url_for("public.speakers", letter=each, **_asked(q)),
            each == chosen,
        )
        for number, each in enumerate(letters, start=1)
    ]


def _onwards(letters: list[str], chosen: str | None, q: str) -> Letter | None:
    """The letter after the one that is shown."""
    after = letters[letters.index(chosen) + 1 :] if chosen else []
    return (
        Letter(after[0], url_for("public.speakers", letter=after[0], **_asked(q)), False) if after else None
    )


def _asked(q: str) -> dict[str, str]:
    return {"q": q} if q else {}


@blueprint.get("/pictures/<name>")
def picture(name: str) -> ResponseReturnValue:
    """A picture that something of this expo shows. Its name is the digest of what it shows, so it never changes, and
    nobody guesses the name of one that they have not been shown."""
    expo = this_expo()
    if name not in shown_pictures(expo.id) and not partners.shows(expo.id, name):
        abort(404)
    try:
        content, type_ = pictures.read(name)
    except FileNotFoundError:
        abort(404)
    answer = Response(content, mimetype=type_)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def shown_pictures(expo_id: int) -> set[str]:
    return {known.picture for known in people.of_expo(expo_id).values() if known.picture}


@blueprint.get("/speakers/<slug>")
@for_strangers
def speaker(slug: str) -> ResponseReturnValue:
    """Somebody who appears in something that the viewer may know of."""
    expo, who = this_expo(), viewer()
    found = speaker_queries.by_slug(expo.id, slug)
    items = shelf.of_speaker(expo.id, found.id, who.tickets) if found else []
    if found is None or not items:
        abort(404)
    ahead, past = once(shelf.with_seats(items)[0], who.now)
    rows = Rows()
    return render_template(
        "public/speaker.html",
        speaker=found,
        ahead=rows_by_day(rows, ahead),
        past=rows_by_day(rows, past),
        sessions=len(ahead) + len(past),
        feed=url_for("feeds.speaker", slug=found.slug),
    )

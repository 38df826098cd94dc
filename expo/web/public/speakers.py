"""Who speaks, leads, sings and guides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from expo.core.text import folded
from expo.publishing import queries as publishing
from expo.speakers import queries as speaker_queries
from expo.speakers.models import Speaker
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import blueprint
from .asked import LONGEST_WORDS
from .programme import once, rows_by_day
from .rows import Rows, addresses
from .viewer import viewer


@dataclass(frozen=True, slots=True)
class Line:
    """A speaker in the list, with in how many sessions."""

    speaker: Speaker
    url: str
    sessions: int


@blueprint.get("/speakers")
@for_strangers
def speakers() -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    q = " ".join(request.args.get("q", "").split())[:LONGEST_WORDS]
    url = addresses("public.speaker")
    every = [
        Line(speaker, url(speaker.slug), count)
        for speaker, count in publishing.speakers(expo.id, who.tickets)
    ]
    found = [line for line in every if _holds(line.speaker, q)]
    return render_template(
        "public/speakers.html",
        q=q,
        total=len(every),
        found=len(found),
        letters=[(letter, list(lines)) for letter, lines in groupby(found, key=_letter)],
    )


def _holds(speaker: Speaker, q: str) -> bool:
    said = folded(f"{speaker.name} {speaker.organisation_name} {speaker.city} {speaker.title}")
    return all(word in said for word in folded(q).split())


def _letter(line: Line) -> str:
    first = line.speaker.folded_name[:1].upper()
    return first if first.isalpha() else "#"


@blueprint.get("/speakers/<slug>")
@for_strangers
def speaker(slug: str) -> ResponseReturnValue:
    """Somebody who appears in something that the viewer may know of."""
    expo, who = this_expo(), viewer()
    found = speaker_queries.by_slug(expo.id, slug)
    items = publishing.of_speaker(expo.id, found.id, who.tickets) if found else []
    if found is None or not items:
        abort(404)
    ahead, past = once(items, who.now)
    rows = Rows()
    return render_template(
        "public/speaker.html",
        speaker=found,
        ahead=rows_by_day(rows, ahead),
        past=rows_by_day(rows, past),
        sessions=len(ahead) + len(past),
        feed=url_for("feeds.speaker", slug=found.slug),
    )

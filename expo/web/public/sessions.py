"""A session: what it is, who is there, when and where; its other times and its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.ballots import queries as ballots
from expo.core.text import slug as slugged
from expo.imports import provenance
from expo.outcomes import partners, results
from expo.programme import contributing, texts
from expo.programme import queries as programme
from expo.programme.drafts import Contribution, Material
from expo.programme.texts import told
from expo.programme.words import Mode
from expo.publishing import changes, people, recent, shelf, similar
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.publishing.models import SessionVersion
from expo.publishing.people import Known
from expo.web import live, session_files
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import capital, foreign, language_name, this_language
from expo.web.texts import _l
from expo.web.words import FEATURES, MATERIAL_ICONS, MATERIALS, OUTCOMES, PARTNER_ROLES

from . import asked, blueprint, fullness, invited, linked, zones
from .goals import GOALS
from .kinds import role_name, track_name, type_name
from .programme import minutes_until
from .rows import Row, Rows, addresses, conference_name
from .viewer import Viewer, viewer

MOST_PARALLEL = 4
MOST_AFTER = 2
MOST_SIMILAR = 3
MOST_INSTEAD = 4
DAYS_UNFOLDED = 8

REALITIES = {
    "fact": _l("Documented"),
    "partly": _l("Partly documented"),
    "illustrative": _l("Illustrative"),
}


@blueprint.get("/sessions/<code>")
@for_strangers
def session(code: str) -> ResponseReturnValue:
    """Answers to the code of a session and to those of its occurrences."""
    expo, who = this_expo(), viewer()
    session_id, mine = _for_viewer(code, who)
    item = _asked_for(mine, code, who.now)
    times, around, family, alike = shelf.with_seats(
        mine,
        [] if item.closed else shelf.neighbours(item, who.tickets),
        shelf.family(expo.id, session_id, item.parent_id, who.tickets),
        similar.candidates(item, who.tickets, who.now),
    )
    item = next(each for each in times if each.occurrence_id == item.occurrence_id)
    rows = Rows(item.time_zone)
    near = _near(item, around, similar.similar(item, alike, who.tickets, most=MOST_SIMILAR + MOST_PARALLEL))
    full = item.seats_left == 0 and item.takes_bookings(who.now)
    return render_template(
        "public/session.html",
        **_told(item, publishing.content(session_id), who),
        **_when_and_how(rows, item, who),
        **_other_times(rows, times, item, who.now),
        full=full,
        instead=rows.rows(_with_seats(times, item, who.now)) if full else [],
        parent=_first(rows, [other for other in family if other.session_id == item.parent_id]),
        parts=rows.rows(other for other in family if other.parent_id == item.session_id),
        parallel=rows.rows(near.parallel),
        after=rows.rows(near.after),
        following=_dated(rows, near.following, item.day),
        similar=_dated(rows, near.similar, item.day),
    )


def _for_viewer(code: str, who: Viewer) -> tuple[int, list[Item]]:
    """The session that answers to this code, with its times as the viewer may see them; or 404."""
    expo_id = this_expo().id
    session_id = shelf.session_named(expo_id, code)
    if session_id is None:
        session_id = invited.session_named(code, who)
    if session_id is None:
        abort(404)
    return session_id, invited.times_of(session_id, who) or shelf.of_session(expo_id, session_id, who.tickets)


@blueprint.get("/sessions/<code>/files/<int(max=2147483647):file_id>/<name>")
def session_file(code: str, file_id: int, name: str) -> ResponseReturnValue:
    """A file that the programme names, for whoever may read the page that names it."""
    who = viewer()
    session_id, mine = _for_viewer(code, who)
    content = publishing.content(session_id)
    if not mine or content is None:
        abort(404)
    more = _more(mine[0], content, who)
    files = [each.file for each in more.materials] + [each.file for each, _who in more.contributions]
    if file_id not in {file.id for file in files if file}:
        abort(404)
    return session_files.answer(session_id, file_id, name, shared=not who.signed_in)


def _told(item: Item, content: SessionVersion | None, who: Viewer) -> dict[str, Any]:
    """What it is and who is there, as far as the viewer may know."""
    here, billed = item.told_in(this_language()), _people(item)
    conference = content.conference if content is not None else None
    return {
        "item": here,
        "title_language": foreign(here.text_language),
        "conference_name": conference_name(item),
        "type_name": capital(type_name(item)),
        "track_name": track_name(item),
        "text": _text(item, content),
        "more": _more(item, content, who),
        "people": billed,
        "bodies": [] if item.closed else partners.behind_session(item.session_id),
        "roles": PARTNER_ROLES,
        "outcomes": [] if item.closed else results.of_session(item.session_id),
        "outcome_words": OUTCOMES,
        "linked": linked.of_session(here, conference, (each.speaker.name for each in billed)),
        "tags": item.tags,
        "goals": [(goal, GOALS[goal]) for goal in item.sdgs if goal in GOALS],
        "features": [FEATURES[feature] for feature in item.room_features if feature in FEATURES],
        "series": _series(content),
        "provenance": provenance.of(item.expo_id, "session", [item.code]).get(item.code),
        "realities": REALITIES,
        "material_words": MATERIALS,
        "material_icons": MATERIAL_ICONS,
        "type_url": asked.address([("type", item.type_slug)]),
        "track_url": url_for("public.track", slug=item.track_slug) if item.track_slug else None,
        "zones": zones.offer(
            [item], item.time_zone, away=conference is not None and conference.mode is not Mode.ON_SITE
        ),
    }


def _when_and_how(rows: Rows, item: Item, who: Viewer) -> dict[str, Any]:
    """The block of time, place and seats."""
    row, running = rows.row(item), item.starts_at <= who.now < item.ends_at
    return {
        "row": row,
        "seats_word": row.seats_word,
        "when": _when(item, who.today),
        "moved": _moved(item, who.now),
        "starts_in": _starts_in(item, who.now),
        "day_url": asked.address([], item.day),
        "zone": item.time_zone if item.time_zone != this_expo().time_zone else None,
        "own_time": zones.own_time(item, zones.asked_zone()),
        "register": url_for("delegate.register", conference=item.conference_slug, book=item.code),
        "ballot": ballots.open_over(item.occurrence_id) if item.not_yet_open(who.now) else None,
        "fullness": fullness.word_of(room_id=item.room_id) if running else None,
    }


def _other_times(rows: Rows, times: list[Item], item: Item, now: datetime) -> dict[str, Any]:
    return {
        "later": _times(rows, [other for other in times if other.ends_at > now]),
        "earlier": _times(rows, [other for other in times if other.ends_at <= now]),
        "many": len(times) > 1,
        "next_time": _next_time(rows, times, item, now),
        "unfolded": DAYS_UNFOLDED,
    }


@blueprint.get("/sessions/<code>/seats")
def session_seats(code: str) -> ResponseReturnValue:
    """How many seats are left, for who keeps the page open. What a stranger may know, whoever asks."""
    expo = this_expo()
    session_id = shelf.session_named(expo.id, code)
    if session_id is None:
        abort(404)
    known = [one for one in shelf.of_session(expo.id, session_id, frozenset()) if one.code == code]
    if not known or known[0].closed or not known[0].seats:
        abort(404)

    def make() -> str:
        (items,) = shelf.with_seats(known)
        return render_template("public/_seats.html", item=items[0], seats_word="")

    return live.part(("seats", expo.id, known[0].occurrence_id), make)


@dataclass(frozen=True, slots=True)
class Text:
    """What it is about. `language` where it is not the reader's; of a translation also the original."""

    abstract: str
    language: str
    machine_made: bool = False
    original: tuple[str, str, str] | None = None  # title, abstract, language


def _text(item: Item, content: SessionVersion | None) -> Text:
    """In the reader's language where it is given; what is said of one time alone goes first. Nothing of a session
    whose abstract is for others."""
    if item.closed or content is None:
        return Text("", "")
    own, reads = publishing.own_abstract(item.occurrence_id), this_language()
    if own is not None:
        abstract, written_in = told(own[0], content.text_language, own[1], reads)
        return Text(abstract, foreign(written_in))
    abstract, written_in = told(content.abstract, content.text_language, content.abstracts, reads)
    translated = reads != content.text_language and (reads in content.titles or reads in content.abstracts)
    return Text(
        abstract,
        foreign(written_in),
        translated and reads in content.machine_made,
        (content.title, content.abstract, content.text_language) if translated else None,
    )


@dataclass(frozen=True, slots=True)
class More:
    """What else there is to say of a session to whoever may read its abstract."""

    materials: list[Material]
    contributions: list[tuple[Contribution, Billed | None]]
    interpretation: str
    notes: str
    notes_language: str


def _more(item: Item, content: SessionVersion | None, who: Viewer) -> More:
    """What is not public of it is for those with a ticket."""
    if item.closed or content is None:
        return More([], [], "", "", "")
    member = item.conference_id in who.tickets
    notes, written_in = told(content.content_notes, content.text_language, content.notes, this_language())
    return More(
        [each for each in texts.read(content.materials) if each.public or member],
        _contributions(item, content),
        ", ".join(
            _("from %(spoken)s into %(into)s", spoken=language_name(spoken), into=language_name(into))
            for spoken, into in item.interpretation
        ),
        notes,
        foreign(written_in),
    )


def _contributions(item: Item, content: SessionVersion) -> list[tuple[Contribution, Billed | None]]:
    """The parts of a session, with whoever gives them as the bill names them."""
    if not content.contributions:
        return []
    billed = {each.speaker.id: each for each in _people(item)}
    return [(each, billed.get(each.speaker_id or 0)) for each in contributing.read(content.contributions)]


def _asked_for(times: list[Item], code: str, now: datetime) -> Item:
    """The occurrence with this code; else the next one, else the last."""
    by_code = [item for item in times if item.code == code]
    ahead = [item for item in times if item.ends_at > now]
    return (by_code or ahead or times[-1:])[0]


def _when(item: Item, today: date) -> str:
    """“Today”, or nothing: the date stands beside it anyway."""
    days = (item.day - today).days
    return {0: _("Today"), 1: _("Tomorrow")}.get(days, "")


def _moved(item: Item, now: datetime) -> str:
    """“from … to …” if it was moved lately, for whoever may know of the room."""
    change = recent.changes(item.expo_id, now).get(item.code)
    if change is None or change.kind != "moved" or item.closed or item.cancelled:
        return ""
    return changes.said(change.change).what


def _starts_in(item: Item, now: datetime) -> str:
    minutes = minutes_until(item.starts_at, now)
    if not 0 < minutes < 180:
        return ""
    return ngettext("Starts in %(num)s minute.", "Starts in %(num)s minutes.", minutes)


@dataclass(frozen=True, slots=True)
class Billed:
    """A name on the bill, with all roles it has here."""

    speaker: Known
    url: str
    roles: list[str]


def _people(item: Item) -> list[Billed]:
    roles: dict[int, list[str]] = {}
    for billing in item.billed:
        roles.setdefault(billing["speaker"], []).append(billing["role"])
    if not roles:
        return []
    by_slug = {role.slug: role for role in programme.roles(item.expo_id)}
    known = people.of_expo(item.expo_id)
    url = addresses("public.speaker")
    return [
        Billed(known[speaker], url(known[speaker].slug), [role_name(slug, by_slug) for slug in slugs])
        for speaker, slugs in roles.items()
        if speaker in known
    ]


def _times(rows: Rows, times: list[Item]) -> list[tuple[date, list[Row]]]:
    """All times by day: sixty tours are thirty lines."""
    ordered = sorted(times, key=lambda item: (item.day, item.starts_at))
    return [(day, rows.rows(items)) for day, items in groupby(ordered, key=lambda item: item.day)]


def _next_time(rows: Rows, times: list[Item], item: Item, now: datetime) -> Row | None:
    """Where to go instead, when the time asked for is over or cancelled."""
    if item.ends_at > now and not item.cancelled:
        return None
    return _first(rows, [other for other in times if other.starts_at > now and not other.cancelled])


def _first(rows: Rows, items: list[Item]) -> Row | None:
    return rows.row(items[0]) if items else None


def _with_seats(times: list[Item], item: Item, now: datetime) -> list[Item]:
    """The next other times of the session that have a seat."""
    others = [other for other in times if other.code != item.code and other.takes_bookings(now)]
    return [other for other in others if other.seats_left != 0][:MOST_INSTEAD]


@dataclass(frozen=True, slots=True)
class Near:
    """The neighbours of a session, each told once."""

    parallel: list[Item]
    after: list[Item]
    following: list[Item]
    similar: list[Item]


def _near(item: Item, around: list[Item], alike: list[Item]) -> Near:
    """At the same time (of the same conference first), next in the room, next in the conference, and alike. Who
    finds no seat here looks for what is alike first."""
    if item.seats_left == 0:
        alike = alike[:MOST_SIMILAR]
        told = {other.session_id for other in alike}
    else:
        told = set()

    def take(found: Iterable[Item], most: int) -> list[Item]:
        once = {other.session_id: other for other in reversed(list(found)) if other.session_id not in told}
        taken = list(reversed(once.values()))[:most]
        told.update(other.session_id for other in taken)
        return taken

    same_time = [other for other in around if other.starts_at < item.ends_at]
    later = [other for other in around if other.starts_at >= item.ends_at]
    return Near(
        take(sorted(same_time, key=lambda other: other.conference_id != item.conference_id), MOST_PARALLEL),
        take((other for other in later if other.room_id == item.room_id), MOST_AFTER),
        take((other for other in later if other.conference_id == item.conference_id), MOST_AFTER)
        if not item.open_programme
        else [],
        alike if item.seats_left == 0 else take(alike, MOST_SIMILAR),
    )


def _dated(rows: Rows, items: list[Item], day: date) -> list[Row]:
    """Rows that say their day, where it is another than this."""
    return [rows.row(item, dated=item.day != day) for item in items]


def _series(content: SessionVersion | None) -> tuple[str, int | None, str] | None:
    """The series of the conference, the number it has there, and the page of the series."""
    conference = content.conference if content is not None else None
    if conference is None or not conference.series:
        return None
    url = url_for("public.series", slug=slugged(conference.series))
    return conference.series, conference.series_number, url

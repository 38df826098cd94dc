"""What holds the words that somebody typed: sessions, people, places and conferences on one page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from expo.programme import queries as programme
from expo.publishing import people, search, search_near, shelf
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.publishing.models import SearchKind
from expo.publishing.people import Known
from expo.publishing.search import Found
from expo.publishing.search_words import Asked, Part, marked, snippet, written_words
from expo.web.addresses import url_for
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import this_language, title_here

from . import asked, blueprint
from .kinds import track_name, type_name
from .programme import once, row_of_session
from .rows import Row, Rows, addresses, conference_class
from .viewer import viewer

MOST = 12  # of each kind on the page
MOST_WORDS = 6  # that are offered alone when nothing holds them all


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is no session: its name with the words marked, where it leads, and what else to say of it."""

    name: str
    marked: Markup
    url: str
    said: Markup
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What was found of one sort: `of` in all, the first of them here, the rest behind `more_url`."""

    key: str
    of: int
    rank: int
    rows: list[Row]
    lines: list[Line]
    more_url: str | None


@blueprint.get("/search")
@for_strangers
def search_page() -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    q = " ".join(request.args.get("q", "").split())[: asked.LONGEST_WORDS]
    found = search.look(expo.id, Asked.of(q), who.tickets, who.now, MOST)
    hits = sum(each.of for each in found.values())
    unsure = hits < search_near.FEW and SearchKind.PERSON not in found
    meant = search_near.suggestion(expo.id, q, who.tickets) if unsure else None
    if meant and not hits:
        found = search.look(expo.id, Asked.of(meant), who.tickets, who.now, MOST)
        meant = meant if found else None
    return render_template(
        "public/search.html",
        q=q,
        hits=hits,
        meant=meant,
        meant_url=_url(meant or ""),
        sections=_sections(found, q if hits else meant or ""),
        alone=[] if found else _alone(q),
        programme_url=asked.address([("q", q)] if q else []),
    )


def _url(words: str) -> str:
    return url_for("public.search_page", q=words)


def _alone(q: str) -> list[tuple[str, int, str]]:
    """Each word that finds something by itself, with how much, where nothing holds them all."""
    typed = list(dict.fromkeys(written_words(q)))
    if len(typed) < 2:
        return []
    counts = ((word, search.count(this_expo().id, word, viewer().tickets)) for word in typed[:MOST_WORDS])
    return [(word, count, _url(word)) for word, count in counts if count]


def _sections(found: dict[SearchKind, Found], words: str) -> list[Section]:
    """What was found, sort by sort: that first which holds the words in its very name."""
    draw = _Drawing(Asked.of(words), words, found)
    sections = [
        draw.sessions(),
        draw.people(),
        draw.places(),
        draw.conferences(),
    ]
    return sorted((section for section in sections if section), key=lambda section: section.rank)


class _Drawing:
    """Makes rows and lines of what was found, with few queries for each sort."""

    def __init__(self, words: Asked, text: str, found: dict[SearchKind, Found]) -> None:
        self._asked, self._text, self._found = words, text, found
        self._expo, self._who = this_expo(), viewer()
        self._speakers = people.of_expo(self._expo.id)

    def _ids(self, kind: SearchKind) -> list[int]:
        return self._found[kind].ids if kind in self._found else []

    def _mark(self, text: str) -> Markup:
        return _markup(marked(self._asked, text))

    def sessions(self) -> Section | None:
        found = self._found.get(SearchKind.SESSION)
        if found is None:
            return None
        items, times = self._next_times()
        hidden = [item for item in items if not (item.closed or self._asked.all_in(item.title))]
        abstracts = (
            publishing.abstracts((item.occurrence_id for item in hidden), this_language()) if hidden else {}
        )
        rows, drawn = Rows(), []
        for item, mine in zip(items, times, strict=True):
            row = row_of_session(rows, item, mine)
            notes = [self._where(item, abstracts.get(item.occurrence_id, "")), escape(row.note)]
            drawn.append(
                replace(
                    row,
                    title=self._mark(row.title),
                    time_text=f"{row.day_text}, {row.time_text}",
                    note=Markup("<br>").join(note for note in notes if note),
                )
            )
        more = asked.address([("q", self._text)]) if found.of > len(drawn) else None
        return Section("sessions", found.of, found.rank, drawn, [], more)

    def _next_times(self) -> tuple[list[Item], list[list[Item]]]:
        """Each session at its next time, else its last, with the seats of now; and all times of each."""
        found = shelf.times_of(self._expo.id, self._ids(SearchKind.SESSION), self._who.tickets)
        items = []
        for times in found:
            ahead, past = once(times, self._who.now)
            items += [item for item, _times in ahead or past]
        return shelf.with_seats(items)[0], found

    def _where(self, item: Item, abstract: str) -> Markup:
        """Where in a session the words stand, unless its title has them all: among the people, in the abstract, in the
        type or track. People and abstract only where the viewer may see them, for else they are not in the item."""
        title, _language = item.title_in(this_language())
        if self._asked.all_in(title):
            return Markup()
        billed = [
            self._speakers[billing["speaker"]]
            for billing in item.billed
            if billing["speaker"] in self._speakers
        ]
        names = [_said_of(speaker, with_name=True) for speaker in dict.fromkeys(billed)]
        sorts = ", ".join(filter(None, (type_name(item), track_name(item))))
        others = [text for text in (item.title, *item.titles.values()) if text != title]
        for text in (*others, *names, abstract, sorts):
            parts = snippet(self._asked, text)
            if parts:
                return _markup(parts)
        return Markup()

    def people(self) -> Section | None:
        url = addresses("public.speaker")
        lines = [
            Line(each.name, self._mark(each.name), url(each.slug), self._mark(_said_of(each)))
            for each in self._in_order(SearchKind.PERSON, self._speakers)
        ]
        return self._section("people", lines, url_for("public.speakers", q=self._text), SearchKind.PERSON)

    def places(self) -> Section | None:
        venues = (
            {each.id: each for each in programme.venues(self._expo.id)} if self._ids(SearchKind.VENUE) else {}
        )
        ids = self._ids(SearchKind.ROOM)
        rooms = {each.id: each for each in publishing.rooms_of(self._expo.id, ids)} if ids else {}
        to_venue, to_room = addresses("public.venue"), addresses("public.room")
        lines = [
            Line(
                each.name,
                self._mark(each.name),
                to_venue(each.slug),
                self._mark(_("Online") if each.is_online else each.city),
            )
            for each in self._in_order(SearchKind.VENUE, venues)
        ]
        lines += [
            Line(each.name, self._mark(each.name), to_room(each.slug), self._mark(each.venue.name))
            for each in self._in_order(SearchKind.ROOM, rooms)
        ]
        return self._section("places", lines, None, SearchKind.VENUE, SearchKind.ROOM)

    def conferences(self) -> Section | None:
        if not self._ids(SearchKind.CONFERENCE):
            return None
        every = {each.id: each for each in publishing.conferences(self._expo.id)}
        url = addresses("public.conference")
        lines = [
            Line(
                title_here(each),
                self._mark(title_here(each)),
                url(each.slug),
                _markup(snippet(self._asked, each.description_in(this_language())[0])),
                conference_class(each.colour),
            )
            for each in self._in_order(SearchKind.CONFERENCE, every)
        ]
        return self._section("conferences", lines, url_for("public.conferences"), SearchKind.CONFERENCE)

    def _in_order(self, kind: SearchKind, every: dict[int, Any]) -> list[Any]:
        return [every[each] for each in self._ids(kind) if each in every]

    def _section(
        self, key: str, lines: list[Line], more_url: str | None, *kinds: SearchKind
    ) -> Section | None:
        found = [self._found[kind] for kind in kinds if kind in self._found]
        of = sum(each.of for each in found)
        if not lines:
            return None
        rank = min(each.rank for each in found)
        return Section(key, of, rank, [], lines, more_url if of > len(lines) else None)


def _said_of(speaker: Known, *, with_name: bool = False) -> str:
    return ", ".join(text for text in (speaker.name if with_name else "", speaker.said) if text)


def _markup(parts: Iterable[Part]) -> Markup:
    """The parts as safe markup, what was asked for in <mark>."""
    return Markup("").join(Markup("<mark>%s</mark>") % text if hit else escape(text) for text, hit in parts)

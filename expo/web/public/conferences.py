"""Conferences: the list, and the page of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from expo.core.text import slug as slugged
from expo.outcomes import partners
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import Mode
from expo.publishing import queries as publishing
from expo.publishing import scopes, shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import foreign, this_language, title_here
from expo.web.words import PARTNER_ROLES

from . import asked, blueprint, days, linked, pauses, zones
from .kinds import track_name
from .prices import Ticket, tickets_by_conference
from .rows import Rows, addresses, conference_class
from .scope import Part
from .viewer import viewer

MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Card:
    """A conference in a list."""

    conference: Conference
    about: str
    about_language: str
    url: str
    colour: str
    hosts: list[str]
    tickets: list[Ticket]
    mine: bool
    away: bool
    over: bool


def cards(conferences: list[Conference]) -> list[Card]:
    """Conferences with their hosts and tickets: two queries, however many there are."""
    expo, who = this_expo(), viewer()
    hosts = programme.hosts([conference.id for conference in conferences]) if conferences else {}
    tickets = tickets_by_conference(expo.id) if conferences else {}
    url = addresses("public.conference")
    language = this_language()
    about = {each.id: each.description_in(language) for each in conferences}
    return [
        Card(
            conference=conference,
            about=about[conference.id][0],
            about_language=foreign(about[conference.id][1]),
            url=url(conference.slug),
            colour=conference_class(conference.colour),
            hosts=hosts[conference.id],
            tickets=tickets.get(conference.id, []),
            mine=conference.id in who.tickets,
            away=not expo.starts_on <= conference.starts_on <= expo.ends_on,
            over=conference.ends_on < who.today,
        )
        for conference in conferences
    ]


@blueprint.get("/conferences")
@for_strangers
def conferences() -> ResponseReturnValue:
    every = cards(publishing.conferences(this_expo().id))
    return render_template(
        "public/conferences.html",
        inside=[card for card in every if not card.away],
        away=[card for card in every if card.away],
        series=_several([card.conference for card in every]),
    )


def _several(conferences: list[Conference]) -> list[Part]:
    """The series that these conferences are numbered parts of, by name."""
    url = addresses("public.series")
    names = Counter(each.series for each in conferences if each.series)
    return [
        Part(
            name,
            url(slugged(name)),
            ngettext("%(num)s conference", "%(num)s conferences", names[name]),
        )
        for name in sorted(names, key=str.casefold)
    ]


@blueprint.get("/conferences/<slug>")
@for_strangers
def conference(slug: str) -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    found = publishing.conference(expo.id, slug)
    if found is None:
        abort(404)
    items = shelf.find(expo.id, None, None, Filter(conferences=(slug,)), who.tickets)
    related = [each for each in publishing.conferences(expo.id) if each.id != found.id]
    whole = len(items) <= MOST_ROWS
    shown = items if whole else [item for item in items if item.ends_at > who.now][:MOST_ROWS]
    card = cards([found])[0]
    description, described_in = found.description_in(this_language())
    return render_template(
        "public/conference.html",
        conference=found,
        bodies=partners.behind(found),
        roles=PARTNER_ROLES,
        title=title_here(found),
        description=description,
        description_language=foreign(described_in),
        card=card,
        today=who.today,
        strip=_own_strip(found, whole),
        whole=whole,
        total=len(items),
        by_day=[
            (day, pauses.among(groups, pauses.of_conference(slug, day), shown))
            for day, groups in Rows(found.time_zone).by_day(shown)
        ],
        closed=[date.fromisoformat(text) for text in found.closed_dates],
        zone=found.time_zone if found.time_zone != expo.time_zone else None,
        zones=zones.offer(
            items, found.time_zone, away=found.mode is not Mode.ON_SITE or found.time_zone != expo.time_zone
        ),
        parent=next((each for each in related if each.id == found.parent_id), None),
        parts=[each for each in related if each.parent_id == found.id],
        series=_in_series(found, related),
        tracks=_tracks(items),
        register=url_for("delegate.register", conference=found.slug),
        programme_url=asked.address([("conference", found.slug)]),
        conference_url=addresses("public.conference"),
        feed=url_for("feeds.conference", slug=found.slug),
        linked=linked.of_conference(found),
    )


@dataclass(frozen=True, slots=True)
class InSeries:
    """The series of a conference, and the parts before and after it."""

    url: str
    before: Conference | None
    after: Conference | None


def _in_series(conference: Conference, related: list[Conference]) -> InSeries | None:
    if not conference.series:
        return None
    slug = slugged(conference.series)
    order = scopes.in_order([conference, *(each for each in related if scopes.of_series(each, slug))])
    at = order.index(conference)
    return InSeries(
        url_for("public.series", slug=slug),
        order[at - 1] if at else None,
        order[at + 1] if at + 1 < len(order) else None,
    )


def _tracks(items: list[Item]) -> list[Part]:
    """The tracks of a conference, with how many sessions."""
    url = addresses("public.track")
    sessions: dict[tuple[str, str], set[int]] = {}
    for item in items:
        if item.track_slug:
            sessions.setdefault((item.track_slug, track_name(item)), set()).add(item.session_id)
    return [
        Part(name, url(slug), ngettext("%(num)s session", "%(num)s sessions", len(found)))
        for (slug, name), found in sorted(sessions.items(), key=lambda pair: pair[0][1].casefold())
    ]


def _own_strip(conference: Conference, whole: bool) -> tuple[days.StripDay, ...]:
    """The conference's own days: down this page, or to the programme where they do not all fit here."""
    dates = days.span(conference.starts_on, conference.ends_on)
    counts = shelf.days(conference.expo_id, Filter(conferences=(conference.slug,)), viewer().tickets)
    url: Callable[[str], str] = asked.day_addresses([("conference", conference.slug)])
    if whole:
        url = "#day-{}".format
    return days.strip(dates, counts, url) if len(dates) > 1 else ()

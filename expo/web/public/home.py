"""The expo at a glance, and what is on now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.expos.models import Expo
from expo.publishing import queries as publishing
from expo.publishing import scopes, shelf
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import asked, blueprint, days, fullness, linked, zones
from .conferences import cards
from .frame import usual_day
from .programme import in_minutes, minutes_until
from .rows import Row, Rows
from .viewer import Viewer, viewer

EVENING = 17  # o'clock
MOST_AT_HOME = 4
MOST_NOW = 60
NEXT_WITHIN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Moments:
    """Today, seen from now. `evening` holds what begins then and is not told before."""

    now: list[Item]
    soon: list[Item]
    evening: list[Item]


def _moments(items: list[Item], who: Viewer) -> Moments:
    standing = [item.seen_with(who.tickets) for item in items if not item.cancelled and not item.tentative]
    running = [item for item in standing if item.starts_at <= who.now < item.ends_at]
    coming = [item for item in standing if item.starts_at > who.now]
    evening = [item for item in coming if this_expo().local(item.starts_at).hour >= EVENING]
    return Moments(running, coming, evening)


@blueprint.get("/")
@for_strangers
def home() -> ResponseReturnValue:
    expo, who = this_expo(), viewer()
    rows = Rows()
    moments = _moments([*_of_last_night(who), *shelf.on_day(expo.id, who.today, who.tickets)], who)
    soon = moments.soon[:MOST_AT_HOME] or _after_today(who)
    conferences = publishing.conferences(expo.id)
    told = {item.occurrence_id for item in soon}
    inside = [each for each in conferences if expo.starts_on <= each.starts_on <= expo.ends_on]
    shown = cards(inside)
    return render_template(
        "public/home.html",
        today=who.today,
        runs=_runs(expo, who),
        phase=_phase(who),
        strip=days.strip(
            days.span(expo.starts_on, expo.ends_on),
            shelf.days(expo.id, tickets=who.tickets),
            asked.day_addresses([]),
        ),
        month_url=asked.address([("month", f"{usual_day(expo, who.today):%Y-%m}")]),
        running=rows.rows(moments.now[:MOST_AT_HOME]),
        running_count=len(moments.now),
        soon=[rows.row(item, dated=item.day != who.today) for item in soon],
        soon_note=_soon_note(soon, who),
        evening=rows.rows(
            [item for item in moments.evening if item.occurrence_id not in told][:MOST_AT_HOME]
        ),
        evening_count=len(moments.evening),
        yours=_yours(rows, who),
        linked=linked.of_expo(expo, inside),
        cards=[card for card in shown if not card.conference.is_open_programme],
        open_programme=next((card for card in shown if card.conference.is_open_programme), None),
        elsewhere=len(conferences) - len(inside),
    )


def _phase(who: Viewer) -> str:
    """Before, during or after the expo, in a sentence for the first line."""
    expo = this_expo()
    if who.today < expo.starts_on:
        wait = (expo.starts_on - who.today).days
        return ngettext("Starts tomorrow.", "Starts in %(num)s days.", wait)
    if who.today > expo.ends_on:
        return _("The expo is over. Everything stays here to be read.")
    return _("Day %(day)s of %(days)s.", day=(who.today - expo.starts_on).days + 1, days=_length())


def _runs(expo: Expo, who: Viewer) -> bool:
    return expo.starts_on <= who.today <= expo.ends_on


def _length() -> int:
    expo = this_expo()
    return (expo.ends_on - expo.starts_on).days + 1


def _of_last_night(who: Viewer) -> list[Item]:
    """What began yesterday evening and goes on after midnight."""
    running = shelf.between(this_expo().id, who.now, who.now, who.tickets)
    return [item for item in running if item.day < who.today and not shelf.is_long(item)]


def _after_today(who: Viewer) -> list[Item]:
    found = publishing.upcoming(this_expo().id, who.now, most=MOST_AT_HOME)
    return [item.seen_with(who.tickets) for item in found]


def _soon_note(soon: list[Item], who: Viewer) -> str:
    if not soon:
        return ""
    return in_minutes(minutes_until(soon[0].starts_at, who.now))


def _yours(rows: Rows, who: Viewer) -> Row | None:
    """The next session in which the visitor has a seat."""
    if not who.booked:
        return None
    mine = [
        item
        for item in publishing.of_occurrences(this_expo().id, who.booked)
        if item.ends_at > who.now and not item.cancelled
    ]
    return rows.row(mine[0]) if mine else None


@blueprint.get("/now")
@for_strangers
def now() -> ResponseReturnValue:
    """What runs in the expo; at one venue or in one room, if the address names one."""
    expo, who = this_expo(), viewer()
    place, where, pairs = _place()
    rows = Rows()
    found = scopes.running(expo.id, who.now, who.now + NEXT_WITHIN, **where)
    moments = _moments(_there(found, pairs), who)
    soon = moments.soon
    if not soon:
        soon = _later_here(where, pairs) if where else _after_today(who)
    full = fullness.words_by_room() if moments.now else {}
    return render_template(
        "public/now.html",
        place=place,
        time=expo.local(who.now),
        running=[rows.row(item, full.get(item.room_id or 0, "")) for item in moments.now[:MOST_NOW]],
        soon=rows.by_day(soon[:MOST_NOW]),
        soon_note=_soon_note(soon, who),
        today=who.today,
        today_url=asked.address(pairs, who.today) if _runs(expo, who) else None,
        zones=zones.offer([*moments.now, *soon], expo.time_zone),
    )


Where = dict[str, int]


def _place() -> tuple[Place | None, Where, list[tuple[str, str]]]:
    """What `?venue=` or `?room=` names, how it is found, and as the programme's filter says it. 404 if unknown."""
    expo, who = this_expo(), viewer()
    venue, room = request.args.get("venue", ""), request.args.get("room", "")
    if room:
        inside = scopes.room(expo.id, room, who.tickets)
        if inside is None:
            abort(404)
        place = Place(inside.name, url_for("public.room", slug=room))
        return place, {"room_id": inside.id}, [("room", room)]
    if venue:
        found = scopes.venue(expo.id, venue)
        if found is None:
            abort(404)
        place = Place(found.name, url_for("public.venue", slug=venue))
        return place, {"venue_id": found.id}, [("venue", venue)]
    return None, {}, []


@dataclass(frozen=True, slots=True)
class Place:
    """Where one asks what is on."""

    name: str
    url: str


def _there(items: list[Item], pairs: list[tuple[str, str]]) -> list[Item]:
    """In a room only what may be told to be there."""
    in_room = any(name == "room" for name, _value in pairs)
    return [item for item in items if not in_room or item.open_to(viewer().tickets)]


def _later_here(where: Where, pairs: list[tuple[str, str]]) -> list[Item]:
    """What comes next at a place, within a day."""
    who = viewer()
    found = scopes.running(this_expo().id, who.now, who.now + timedelta(days=1), **where)
    return _moments(_there(found, pairs), who).soon[:MOST_AT_HOME]

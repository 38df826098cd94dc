"""Booking seats, giving them back, and the agenda that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts import actions as accounts
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.booking import actions, queries
from expo.booking.models import Booking
from expo.core import clock
from expo.core.text import one_line
from expo.programme import queries as programme
from expo.programme.words import LISTED
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.web import signing
from expo.web.context import me, this_expo, visitor
from expo.web.filters import this_language
from expo.web.gates import my_person
from expo.web.public import invited
from expo.web.public.viewer import viewer

from . import blueprint


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in the agenda, with the minutes that are free before it. Without a booking it is a favourite."""

    item: Item
    booking: Booking | None
    free_before: int | None
    overlaps: bool


def my_items(person: Person) -> list[tuple[Item, Booking]]:
    """What the person has booked, by start. Two queries."""
    bookings = {booking.occurrence_id: booking for booking in queries.of_person(person.id)}
    if not bookings:
        return []
    return [
        (item.told_in(this_language()), bookings[item.occurrence_id])
        for item in publishing.of_occurrences(person.expo_id, bookings)
    ]


@blueprint.get("/my/agenda")
def agenda() -> ResponseReturnValue:
    person = me()
    if person is None:
        return render_template("delegate/newcomer.html")
    given_back = request.args.get("given_back", "")
    return render_template(
        "delegate/agenda.html",
        person=person,
        days=_days([*my_items(person), *_favourites(person)]),
        today=this_expo().local(clock.now()).date(),
        invited=[item.told_in(this_language()) for item in invited.ahead(viewer())],
        rebook=told(given_back),
    )


def _favourites(person: Person) -> list[tuple[Item, None]]:
    """What the person keeps in mind without a seat, as they may see it."""
    who = viewer()
    kept = (who.kept or frozenset()) - who.booked
    found = publishing.listed_among(person.expo_id, kept) if kept else []
    return [(item.seen_with(who.tickets).told_in(this_language()), None) for item in found]


def _days(planned: Sequence[tuple[Item, Booking | None]]) -> list[tuple[date, list[Entry]]]:
    """The agenda day by day; an entry that begins before the last one ended overlaps."""
    days = []
    ordered = sorted(planned, key=lambda pair: (pair[0].day, pair[0].starts_at))
    for day, group in groupby(ordered, key=lambda pair: pair[0].day):
        entries: list[Entry] = []
        ended: datetime | None = None
        for item, booking in group:
            gap = None if ended is None else round((item.starts_at - ended).total_seconds() / 60)
            entries.append(
                Entry(item, booking, gap if gap and gap > 0 else None, gap is not None and gap < 0)
            )
            ended = item.ends_at if ended is None else max(ended, item.ends_at)
        days.append((day, entries))
    return days


def told(code: str) -> Item | None:
    """The occurrence with this code as it was published, if who asks may know of it: drafts, and what is hidden or by
    invitation of others, look as if they did not exist."""
    code = one_line(code)  # PostgreSQL takes no NUL as text
    occurrence = programme.occurrence(this_expo().id, code) if code else None
    item = publishing.item(this_expo().id, occurrence.id) if occurrence else None
    if item is None or (item.visibility not in LISTED and item.session_id not in viewer().invited):
        return None
    return item.told_in(this_language())


@blueprint.post("/bookings")
def book() -> ResponseReturnValue:
    """Take a seat. An account that comes for the first time becomes a person of the expo with it."""
    item = told(request.form.get("occurrence", ""))
    if item is None:
        raise NotFound
    actions.book_seat(person=me_or_newcomer(), occurrence_id=item.occurrence_id)
    flash(_("You have a seat in %(title)s.", title=item.title_in(this_language())[0]), "success")
    return redirect(signing.safe_path(request.form.get("next"), url_for("delegate.agenda")), code=303)


@blueprint.post("/bookings/<int:booking_id>/cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """Give a seat back. The agenda then offers to take it again, while it is free."""
    booking = queries.booking(my_person().id, booking_id)
    if booking is None:
        raise NotFound
    actions.cancel(booking=booking)
    return redirect(url_for("delegate.agenda", given_back=booking.occurrence.code), code=303)


@blueprint.post("/my/calendar")
def calendar() -> ResponseReturnValue:
    """A fresh address for the personal calendar; shown this once, because only its digest is kept."""
    token = accounts.new_calendar_address(my_person())
    address = url_for("feeds.my", token=token, _external=True)
    return render_template("delegate/calendar.html", address=address)


def me_or_newcomer() -> Person:
    """Who asks; an account that comes for the first time becomes a person of the expo."""
    person = me()
    if person is not None:
        return person
    who = visitor()
    account = people.account(who.account_id) if who and who.account_id else None
    if account is None:
        raise NotFound
    return accounts.person_for(account=account, expo_id=this_expo().id)

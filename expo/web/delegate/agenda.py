"""Booking seats, giving them back, and the agenda that comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts import actions as accounts
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.booking import actions, alternatives, planned, queries, sharing
from expo.booking.models import COUNTING, Booking, BookingState
from expo.core import clock
from expo.core.text import one_line
from expo.favourites import queries as favourites
from expo.notices import actions as telling
from expo.notices import queries as notices
from expo.programme import queries as programme
from expo.programme.words import LISTED
from expo.publishing import queries as publishing
from expo.publishing import shelf
from expo.publishing.items import Item
from expo.web import signing
from expo.web.context import me, this_expo, visitor
from expo.web.filters import this_language
from expo.web.gates import my_person
from expo.web.public import invited
from expo.web.public.viewer import viewer

from . import blueprint, feedback, standing


def my_items(person: Person) -> list[tuple[Item, Booking]]:
    """What the person has booked, by start. Two queries."""
    return _with_items(person, queries.of_person(person.id))


def _with_items(person: Person, found: Iterable[Booking]) -> list[tuple[Item, Booking]]:
    bookings = {booking.occurrence_id: booking for booking in found}
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
    live = _with_items(person, queries.live_of_person(person.id))
    seats = [(item, booking) for item, booking in live if booking.state in COUNTING]
    items = {item.occurrence_id: item for item, _booking in live}
    planned_items = [*seats, *_favourites(person)]
    waits = standing.waits_of((booking for _item, booking in live), items)
    return render_template(
        "delegate/agenda.html",
        person=person,
        days=planned.days(person.expo_id, planned_items),
        offers=[wait for wait in waits if wait.booking.state is BookingState.OFFERED],
        line=[wait for wait in waits if wait.booking.state is BookingState.WAITING],
        conflicts=standing.conflicts_of(person, items),
        changed=_changed(person),
        share=sharing.live(person.id),
        today=this_expo().local(clock.now()).date(),
        invited=[item.told_in(this_language()) for item in invited.ahead(viewer())],
        rebook=_given_back(person),
        feedback=feedback.open_among(person, [item for item, _booking in planned_items]),
    )


def _given_back(person: Person) -> tuple[Booking, Item] | None:
    """What was given back just now, and can be taken again."""
    text = request.args.get("given_back", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    booking = queries.booking(person.id, number) if number else None
    if booking is None or not actions.may_take_back(booking):
        return None
    item = told(booking.occurrence.code)
    return (booking, item) if item is not None else None


@dataclass(frozen=True, slots=True)
class Changed:
    """Something of the agenda that was moved or cancelled, not read yet; and what has seats instead."""

    item: Item
    was: str
    now: str
    instead: list[Item]


def _changed(person: Person) -> list[Changed]:
    found = notices.unread(person.id)
    if not found:
        return []
    items = {
        item.occurrence_id: item
        for item in publishing.of_occurrences(person.expo_id, [one.occurrence_id for one in found])
    }
    language, tickets = this_language(), viewer().tickets
    return [
        Changed(
            item.told_in(language),
            telling.said(one.was, item.time_zone, language),
            telling.said(telling.placing(item), item.time_zone, language),
            [
                other.told_in(language)
                for other in alternatives.of(
                    person.expo_id, item.occurrence_id, person_id=person.id, tickets=tickets
                )
            ],
        )
        for one in found
        if (item := items.get(one.occurrence_id)) is not None
    ]


@blueprint.post("/my/notices/read")
def read_notices() -> ResponseReturnValue:
    telling.mark_read(person=my_person())
    return redirect(url_for("delegate.agenda"), code=303)


def _favourites(person: Person) -> list[tuple[Item, None]]:
    """What the person keeps in mind without a seat, as they may see it."""
    who = viewer()
    kept = (who.kept or frozenset()) - who.booked
    found = publishing.listed_among(person.expo_id, kept) if kept else []
    return [(item.seen_with(who.tickets).told_in(this_language()), None) for item in found]


def told(code: str) -> Item | None:
    """The occurrence with this code as it was published, if who asks may know of it: drafts, and what is hidden or by
    invitation of others, look as if they did not exist."""
    code = one_line(code)  # PostgreSQL takes no NUL as text
    if not code:
        return None
    # What anybody may know of is kept by the process: where many want one seat, nobody asks for it anew.
    listed = shelf.by_codes(this_expo().id, [code])
    item = listed[0] if listed else _for_guests(code)
    return item.told_in(this_language()) if item is not None else None


def _for_guests(code: str) -> Item | None:
    occurrence = programme.occurrence(this_expo().id, code)
    item = publishing.item(this_expo().id, occurrence.id) if occurrence else None
    return item if item is not None and item.session_id in viewer().invited else None


@blueprint.post("/my/calendar")
def calendar() -> ResponseReturnValue:
    """A fresh address for the personal calendar; shown this once, because only its digest is kept."""
    token = accounts.new_calendar_address(my_person())
    address = url_for("feeds.my", token=token, _external=True)
    return render_template("delegate/calendar.html", address=address)


@blueprint.post("/my/calendar/end")
def end_calendar() -> ResponseReturnValue:
    """Nobody follows the agenda any more, until a new address is made."""
    accounts.end_calendar_address(my_person())
    flash(_("Your calendar address opens nothing any more."), "success")
    return redirect(url_for("delegate.agenda"), code=303)


@blueprint.post("/my/share")
def share_agenda() -> ResponseReturnValue:
    """An address for others; shown this once, because only its digest is kept."""
    secret = sharing.make(person=my_person(), shows_name=request.form.get("name") == "1")
    address = url_for("delegate.shared_agenda", secret=secret, _external=True)
    return render_template("delegate/share.html", address=address)


@blueprint.post("/my/share/end")
def end_share() -> ResponseReturnValue:
    sharing.end(person=my_person())
    flash(_("Nobody sees your agenda any more."), "success")
    return redirect(url_for("delegate.agenda"), code=303)


@blueprint.get("/agendas/<token:secret>")
def shared_agenda(secret: str) -> ResponseReturnValue:
    """Somebody's agenda as others see it: what is public of it, by day; no person beyond a first name, if they chose
    so, and nothing of what is not for everybody."""
    share = sharing.open_by(this_expo().id, secret, who=signing.network_address())
    booked = [(item.seen_with(()), booking) for item, booking in my_items(share.person)]
    mine = {item.occurrence_id for item, _booking in booked}
    kept = favourites.kept_by(share.person_id) - mine
    others = publishing.listed_among(share.expo_id, kept) if kept else []
    shown: list[planned.Planned] = [pair for pair in booked if pair[0].visibility in LISTED]
    shown += [(item.seen_with(()).told_in(this_language()), None) for item in others]
    return render_template(
        "delegate/shared_agenda.html",
        first_name=share.person.name.split()[0] if share.shows_name else "",
        days=planned.days(share.expo_id, shown),
        today=this_expo().local(clock.now()).date(),
    )


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

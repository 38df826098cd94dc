"""Seats: booked in one tap, swapped, waited for, given back and taken again."""

from __future__ import annotations

from flask import (
    Response,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from wtforms import BooleanField

from expo.accounts.models import Person
from expo.booking import actions, alternatives, queries, slots, waiting
from expo.booking.models import Booking
from expo.booking.refusals import Overlap, SessionFull
from expo.core import clock
from expo.core.refusals import Refusal
from expo.programme.terms import MOST_PARTY
from expo.programme.words import LISTED
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.registration import queries as registrations
from expo.web import signing
from expo.web.filters import this_language
from expo.web.forms import PlainForm, WholeNumber
from expo.web.gates import my_person, way_back
from expo.web.public.rows import Rows
from expo.web.texts import _l

from . import blueprint
from .agenda import me_or_newcomer, told


@blueprint.post("/bookings")
def book() -> ResponseReturnValue:
    """Take seats, and go back where one was. An account that comes for the first time becomes a person of the expo
    with it. What clashes or is full is a page that says what can be done instead."""
    item = _asked(request.form.get("occurrence", ""))
    person = me_or_newcomer()
    try:
        booking = actions.book_seat(
            person=person,
            occurrence_id=item.occurrence_id,
            seats=_number(request.form.get("seats")),
            accept=request.form.getlist("accept"),
            swap_for=_swapped(person),
        )
    except Overlap as refusal:
        return _choose(item, person, refusal, url_for("delegate.book"))
    except SessionFull as refusal:
        return _full(item, person, refusal)
    title = item.title_in(this_language())[0]
    said = _("You have a seat in %(title)s.", title=title)
    if request.accept_mimetypes.best == "application/json":
        return _as_json(said, booking)
    flash(said, "success")
    return redirect(_back(), code=303)


@blueprint.post("/bookings/<int:booking_id>/cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """Give seats back, or leave a waiting list. The agenda then offers to take them again, while they are free."""
    booking = _mine(booking_id)
    actions.cancel(booking=booking)
    return redirect(url_for("delegate.agenda", given_back=booking.id), code=303)


@blueprint.post("/bookings/<int:booking_id>/again")
def take_back(booking_id: int) -> ResponseReturnValue:
    """Think again, some minutes after."""
    booking = _mine(booking_id)
    item = _asked(booking.occurrence.code)
    try:
        actions.take_back(booking=booking)
    except SessionFull as refusal:
        return _full(item, booking.person, refusal)
    flash(_("You have a seat in %(title)s.", title=item.title_in(this_language())[0]), "success")
    return redirect(url_for("delegate.agenda"), code=303)


@blueprint.post("/bookings/<int:booking_id>/accept")
def accept(booking_id: int) -> ResponseReturnValue:
    """Take what is offered, from the agenda."""
    return answer(
        _mine(booking_id), url_for("delegate.accept", booking_id=booking_id), url_for("delegate.agenda")
    )


def answer(booking: Booking, here: str, after: str) -> ResponseReturnValue:
    """Take an offer; where it clashes by now, ask."""
    item = _asked(booking.occurrence.code)
    try:
        waiting.accept(
            booking=booking, accept=request.form.getlist("accept"), swap_for=_swapped(booking.person)
        )
    except Overlap as refusal:
        return _choose(item, booking.person, refusal, here)
    flash(_("You have a seat in %(title)s.", title=item.title_in(this_language())[0]), "success")
    return redirect(after, code=303)


def offer_page(entry: Booking, secret: str) -> str:
    """Where somebody stands on a waiting list; what is held, and the two answers. For whoever has the letter."""
    item = publishing.item(entry.expo_id, entry.occurrence_id)
    if item is None:
        raise NotFound
    return render_template(
        "delegate/seat_offer.html",
        entry=entry,
        secret=secret,
        item=item.told_in(this_language()),
        position=waiting.position(entry),
    )


class WaitForm(PlainForm):
    """For how many one waits, and how."""

    expected = (Refusal,)

    seats = WholeNumber(_l("How many seats"), least=1, most=MOST_PARTY, default=1)
    keep_together = BooleanField(
        _l("All of them or none"),
        description=_l("Otherwise you get as many as are free when it is your turn."),
        default=True,
    )
    takes_at_once = BooleanField(
        _l("Book it for me as soon as a seat is free"),
        description=_l(
            "Otherwise, and in the last two hours before it begins, the seat is held and you are asked first."
        ),
        default=True,
    )


@blueprint.get("/waiting/<code>")
def wait_for(code: str) -> ResponseReturnValue:
    return _wait_page(_asked(code), WaitForm())


@blueprint.post("/waiting/<code>")
def join_line(code: str) -> ResponseReturnValue:
    item, person, form = _asked(code), me_or_newcomer(), WaitForm(request.form)
    if not form.validate():
        return _wait_page(item, form), 422
    asked: list[Overlap] = []

    def join() -> None:
        try:
            waiting.join(
                person=person,
                occurrence_id=item.occurrence_id,
                seats=form.seats.data or 1,
                keep_together=bool(form.keep_together.data),
                takes_at_once=bool(form.takes_at_once.data),
                accept=request.form.getlist("accept"),
                swap_for=_swapped(person),
            )
        except Overlap as refusal:
            asked.append(refusal)

    if not form.accepts(join):
        return _wait_page(item, form), form.status
    if asked:
        return _choose(item, person, asked[0], url_for("delegate.join_line", code=code))
    flash(_("You are on the waiting list of %(title)s.", title=item.title_in(this_language())[0]), "success")
    return redirect(url_for("delegate.agenda"), code=303)


def _asked(code: str) -> Item:
    item = told(code)
    if item is None:
        raise NotFound
    return item


def _mine(booking_id: int) -> Booking:
    booking = queries.booking(my_person().id, booking_id)
    if booking is None:
        raise NotFound
    return booking


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 1


def _swapped(person: Person) -> Booking | None:
    text = request.form.get("swap_for", "")
    if not text:
        return None
    found = (
        queries.booking(person.id, int(text))
        if text.isascii() and text.isdigit() and len(text) < 10
        else None
    )
    if found is None:
        raise NotFound
    return found


def _back() -> str:
    """The page where somebody pressed the button; the agenda where nobody knows."""
    here = request.form.get("next") or way_back()
    return signing.safe_path(here, url_for("delegate.agenda"))


def _as_json(said: str, booking: Booking) -> Response:
    """For a page that stays: what its row says now, and how to undo it."""
    state = get_template_attribute("macros/states.html", "state")
    return jsonify(
        state=booking.state.value,
        message=said,
        chip=state(_("Your seat"), "mine"),
        agenda=url_for("delegate.agenda"),
        undo=_("Undo"),
        cancel=url_for("delegate.cancel", booking_id=booking.id),
    )


def _choose(item: Item, person: Person, refusal: Overlap, action: str) -> ResponseReturnValue:
    """What clashes, and what can be done: swap, take both, or something else with seats."""
    kept = {key: value for key, value in request.form.items() if key not in ("accept", "swap_for")}
    rules = {clash.rule.value for clash in refusal.clashes if clash.rule}
    siblings = any(clash.kind.value == "siblings" for clash in refusal.clashes)
    page = render_template(
        "delegate/clash.html",
        item=item.told_in(this_language()),
        clashes=refusal.clashes,
        may_accept=rules == {"warn"} and not siblings,
        may_swap=len(refusal.clashes) == 1 and "forbid" not in rules,
        action=action,
        kept={**kept, "next": _back()},
        instead=_instead(item, person),
    )
    return page, refusal.status


def _full(item: Item, person: Person, refusal: SessionFull) -> ResponseReturnValue:
    now = clock.now()
    page = render_template(
        "delegate/full.html",
        item=item.told_in(this_language()),
        message=refusal.message,
        waits=waiting.lengths([item.occurrence_id]).get(item.occurrence_id, 0),
        may_wait=item.visibility in LISTED and item.takes_bookings(now) and item.starts_at > now,
        instead=_instead(item, person),
    )
    return page, refusal.status


def _instead(item: Item, person: Person) -> list[object]:
    tickets = registrations.tickets_of(person.id)
    found = alternatives.of(person.expo_id, item.occurrence_id, person_id=person.id, tickets=tickets)
    if not found:  # nothing to draw: who comes too late for the last seat is told so at once
        return []
    rows = Rows(item.time_zone)
    return [rows.row(each, dated=each.day != item.day) for each in found]


def _wait_page(item: Item, form: WaitForm) -> str:
    slot = slots.one(item.expo_id, item.occurrence_id)
    return render_template(
        "delegate/wait_for.html",
        item=item.told_in(this_language()),
        form=form,
        most=slot.terms.most_party if slot else 1,
        ahead=waiting.lengths([item.occurrence_id]).get(item.occurrence_id, 0),
    )

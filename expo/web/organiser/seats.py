"""Seats in the hands of organisers: give one, force one, take one back; open and close booking; lists for guides."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.booking import guides, organisers, walk_ups
from expo.booking import queries as bookings
from expo.booking.refusals import AlreadyBooked, BookingClosed, NoBookingNeeded, NoTicket, SessionFull
from expo.core import clock
from expo.exports import attendees, xlsx
from expo.exports.people import as_csv
from expo.programme import queries as programme
from expo.programme.models import Occurrence
from expo.programme.terms import set_terms
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.registration import queries as registrations
from expo.reports import attendance
from expo.web.context import this_expo
from expo.web.forms import CityMomentField, PlainForm, TextBlock, TextLine, WholeNumber, needed, short
from expo.web.texts import _l
from expo.web.words import CATEGORIES

from . import blueprint, lists, mine
from .people_files import TYPES


class GiveForm(PlainForm):
    """Seats for one person, whatever the number says where `force` is ticked."""

    expected = (SessionFull, AlreadyBooked, BookingClosed, NoTicket, NoBookingNeeded)

    registration = TextLine(_l("Who"), [needed(_l("Choose somebody."))])
    seats = WholeNumber(_l("Seats"), least=1, most=organisers.MOST_SEATS, default=1)
    reason = TextBlock(
        _l("Reason"), [short(500)], description=_l("Needed where you force a seat. It stands in the log.")
    )

    @property
    def forced(self) -> bool:
        return request.form.get("force") == "1"


class BackForm(PlainForm):
    """Why somebody loses a seat."""

    reason = TextBlock(
        _l("Reason"),
        [needed(_l("Say why: the person reads it.")), short(500)],
        description=_l("The person reads it."),
    )


class TermsForm(PlainForm):
    """When seats can be booked, and where people gather."""

    opens_at = CityMomentField(_l("Booking opens"), description=_l("Empty: as for its kind of session."))
    closes_at = CityMomentField(_l("Booking closes"), description=_l("Empty: as for its kind of session."))
    meeting_point = TextLine(
        _l("Meeting point"), [short(200)], description=_l("Where people gather, if not in the room.")
    )

    @classmethod
    def of(cls, item: Item, sent: object = None) -> TermsForm:
        """With the moments of this time alone: those of the item may be its kind's."""
        own = occurrence_of(item)
        form = cls(
            sent,
            data={
                "opens_at": own.booking_opens_at,
                "closes_at": own.booking_closes_at,
                "meeting_point": own.meeting_point,
            },
        )
        if sent is None:
            for field in (form.opens_at, form.closes_at):
                field.show(item.zone)
        return form


class GuideForm(PlainForm):
    """For whom an address is made."""

    label = TextLine(
        _l("For whom"),
        [needed(_l("Write for whom it is.")), short(120)],
        description=_l("A name only you see: Maria, harbour tour"),
    )


def asked(code: str, deed: Deed) -> tuple[Item, list[Item]]:
    """The released time with this code, and all times of its session; of the visitor's own conferences, or 404."""
    session = mine.session(code, deed)
    times = publishing.of_session(session.expo_id, session.id, hidden_too=True)
    item = next((one for one in times if one.code == code), times[0] if times else None)
    return item or abort(404), times


def page(
    code: str,
    *,
    give: GiveForm | None = None,
    terms: TermsForm | None = None,
    guide: GuideForm | None = None,
    secret: str = "",
) -> str:
    """Who has a seat: on the screen, and on paper for whoever guides the tour; with what the visitor may change."""
    item, times = asked(code, Deed.READ_PEOPLE)
    decides = mine.may(Deed.DECIDE, item.conference_id)
    words = lists.asked("q")
    return render_template(
        "organiser/booked.html",
        item=item,
        times=times,
        taken=walk_ups.booked(times),
        bookings=bookings.of_occurrence(item.occurrence_id),
        addresses=mine.may(Deed.READ_ADDRESSES, item.conference_id),
        came=attendance.came([item.occurrence_id]).get(item.occurrence_id, 0),
        here_now=attendance.who_came(item.occurrence_id),
        categories=CATEGORIES,
        decides=decides,
        kept=walk_ups.kept([item.occurrence_id]).get(item.occurrence_id),
        q=words,
        found=bookings.could_be_given(item.conference_id, item.occurrence_id, words)
        if decides and words
        else [],
        give=give or GiveForm(),
        terms=terms or TermsForm.of(item),
        guide=guide or GuideForm(),
        guides=guides.live(item.session_id) if decides else [],
        address=url_for("delegate.guide", secret=secret, _external=True) if secret else "",
    )


@blueprint.post("/organise/bookings/<code>/seats")
def give_seat(code: str) -> ResponseReturnValue:
    item, _times = asked(code, Deed.DECIDE)
    form = GiveForm(request.form)
    found = registrations.registration(this_expo().id, form.registration.data or "")
    if found is None or found.conference_id != item.conference_id:
        abort(404)

    def act() -> None:
        organisers.give(
            person=found.person,
            occurrence_id=item.occurrence_id,
            seats=form.seats.data or 1,
            reason=form.reason.data or "",
            force=form.forced,
        )

    if form.validate() and form.accepts(act):
        flash(_("%(name)s has the seat, and a letter.", name=found.person.name), "success")
        return redirect(url_for("organiser.booked", code=item.code), code=303)
    return page(code, give=form), form.status


@blueprint.get("/organise/bookings/<code>/seats/<int:booking_id>/back")
def seat_back(code: str, booking_id: int) -> ResponseReturnValue:
    return _back_page(code, booking_id, BackForm())


@blueprint.post("/organise/bookings/<code>/seats/<int:booking_id>/back")
def take_seat_back(code: str, booking_id: int) -> ResponseReturnValue:
    item, _times = asked(code, Deed.DECIDE)
    booking = bookings.of_occurrence_by_id(item.occurrence_id, booking_id) or abort(404)
    form = BackForm(request.form)
    if form.validate() and form.accepts(
        lambda: organisers.take_back(booking=booking, reason=form.reason.data or "")
    ):
        flash(_("The seat of %(name)s is free again.", name=booking.person.name), "success")
        return redirect(url_for("organiser.booked", code=item.code), code=303)
    return _back_page(code, booking_id, form), form.status


def _back_page(code: str, booking_id: int, form: BackForm) -> str:
    item, _times = asked(code, Deed.DECIDE)
    booking = bookings.of_occurrence_by_id(item.occurrence_id, booking_id) or abort(404)
    return render_template("organiser/seat_back.html", item=item, booking=booking, form=form)


@blueprint.post("/organise/bookings/<code>/terms")
def save_terms(code: str) -> ResponseReturnValue:
    item, _times = asked(code, Deed.DECIDE)
    form = TermsForm.of(item, request.form)
    settled = all([form.opens_at.settle(item.zone), form.closes_at.settle(item.zone)])

    def act() -> None:
        set_terms(
            occurrence=occurrence_of(item),
            opens_at=form.opens_at.data,
            closes_at=form.closes_at.data,
            meeting_point=form.meeting_point.data or "",
        )

    if form.validate() and settled and form.accepts(act):
        flash(_("Saved. It holds at once."), "success")
        return redirect(url_for("organiser.booked", code=item.code), code=303)
    return page(code, terms=form), form.status


@blueprint.post("/organise/bookings/<code>/guides")
def make_guide_link(code: str) -> ResponseReturnValue:
    """The address is shown this once: only its digest is kept."""
    item, _times = asked(code, Deed.DECIDE)
    form = GuideForm(request.form)
    made: list[str] = []

    def act() -> None:
        _link, secret = guides.make(session=occurrence_of(item).session, label=form.label.data or "")
        made.append(secret)

    if form.validate() and form.accepts(act):
        return page(code, secret=made[0])
    return page(code, guide=form), form.status


@blueprint.post("/organise/bookings/<code>/guides/<int:link_id>/end")
def end_guide_link(code: str, link_id: int) -> ResponseReturnValue:
    item, _times = asked(code, Deed.DECIDE)
    found = guides.link(item.session_id, link_id) or abort(404)
    guides.end(link=found)
    flash(_("The address for %(whom)s opens nothing any more.", whom=found.label), "success")
    return redirect(url_for("organiser.booked", code=item.code), code=303)


@blueprint.post("/organise/bookings/<code>/list.<form>")
def booked_file(code: str, form: str) -> ResponseReturnValue:
    """The list as a file. A form that is sent, not a link: it leaves a trace each time."""
    item, _times = asked(code, Deed.READ_PEOPLE)
    if form not in TYPES:
        abort(404)
    expo = this_expo()
    table = attendees.table(
        item,
        categories={category: str(text) for category, text in CATEGORIES.items()},
        addresses=mine.may(Deed.READ_ADDRESSES, item.conference_id),
        came=attendance.who_came(item.occurrence_id),
        form=form,
    )
    body = as_csv(table) if form == "csv" else xlsx.workbook(item.code, table.heads, table.rows)
    name = f"{expo.slug}-{item.code}-{clock.now().astimezone(item.zone):%Y-%m-%d}.{form}"
    return Response(
        body,
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def occurrence_of(item: Item) -> Occurrence:
    return programme.occurrence(item.expo_id, item.code) or abort(404)

"""Walk-in: who stands at the desk is registered on one screen, and has a badge on the next."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import EmailField, HiddenField, SelectField
from wtforms.validators import Email, Optional

from expo.badge import qr
from expo.badge import queries as badges
from expo.checkin import devices
from expo.checkin import queries as checkin
from expo.checkin.models import Gate
from expo.core import clock, limits, tokens
from expo.core.refusals import ChangedMeanwhile
from expo.desk import queries as desk
from expo.desk import registering
from expo.desk.registering import Newcomer
from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.registration.models import Registration, RegistrationState, TicketType
from expo.registration.refusals import AlreadyRegistered, NotOnSale, TicketsGone
from expo.web.context import choose_language, offered_languages, this_expo, visitor
from expo.web.filters import language_name, price
from expo.web.forms import PlainForm, TextLine, countries, needed, short
from expo.web.texts import _l
from expo.web.words import BADGE_CLASSES, CATEGORIES, REGISTRATION_KINDS, REGISTRATION_STATES

from . import blueprint, given_answers, lists, mine
from .papers import papers_for


class WalkInForm(PlainForm):
    """Only what the badge needs; the rest may stay empty."""

    expected = (TicketsGone, NotOnSale, AlreadyRegistered)

    name = TextLine(_l("Name"), [needed(_l("Write the name as it shall stand on the badge.")), short(200)])
    ticket = SelectField(_l("Ticket"), [needed(_l("Choose a ticket."))], choices=[])
    email = EmailField(
        _l("E-mail"),
        [Optional(), short(254), Email(_l("That is not an e-mail address. It looks like name@example.org."))],
    )
    organisation = TextLine(_l("Organisation"), [short(200)])
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries)
    language = SelectField(_l("Language of letters"), choices=[])
    key = HiddenField()


@blueprint.get("/organise/walk-in")
def walk_in() -> ResponseReturnValue:
    tickets = _tickets()
    form = _form(tickets)
    chosen = request.args.get("ticket", "")
    form.ticket.data = chosen or (str(tickets[0].id) if len(tickets) == 1 else "")
    form.language.data = choose_language()
    return _page(form, tickets)


@blueprint.post("/organise/walk-in")
def register_walk_in() -> ResponseReturnValue:
    tickets = _tickets()
    form = _form(tickets, request.form)
    if form.validate():
        who = visitor()
        limits.count("walk_in", str(who and who.account_id), most=600, within=timedelta(minutes=15))
        wanted = next(one for one in tickets if str(one.id) == form.ticket.data)
        made = []
        newcomer = Newcomer(
            expo_id=this_expo().id,
            name=form.name.data or "",
            email=(form.email.data or "").strip(),
            language=form.language.data,
            organisation=form.organisation.data or "",
            city=form.city.data or "",
            country=form.country.data or "",
        )
        if form.accepts(
            lambda: made.append(
                registering.walk_in(newcomer=newcomer, ticket_type=wanted, form_key=form.key.data or "")
            )
        ):
            return redirect(url_for("organiser.walked_in", code=made[0].code), code=303)
    return _page(form, tickets), form.status


@blueprint.get("/organise/walk-in/<code>")
def walked_in(code: str) -> ResponseReturnValue:
    """The badge, to be printed or photographed, and the way to the next person."""
    found = _here(code)
    badge = badges.active_badge(found.expo_id, found.person.id)
    category = found.ticket_type.category
    return render_template(
        "organiser/walked_in.html",
        registration=found,
        has_badge=badge is not None,
        # Our own bytes: a path of numbers, nothing that anybody typed.
        picture=Markup(qr.svg(badges.code_of(badge)).decode()) if badge else "",  # noqa: S704
        spoken=badges.spoken_of(badge) if badge else "",
        category=CATEGORIES[category],
        category_class=BADGE_CLASSES[category],
        state=REGISTRATION_STATES[found.state],
        kind=REGISTRATION_KINDS[found.state],
        may_read=mine.may(Deed.READ_PEOPLE, found.conference_id),
        code=badges.code_of(badge) if badge else "",
        papers=papers_for(found.conference_id),
        due=registering.due(found),
        photo=next((one for one in given_answers.of(found, {}) if one.is_photo and not one.is_sealed), None),
        gates=_gates_here(),
        scan_id=str(uuid.uuid4()),
    )


@blueprint.post("/organise/walk-in/<code>/paid")
def paid_in_cash(code: str) -> ResponseReturnValue:
    """What is due lies on the desk; then there is a badge."""
    found = _here(code)
    try:
        registering.pay_in_cash(found, shown=lists.number(request.form.get("amount")))
    except ChangedMeanwhile as changed:
        flash(changed.message, "warning")
    else:
        if found.state is RegistrationState.CONFIRMED:
            flash(_("Paid. The place is confirmed."), "success")
        else:
            flash(_("Paid. The place is not confirmed yet: see what it waits for."), "warning")
    return redirect(url_for("organiser.walked_in", code=code), code=303)


def _here(code: str) -> Registration:
    """Somebody of this visitor's desks. A place of a group has nobody who could stand there until one is named."""
    found = registrations.registration(this_expo().id, code) or abort(404)
    mine.rights().require(Deed.WALK_IN, found.conference_id)
    return found if found.person_id else abort(404)


def _gates_here() -> list[Gate]:
    """The gates of this browser, where it is a scanner too: who was just registered goes in at once."""
    held = request.cookies.get(devices.COOKIE)
    device = checkin.device_of(held) if held else None
    if device is None or device.revoked_at is not None or device.expo_id != this_expo().id:
        return []
    return checkin.gates_of_device(device)


def _tickets() -> list[TicketType]:
    """What can be given at this desk now: of the conference that the address names, else of all of one's own, those
    that are on today first. What has a price is paid here, too, before there is a badge."""
    mine.somewhere(Deed.WALK_IN)
    conferences = mine.chosen(lists.asked("conference"), Deed.WALK_IN)
    going = [conference.id for conference in conferences if not registrations.is_over(conference)]
    today = clock.now().astimezone(this_expo().zone).date()
    found = [
        one
        for one in desk.ticket_types(going)
        if not one.is_donation and (not one.owners_last or mine.may(Deed.APPROVE_LAST, one.conference_id))
    ]
    return sorted(found, key=lambda one: one.conference.starts_on > today)


def _form(tickets: list[TicketType], sent: object = None) -> WalkInForm:
    form = WalkInForm(sent)
    several = len({one.conference_id for one in tickets}) > 1
    form.ticket.choices = [
        *([("", "")] if len(tickets) > 1 else []),
        *((str(one.id), _named(one, several)) for one in tickets),
    ]
    form.language.choices = [(code, language_name(code)) for code in offered_languages()]
    form.key.data = form.key.data or tokens.new()
    return form


def _named(ticket: TicketType, several: bool) -> str:
    name = f"{ticket.conference.title}: {ticket.name}" if several else ticket.name
    return f"{name}, {price(ticket.price)}" if ticket.price_minor else name


def _page(form: WalkInForm, tickets: list[TicketType]) -> str:
    if not tickets:
        flash(_("No ticket can be given now."), "info")
    return render_template(
        "organiser/walk_in.html",
        form=form,
        tickets=tickets,
        more_open=bool(form.organisation.data or form.city.data or form.country.data),
        conference=lists.asked("conference"),
    )

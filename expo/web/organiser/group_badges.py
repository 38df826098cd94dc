"""One badge for a group that comes together: a school class of 28. Doors count up to its size; nobody's name is asked."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from expo.badge import passes, qr, queries
from expo.badge.models import Badge, BadgeState
from expo.core import limits
from expo.desk import queries as desk
from expo.programme.words import Deed
from expo.registration import passes as places
from expo.registration import queries as registrations
from expo.registration.models import TicketType
from expo.registration.refusals import NotOnSale, TicketsGone
from expo.web.context import this_expo, visitor
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import BADGE_CLASSES, CATEGORIES

from . import blueprint, mine
from .papers import papers_for


class GroupBadgeForm(PlainForm):
    """What the group calls itself, and how many they are."""

    expected = (TicketsGone, NotOnSale)

    label = TextLine(
        _l("What the group calls itself"),
        [needed(_l("Give the group a name.")), short(120)],
        description=_l("A school class, a choir: no person's name."),
    )
    size = IntegerField(
        _l("How many"),
        [InputRequired(_l("Say how many they are.")), NumberRange(2, places.LARGEST_PARTY)],
    )
    ticket = SelectField(_l("Ticket"), [needed(_l("Choose a ticket."))], choices=[])


@blueprint.get("/organise/group-badges")
def group_badges() -> ResponseReturnValue:
    return _page(_form(_tickets()))


@blueprint.post("/organise/group-badges")
def make_group_badge() -> ResponseReturnValue:
    tickets = _tickets()
    form = _form(tickets, request.form)
    made: list[Badge] = []
    if form.validate():
        who = visitor()
        limits.count("group_badge", str(who and who.account_id), most=200, within=timedelta(minutes=15))
        wanted = next(one for one in tickets if str(one.id) == form.ticket.data)
        if form.accepts(
            lambda: made.append(
                passes.make(ticket_type=wanted, size=form.size.data or 0, label=form.label.data or "")
            )
        ):
            return redirect(url_for("organiser.group_badge", number=made[0].id), code=303)
    return _page(form), form.status


@blueprint.get("/organise/group-badges/<int:number>")
def group_badge(number: int) -> ResponseReturnValue:
    """The badge, to be printed or photographed."""
    badge = my_group(number)
    assert badge.registration is not None
    category = badge.registration.ticket_type.category
    live = badge.state is BadgeState.ACTIVE
    return render_template(
        "organiser/group_badge.html",
        badge=badge,
        live=live,
        # Our own bytes: a path of numbers, nothing that anybody typed.
        picture=Markup(qr.svg(queries.code_of(badge)).decode()) if live else "",  # noqa: S704
        spoken=queries.spoken_of(badge),
        category=CATEGORIES[category],
        category_class=BADGE_CLASSES[category],
        papers=papers_for(badge.registration.conference_id),
    )


@blueprint.post("/organise/group-badges/<int:number>/revoke")
def revoke_group_badge(number: int) -> ResponseReturnValue:
    badge = my_group(number)
    passes.revoke_group(badge=badge, reason="group does not come")
    flash(_("The badge of %(group)s opens nothing any more.", group=badge.label), "success")
    return redirect(url_for("organiser.group_badges"), code=303)


def my_group(number: int) -> Badge:
    mine.somewhere(Deed.WALK_IN)
    found = passes.groups(this_expo().id, mine.conference_ids(Deed.WALK_IN))
    return next((one for one in found if one.id == number), None) or abort(404)


def _tickets() -> list[TicketType]:
    """What costs nothing and needs nobody's word, at conferences of one's own that are not over."""
    mine.somewhere(Deed.WALK_IN)
    going = [one.id for one in mine.conferences(Deed.WALK_IN) if not registrations.is_over(one)]
    return [
        one
        for one in desk.ticket_types(going)
        if not (one.price_minor or one.needs_approval or one.is_hidden or one.is_donation)
    ]


def _form(tickets: list[TicketType], sent: object = None) -> GroupBadgeForm:
    form = GroupBadgeForm(sent)
    form.ticket.choices = [
        *([("", "")] if len(tickets) > 1 else []),
        *((str(one.id), f"{one.conference.title}: {one.name}") for one in tickets),
    ]
    return form


def _page(form: GroupBadgeForm) -> str:
    return render_template(
        "organiser/group_badges.html",
        form=form,
        badges=passes.groups(this_expo().id, mine.conference_ids(Deed.WALK_IN)),
    )

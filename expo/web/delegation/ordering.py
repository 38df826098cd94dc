"""Ordering places for a group: how many, on which ticket, for whom to pay; the names come later."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import EmailField, IntegerField, SelectField
from wtforms.validators import Email, InputRequired, NumberRange

from expo.accounts import queries as people
from expo.core import limits, tokens
from expo.core.refusals import Refusal
from expo.delegations import ordering
from expo.registration import queries, unnamed
from expo.registration.actions import Newcomer
from expo.registration.models import TicketType
from expo.web.context import choose_language, me, this_expo, visitor
from expo.web.filters import price, title_here
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.signing import network_address
from expo.web.texts import _l

from . import blueprint


class GroupOrderForm(PlainForm):
    """What is ordered, and by whom."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Refusal,)

    group = TextLine(
        _l("For whom"), [needed(_l("Give the group a name: a company, a class, a club.")), short(200)]
    )
    ticket = SelectField(_l("Ticket"), [needed(_l("Choose a ticket."))], choices=[])
    count = IntegerField(
        _l("How many"),
        [InputRequired(_l("Say how many they are.")), NumberRange(2, unnamed.MOST_PLACES)],
    )
    name = TextLine(_l("Your name"), [short(200)])
    email = EmailField(_l("E-mail"), [short(254)])


class StrangerForm(GroupOrderForm):
    """The same from somebody whom we do not know yet."""

    name = TextLine(_l("Your name"), [needed(_l("Write your name: the order is yours.")), short(200)])
    email = EmailField(
        _l("E-mail"),
        [
            needed(_l("Write your e-mail address: the order and the links go there.")),
            short(254),
            Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
    )


@blueprint.get("/group-order")
def group_order() -> ResponseReturnValue:
    return _page(_form(_offered()))


@blueprint.post("/group-order")
def place_group_order() -> ResponseReturnValue:
    offered = _offered()
    form, person = _form(offered, request.form), me()
    made: list[ordering.Ordered] = []
    if form.validate():
        limits.count("group_order", network_address(), most=12, within=timedelta(hours=1))
        kind = next(one for one in offered if str(one.id) == form.ticket.data)
        who = visitor()
        buyer = person or Newcomer(
            this_expo().id, form.name.data or "", form.email.data or "", choose_language(),
            organisation=form.group.data or "", account=people.account(who.account_id) if who and who.account_id else None,
        )  # fmt: skip
        if form.accepts(
            lambda: made.append(
                ordering.order(
                    name=form.group.data or "",
                    ticket_type=kind,
                    count=form.count.data or 0,
                    buyer=buyer,
                    form_key=request.form.get("key", ""),
                )
            )
        ):
            flash(
                _("The places are held. Say who comes, now or later; you have a letter with this page."),
                "success",
            )
            return redirect(url_for("delegation.board", secret=made[0].secret), code=303)
    return _page(form), form.status


def _offered() -> list[TicketType]:
    return [one for one in queries.offered(this_expo().id) if unnamed.is_for_groups(one)]


def _form(offered: list[TicketType], sent: object = None) -> GroupOrderForm:
    form = GroupOrderForm(sent) if me() else StrangerForm(sent)
    form.ticket.choices = [
        *([("", "")] if len(offered) > 1 else []),
        *((str(one.id), f"{title_here(one.conference)}: {one.name}, {price(one.price)}") for one in offered),
    ]
    return form


def _page(form: GroupOrderForm) -> str:
    return render_template(
        "delegation/group_order.html", form=form, person=me(), key=request.form.get("key") or tokens.new()
    )

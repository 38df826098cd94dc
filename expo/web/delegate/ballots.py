"""Wishes for a ballot: best first, changeable until it closes."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.ballots import actions, queries
from expo.ballots.models import Ballot, BallotEntry
from expo.ballots.refusals import BallotClosed
from expo.booking.refusals import NoTicket
from expo.booking.slots import Slot
from expo.core import clock
from expo.programme.terms import MOST_PARTY
from expo.web.context import me, this_expo
from expo.web.forms import PlainForm, WholeNumber
from expo.web.public.ballots import called
from expo.web.texts import _l

from . import blueprint
from .agenda import me_or_newcomer


class EntryForm(PlainForm):
    """For how many, and as many choices as the ballot has wishes: wish1, wish2 and so on."""

    expected = (BallotClosed, NoTicket)

    seats = WholeNumber(_l("How many seats"), least=1, most=MOST_PARTY, default=1)

    @property
    def chosen(self) -> list[wtforms.Field]:
        return [field for field in self if field.name.startswith("wish")]

    @property
    def wishes(self) -> list[str]:
        return [field.data for field in self.chosen if field.data]


@blueprint.get("/my/ballots/<code>")
def wishes(code: str) -> ResponseReturnValue:
    found = _found(code)
    person = me()
    entry = queries.entry_of(found.id, person.id) if person else None
    slots = queries.slots_of(found)
    return _page(found, entry, slots, _form(found, slots, entry))


@blueprint.post("/my/ballots/<code>")
def wish(code: str) -> ResponseReturnValue:
    found, person = _found(code), me_or_newcomer()
    slots = queries.slots_of(found)
    form = _form(found, slots, None, request.form)
    if form.validate() and form.accepts(
        lambda: actions.enter(
            ballot=found,
            person=person,
            wishes=form.wishes,
            seats=1 if form.seats.data is None else form.seats.data,
        )
    ):
        if form.wishes:
            flash(_("Your wishes are in the ballot. You can change them until it closes."), "success")
        else:
            flash(_("You take part no more. Until it closes you can still change your mind."), "success")
        return redirect(url_for("delegate.wishes", code=found.code), code=303)
    return _page(found, queries.entry_of(found.id, person.id), slots, form), form.status


def _page(found: Ballot, entry: BallotEntry | None, slots: list[Slot], form: EntryForm) -> str:
    titles = {slot.code: called(slot) for slot in slots}
    return render_template(
        "delegate/ballot.html",
        ballot=found,
        entry=entry,
        titles=titles,
        form=form,
        is_open=not found.is_over and clock.now() < found.closes_at,
        outcome=queries.outcome(found, entry.number) if entry else None,
        parties=any(slot.terms.most_party > 1 for slot in slots),
    )


def _form(found: Ballot, slots: list[Slot], entry: BallotEntry | None, sent: Any = None) -> EntryForm:
    choices = [("", _("No wish"))] + [(slot.code, called(slot)) for slot in slots]
    numbers = range(1, found.most_wishes + 1)
    fields = {
        f"wish{number}": wtforms.SelectField(
            _("Wish %(number)s", number=number), choices=choices, filters=[lambda code: code or ""]
        )
        for number in numbers
    }
    kind = type("WishesForm", (EntryForm,), fields)
    had = list(entry.wishes) if entry else []
    data = {f"wish{number}": code for number, code in zip(numbers, had, strict=False)}
    form: EntryForm = kind(sent, data={"seats": entry.seats if entry else 1, **data})
    return form


def _found(code: str) -> Ballot:
    found = queries.ballot(this_expo().id, code)
    if found is None:
        abort(404)
    return found

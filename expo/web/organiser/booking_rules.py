"""How seats are booked: of each kind of session, and of a single time where it shall be otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import RadioField, SelectField

from expo.booking import walk_ups
from expo.booking.refusals import SeatsTaken
from expo.programme import terms
from expo.programme.models import SessionType
from expo.programme.terms import MOST_PARTY, TermsDraft
from expo.programme.terms_models import BookingTerms
from expo.programme.words import Deed, OverlapRule
from expo.web.context import this_expo
from expo.web.forms import PlainForm, WholeNumber
from expo.web.texts import _l

from . import blueprint, mine, seats

OVERLAPS = {
    OverlapRule.WARN: _l("They are told, and may take both"),
    OverlapRule.SWAP: _l("One for the other: they may swap"),
    OverlapRule.FORBID: _l("Refused, until they give the other one back"),
}
MINUTES = {"days": 24 * 60, "hours": 60, "minutes": 1}
UNITS = [("days", _l("days before")), ("hours", _l("hours before")), ("minutes", _l("minutes before"))]
NOT_SAID = ""
# What the rule calls a field, the form asks in two.
ASKED_AS = {"opens_before": "opens", "closes_before": "closes", "walk_ups": "kept", "walk_up_percent": "kept"}


class RulesForm(PlainForm):
    """What holds for a kind of session, or for one time. What is left empty has a default."""

    expected = (SeatsTaken,)

    overlap = RadioField(_l("If somebody has another seat at that time"), default=NOT_SAID)
    late_minutes = WholeNumber(
        _l("Minutes late that are let pass"), least=0, most=600,
        description=_l("By the estimated way on foot from another venue. Within these people are told, no more."),
    )  # fmt: skip
    opens = WholeNumber(_l("Booking opens"), least=0, most=9_999, description=_l("Empty: at once."))
    opens_unit = SelectField(_l("Booking opens, counted in"), choices=UNITS)
    closes = WholeNumber(_l("Booking closes"), least=0, most=9_999, description=_l("Empty: when it ends."))
    closes_unit = SelectField(_l("Booking closes, counted in"), choices=UNITS, default="hours")
    most_party = WholeNumber(_l("Seats that one person may book"), least=1, most=MOST_PARTY)
    kept = WholeNumber(_l("Kept for those who come without a seat"), least=0, most=100_000)
    kept_unit = SelectField(
        _l("Kept, counted in"), choices=[("seats", _l("seats")), ("percent", _l("percent of the seats"))]
    )

    @classmethod
    def of(cls, known: BookingTerms | None, *, of_kind: bool, sent: object = None) -> RulesForm:
        said = terms.draft_of(known)
        opens, opens_unit = _in_units(said.opens_before)
        closes, closes_unit = _in_units(said.closes_before, "hours")
        form = cls(
            sent,
            data={
                "overlap": said.overlap or (OverlapRule.WARN if of_kind else NOT_SAID),
                "late_minutes": said.late_minutes,
                "opens": opens,
                "opens_unit": opens_unit,
                "closes": closes,
                "closes_unit": closes_unit,
                "most_party": said.most_party,
                "kept": said.walk_ups if said.walk_up_percent is None else said.walk_up_percent,
                "kept_unit": "seats" if said.walk_up_percent is None else "percent",
            },
        )
        form.overlap.flags.quiet = True  # one of them always holds
        form.overlap.choices = [(rule.value, text) for rule, text in OVERLAPS.items()]
        if not of_kind:
            form.overlap.choices.insert(0, (NOT_SAID, _("As for its kind")))
        if not of_kind:  # a single time has moments of its own
            for name in ("opens", "opens_unit", "closes", "closes_unit"):
                del form[name]
        return form

    def read(self, before: TermsDraft) -> TermsDraft:
        """What was said; of what the form does not ask, what was said before."""
        in_percent = self.kept_unit.data == "percent"
        return TermsDraft(
            overlap=OverlapRule(self.overlap.data) if self.overlap.data else None,
            late_minutes=self.late_minutes.data,
            opens_before=self._minutes("opens") if "opens" in self else before.opens_before,
            closes_before=self._minutes("closes") if "closes" in self else before.closes_before,
            most_party=self.most_party.data,
            walk_ups=None if in_percent else self.kept.data,
            walk_up_percent=self.kept.data if in_percent else None,
        )

    def _minutes(self, name: str) -> int | None:
        number = self[name].data
        return None if number is None else number * MINUTES[self[f"{name}_unit"].data]


@dataclass(frozen=True, slots=True)
class Said:
    """The rules of a kind in words, for the list."""

    kind: SessionType
    overlap: str
    opens: str
    closes: str
    party: str
    kept: str


@blueprint.get("/organise/booking-rules")
def booking_rules() -> ResponseReturnValue:
    mine.somewhere(Deed.READ)
    return render_template(
        "organiser/booking_rules.html",
        kinds=[_said(kind, known) for kind, known in terms.of_kinds(this_expo().id)],
    )


@blueprint.get("/organise/booking-rules/<slug>")
def rules_of_kind(slug: str) -> ResponseReturnValue:
    mine.somewhere(Deed.READ)
    kind, known = _kind(slug)
    return _kind_page(kind, RulesForm.of(known, of_kind=True))


@blueprint.post("/organise/booking-rules/<slug>")
def save_rules_of_kind(slug: str) -> ResponseReturnValue:
    mine.rights().require(Deed.SCHEDULE, None)
    kind, known = _kind(slug)
    form = RulesForm.of(known, of_kind=True, sent=request.form)
    before = terms.draft_of(known)
    if form.validate() and form.accepts(lambda: terms.say(of=kind, draft=form.read(before)), called=ASKED_AS):
        flash(_("Saved. It holds at once, for all times of this kind."), "success")
        return redirect(url_for("organiser.booking_rules"), code=303)
    return _kind_page(kind, form), form.status


@blueprint.get("/organise/bookings/<code>/rules")
def rules_of_time(code: str) -> ResponseReturnValue:
    item, _times = seats.asked(code, Deed.DECIDE)
    known = terms.of_occurrence(item.occurrence_id)
    return render_template(
        "organiser/booking_rule.html", item=item, form=RulesForm.of(known, of_kind=False), may_edit=True
    )


@blueprint.post("/organise/bookings/<code>/rules")
def save_rules_of_time(code: str) -> ResponseReturnValue:
    item, _times = seats.asked(code, Deed.DECIDE)
    known = terms.of_occurrence(item.occurrence_id)
    form = RulesForm.of(known, of_kind=False, sent=request.form)
    before, occurrence = terms.draft_of(known), seats.occurrence_of(item)
    if form.validate() and form.accepts(
        lambda: terms.say(of=occurrence, draft=form.read(before)), called=ASKED_AS
    ):
        flash(_("Saved. It holds at once."), "success")
        return redirect(url_for("organiser.booked", code=item.code), code=303)
    return render_template("organiser/booking_rule.html", item=item, form=form, may_edit=True), form.status


@blueprint.post("/organise/bookings/<code>/kept/release")
def release_kept(code: str) -> ResponseReturnValue:
    """What is kept for those who walk up can be booked by anybody."""
    item, _times = seats.asked(code, Deed.DECIDE)
    free = walk_ups.let_go(occurrence=seats.occurrence_of(item))
    flash(
        ngettext("%(num)s seat can be booked now.", "%(num)s seats can be booked now.", free)
        if free
        else _("No seats are kept any more."),
        "success",
    )
    return redirect(url_for("organiser.booked", code=item.code), code=303)


def _kind(slug: str) -> tuple[SessionType, BookingTerms | None]:
    found = (pair for pair in terms.of_kinds(this_expo().id) if pair[0].slug == slug)
    return next(found, None) or abort(404)


def _kind_page(kind: SessionType, form: RulesForm) -> str:
    may_edit = mine.may(Deed.SCHEDULE)
    return render_template("organiser/booking_rule.html", kind=kind, form=form, may_edit=may_edit)


def _in_units(minutes: int | None, usual: str = "days") -> tuple[int | None, str]:
    """1440 minutes are one day, 90 are 90 minutes."""
    if not minutes:
        return minutes, usual
    unit = next(name for name, size in MINUTES.items() if minutes % size == 0)
    return minutes // MINUTES[unit], unit


def _said(kind: SessionType, known: BookingTerms | None) -> Said:
    said = terms.draft_of(known)
    if said.walk_up_percent is not None:
        kept = _("%(percent)s %%", percent=said.walk_up_percent)
    else:
        kept = str(said.walk_ups or "–")
    return Said(
        kind,
        str(OVERLAPS[said.overlap or OverlapRule.WARN]),
        _("at once") if said.opens_before is None else _before(said.opens_before),
        _("when it ends") if said.closes_before is None else _before(said.closes_before),
        str(said.most_party) if said.most_party else _("1, in the open programme 6"),
        kept,
    )


def _before(minutes: int) -> str:
    number, unit = _in_units(minutes)
    if not number:
        return _("when it begins")
    if unit == "days":
        return ngettext("%(num)s day before", "%(num)s days before", number)
    if unit == "hours":
        return ngettext("%(num)s hour before", "%(num)s hours before", number)
    return ngettext("%(num)s minute before", "%(num)s minutes before", number)

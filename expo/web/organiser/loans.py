"""Loans: what is out, handing out on a badge, taking back. Works with a reader that types."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from expo.badge import actions as badges
from expo.badge import code
from expo.badge import queries as badge_queries
from expo.badge.models import Badge
from expo.badge.refusals import BadCode, NoSuchBadge
from expo.core import clock
from expo.loans import actions, queries
from expo.loans.models import LoanKind
from expo.loans.refusals import AllLent, BadgeEnded, FewerThanLent, LentAlready
from expo.programme.words import Deed
from expo.web.context import this_expo, visitor
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, mine


class LoanForm(PlainForm):
    """What is handed out, and on which badge."""

    expected = (AllLent, LentAlready, BadgeEnded, BadCode, NoSuchBadge)

    badge = TextLine(_l("Badge"), [needed(_l("Scan the badge, or type its code."))],
                     description=_l("Scan it with a reader, or type the code or the eight letters below it."))  # fmt: skip
    kind = SelectField(_l("What"), [needed(_l("Choose what it is."))], choices=[])
    label = TextLine(_l("Its number"), [short(40)], description=_l("What stands on the thing itself."))


class KindForm(PlainForm):
    """Something that can be borrowed."""

    expected = (LentAlready, FewerThanLent)

    what = HiddenField()
    name = TextLine(_l("Name"), [needed(_l("Say what it is: headset, locker, wheelchair.")), short(80)])
    total = IntegerField(
        _l("How many there are"), [InputRequired(_l("Say how many there are.")), NumberRange(1, 100_000)]
    )
    hours = IntegerField(
        _l("For how many hours"), [InputRequired(_l("Say for how long.")), NumberRange(1, 1000)], default=10
    )
    conference = SelectField(_l("Of"), choices=[])


@blueprint.get("/organise/loans")
def loans() -> ResponseReturnValue:
    return _page(_loan_form(), _kind_form())


@blueprint.post("/organise/loans")
def lend() -> ResponseReturnValue:
    form = _loan_form(request.form)
    if form.validate():
        kind = next(one for one in _kinds() if str(one.id) == form.kind.data)
        if form.accepts(
            lambda: actions.lend(kind=kind, badge=_badge(form.badge.data or ""), label=form.label.data or "")
        ):
            flash(
                _("%(what)s is lent.", what=" ".join(filter(None, (kind.name, form.label.data)))), "success"
            )
            return redirect(url_for("organiser.loans", kind=kind.id), code=303)
    return _page(form, _kind_form()), form.status


@blueprint.post("/organise/loans/<int:number>/back")
def bring_back(number: int) -> ResponseReturnValue:
    loan = queries.loan([one.id for one in _kinds()], number) or abort(404)
    actions.bring_back(loan=loan)
    flash(_("%(what)s is back.", what=" ".join(filter(None, (loan.kind.name, loan.label)))), "success")
    return redirect(url_for("organiser.loans"), code=303)


@blueprint.post("/organise/loans/kinds")
def save_loan_kind() -> ResponseReturnValue:
    form = _kind_form(request.form)
    if form.validate():
        conference = next(
            (one for one in mine.conferences(Deed.DECIDE) if one.slug == form.conference.data), None
        )
        mine.rights().require(Deed.DECIDE, conference.id if conference else None)
        kind = next((one for one in _kinds() if str(one.id) == form.what.data), None)
        if kind is not None:
            mine.rights().require(Deed.DECIDE, kind.conference_id)
        if form.accepts(
            lambda: actions.save_kind(
                expo=this_expo(), conference=conference, kind=kind, name=form.name.data or "",
                total=form.total.data or 0, hours=form.hours.data or 0,
            )
        ):  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for("organiser.loans"), code=303)
    return _page(_loan_form(), form), form.status


def _badge(said: str) -> Badge:
    """Whose code was scanned or typed. Raises BadCode, NoSuchBadge, TooOften."""
    try:
        number = code.parse(said).number
    except BadCode:
        who = visitor()
        return badges.find_by_spoken_code(
            expo_id=this_expo().id, said=said, who=f"account:{who and who.account_id}"
        )
    found = badge_queries.badge(this_expo().id, number)
    if found is None:
        raise NoSuchBadge(_("This badge is not of this expo."))
    return found


def _kinds() -> list[LoanKind]:
    mine.somewhere(Deed.WALK_IN)
    return queries.kinds(this_expo().id, mine.scope(Deed.WALK_IN))


def _loan_form(sent: object = None) -> LoanForm:
    form = LoanForm(sent)
    kinds = _kinds()
    form.kind.choices = [
        *([("", "")] if len(kinds) > 1 else []),
        *(
            (str(one.id), _("%(what)s (%(left)s left)", what=one.name, left=one.total - one.out))
            for one in kinds
        ),
    ]
    if sent is None:
        form.kind.data = request.args.get("kind", "")
    return form


def _kind_form(sent: object = None) -> KindForm:
    form = KindForm(sent)
    form.conference.choices = [
        *([("", this_expo().name)] if mine.may(Deed.DECIDE) else []),
        *((one.slug, one.title) for one in mine.conferences(Deed.DECIDE)),
    ]
    edited = next((one for one in _kinds() if sent is None and str(one.id) == request.args.get("edit")), None)
    if edited is not None:
        form.what.data, form.name.data = str(edited.id), edited.name
        form.total.data, form.hours.data = edited.total, edited.hours
        form.conference.data = edited.conference.slug if edited.conference else ""
    return form


def _page(form: LoanForm, kind_form: KindForm) -> str:
    kinds = _kinds()
    return render_template(
        "organiser/loans.html",
        form=form,
        kind_form=kind_form,
        kinds=kinds,
        out=queries.out([one.id for one in kinds]),
        now_here=clock.now(),
    )

"""What several share: the contributions of a session, its co-hosts, and the other programmes that show it."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.core.refusals import BadInput
from expo.programme import guesting
from expo.programme import queries as programme
from expo.programme.guest_models import GuestSession
from expo.programme.models import Session
from expo.programme.words import Deed
from expo.web.context import choose_language, this_expo
from expo.web.contributions import ContributionForm, row_of, saved, shown, taken_away
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine
from .sessions import summary


class CoHostForm(PlainForm):
    """Whoever shall edit one session."""

    name = TextLine(_l("Name"), [needed(_l("Who is it?")), short(120)])
    email = TextLine(_l("E-mail"), [needed(_l("What is their address?")), short(254)])


class GuestForm(PlainForm):
    """The other programme."""

    conference = SelectField(_l("Conference"), choices=[])


@blueprint.get("/organise/sessions/<code>/contributions")
def contributions(code: str) -> ResponseReturnValue:
    found = mine.session(code)
    row = row_of(found, lists.asked("change"))
    return _contributions_page(found, ContributionForm.of(found, row), row)


@blueprint.post("/organise/sessions/<code>/contributions")
def save_contribution(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    kept, form, row = saved(found)
    if kept:
        flash(_("Saved. It is shown when the session is published."), "success")
        return redirect(url_for("organiser.contributions", code=found.code), code=303)
    return _contributions_page(found, form, row), form.status


@blueprint.post("/organise/sessions/<code>/contributions/remove")
def remove_contribution(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    taken_away(found)
    flash(_("Taken away. Readers see it until the session is published."), "success")
    return redirect(url_for("organiser.contributions", code=found.code), code=303)


@blueprint.get("/organise/sessions/<code>/together")
def together(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    return _page(found, CoHostForm(), _guest_form(found))


@blueprint.post("/organise/sessions/<code>/together/hosts")
def add_co_host(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    form = CoHostForm(request.form)

    def add() -> None:
        try:
            email = validate_email(form.email.data or "", check_deliverability=False).normalized
        except EmailNotValidError as wrong:
            raise BadInput(_("This is not an e-mail address."), field="email") from wrong
        guesting.let_edit(session=found, email=email, name=form.name.data or "", language=choose_language())

    if form.validate() and form.accepts(add):
        flash(_("%(name)s may edit this session, and nothing else.", name=form.name.data), "success")
        return redirect(url_for("organiser.together", code=found.code), code=303)
    return _page(found, form, _guest_form(found)), form.status


@blueprint.post("/organise/sessions/<code>/together/hosts/<int(max=2147483647):account_id>/remove")
def remove_co_host(code: str, account_id: int) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    if not guesting.no_longer(session=found, account_id=account_id):
        abort(404)
    flash(_("Taken back."), "success")
    return redirect(url_for("organiser.together", code=found.code), code=303)


@blueprint.post("/organise/sessions/<code>/together/guests")
def offer_guest(code: str) -> ResponseReturnValue:
    """Let another conference show it; where one schedules that too, it does at once."""
    found = mine.session(code, Deed.SCHEDULE)
    form = _guest_form(found, request.form)

    def offer() -> None:
        conference = programme.conference(found.expo_id, str(form.conference.data))
        if conference is None:
            raise BadInput(_("There is no such conference."), field="conference")
        guesting.offer(session=found, conference=conference, accepted=mine.may(Deed.SCHEDULE, conference.id))

    if form.validate() and form.accepts(offer):
        flash(_("Offered. It is shown there when they agree and you publish."), "success")
        return redirect(url_for("organiser.together", code=found.code), code=303)
    return _page(found, CoHostForm(), form), form.status


@blueprint.post("/organise/guests/<int(max=2147483647):guest_id>/accept")
def accept_guest(guest_id: int) -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    found = guesting.guest(this_expo().id, guest_id) or abort(404)
    mine.rights().require(Deed.SCHEDULE, found.conference_id)
    title, slug = found.session.title, found.conference.slug
    guesting.accept(guest=found)
    flash(_("%(title)s is in your programme as soon as its own team publishes it.", title=title), "success")
    return redirect(url_for("organiser.guest_sessions", slug=slug), code=303)


@blueprint.post("/organise/guests/<int(max=2147483647):guest_id>/end")
def end_guest(guest_id: int) -> ResponseReturnValue:
    """Either side may."""
    mine.somewhere(Deed.SCHEDULE)
    found: GuestSession = guesting.guest(this_expo().id, guest_id) or abort(404)
    code, slug = found.session.code, found.conference.slug
    ours = mine.may(Deed.SCHEDULE, found.session.conference_id)
    if not ours:
        mine.rights().require(Deed.SCHEDULE, found.conference_id)
    guesting.end(guest=found)
    flash(_("Taken back."), "success")
    where = (
        url_for("organiser.together", code=code) if ours else url_for("organiser.guest_sessions", slug=slug)
    )
    return redirect(where, code=303)


@blueprint.get("/organise/conferences/<slug>/guests")
def guest_sessions(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug)
    return render_template(
        "organiser/guest_sessions.html",
        conference=found,
        rows=guesting.offered_to(found),
        may_edit=mine.may(Deed.SCHEDULE, found.id),
    )


def _guest_form(session: Session, sent: Any = None) -> GuestForm:
    form = GuestForm(sent)
    others = mine.known(session.expo_id, but=session.conference_id)
    form.conference.choices = [(one.slug, one.title) for one in others]
    return form


def _contributions_page(session: Session, form: ContributionForm, row: int | None) -> str:
    return render_template(
        "organiser/contributions.html",
        form=form,
        row=row,
        rows=shown(session),
        names=sorted({one.speaker.name for one in programme.appearances(session.id)}),
        change_url=lambda number: url_for("organiser.contributions", code=session.code, change=number),
        file_url=lambda file: url_for(
            "organiser.session_file", code=session.code, file_id=file.id, name=file.name
        ),
        **summary(session),
    )


def _page(session: Session, host: CoHostForm, guest: GuestForm) -> str:
    return render_template(
        "organiser/together.html",
        host=host,
        guest=guest,
        hosts=guesting.editors_of(session),
        guests=guesting.guests_of(session),
        **summary(session),
    )

"""Who is invited to a session that is not for everybody: by list, by delegation or organisation, by code."""

from __future__ import annotations

import wtforms
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.booking import invited
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.delegations import queries as delegations
from expo.delegations.models import Delegation
from expo.guests import actions, queries
from expo.guests.models import SessionInvitation, Subject
from expo.organisations import queries as organisations
from expo.programme.models import Session
from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.web.context import choose_language, this_expo
from expo.web.forms import LineList, PlainForm, TextLine, WholeNumber, short
from expo.web.texts import _l

from . import blueprint, mine

SUBJECTS = {
    Subject.PERSON: _l("Person"),
    Subject.ADDRESS: _l("E-mail address"),
    Subject.ORGANISATION: _l("Organisation"),
    Subject.DELEGATION: _l("Delegation"),
    Subject.CODE: _l("Code"),
}


class ListForm(PlainForm):
    """People, one on each line."""

    addresses = LineList(
        _l("E-mail addresses or registration codes"),
        description=_l("One on each line, at most a hundred. Each has a letter with a link of their own."),
    )


class GroupForm(PlainForm):
    """All whom a delegation or the delegations of an organisation have registered."""

    whom = wtforms.SelectField(_l("Delegation or organisation"), validate_choice=False)
    seats = WholeNumber(
        _l("Seats"),
        least=1,
        most=10_000,
        description=_l("In each time, together. Empty: as many as there are."),
    )


class CodeForm(PlainForm):
    """Whoever knows it."""

    code = TextLine(_l("Code"), [short(40)], description=_l("Empty: we make one up."))
    seats = WholeNumber(
        _l("Seats"),
        least=1,
        most=10_000,
        description=_l("In each time, together. Empty: as many as there are."),
    )


@blueprint.get("/organise/sessions/<code>/guests")
def guests(code: str) -> ResponseReturnValue:
    return _page(mine.session(code, Deed.READ_PEOPLE))


@blueprint.post("/organise/sessions/<code>/guests/list")
def invite_list(code: str) -> ResponseReturnValue:
    """Each line by itself: what is wrong stays in the box, the others have their letters."""
    session = mine.session(code, Deed.DECIDE)
    form = ListForm(request.form)
    if not form.validate():
        return _page(session, listed=form), form.status
    if not form.addresses.data:
        form.addresses.errors = [_("Name at least one person.")]
        return _page(session, listed=form), 422
    invited_now, wrong = 0, []
    for line in form.addresses.data:
        try:
            invited_now += _invite(session, line)
        except BadInput as no:
            wrong.append((line, no.message))
    if invited_now:
        flash(
            ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", invited_now),
            "success",
        )
    if wrong:
        form.addresses.raw_data = ["\n".join(line for line, _why in wrong)]
        form.addresses.errors = [wrong[0][1]]
        return _page(session, listed=form), 422
    return _back(session)


def _invite(session: Session, line: str) -> bool:
    if "@" in line:
        return actions.invite_address(session=session, email=line, language=choose_language())
    found = registrations.registration(session.expo_id, one_line(line).upper())
    if found is None or found.conference_id != session.conference_id:
        raise BadInput(
            _("%(text)s is neither an address nor a registration of this conference.", text=line[:80])
        )
    return actions.invite_person(session=session, person=found.person)


@blueprint.post("/organise/sessions/<code>/guests/group")
def invite_group(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.DECIDE)
    form = GroupForm(request.form)
    kind, _colon, key = (form.whom.data or "").partition(":")
    delegation = {one.code: one for one in _delegations(session)}.get(key) if kind == "d" else None
    organisation = organisations.by_slug(key) if kind == "o" else None
    if form.validate() and (delegation or organisation):
        if delegation:
            made = actions.invite_delegation(session=session, delegation=delegation, seats=form.seats.data)
        else:
            assert organisation is not None
            made = actions.invite_organisation(
                session=session, organisation=organisation, seats=form.seats.data
            )
        if made:
            flash(_("They are invited."), "success")
        else:
            flash(_("They are invited already."), "info")
        return _back(session)
    if not (delegation or organisation):
        form.whom.errors = [_("Choose whom to invite.")]
    return _page(session, group=form), 422


@blueprint.post("/organise/sessions/<code>/guests/code")
def make_session_code(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.DECIDE)
    form = CodeForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.make_code(session=session, code=form.code.data or "", seats=form.seats.data)
    ):
        flash(_("The code opens the session now."), "success")
        return _back(session)
    return _page(session, coded=form), form.status


@blueprint.post("/organise/sessions/<code>/guests/<int:invitation_id>/withdraw")
def uninvite(code: str, invitation_id: int) -> ResponseReturnValue:
    session = mine.session(code, Deed.DECIDE)
    found = queries.invitation(session.id, invitation_id) or abort(404)
    actions.withdraw(invitation=found)
    flash(_("The invitation is taken back. Seats that are booked stay until you take them back."), "success")
    return _back(session)


def said(invitation: SessionInvitation) -> str:
    """Whom an invitation means."""
    if invitation.person:
        return invitation.person.name
    if invitation.organisation:
        return invitation.organisation.name
    if invitation.delegation:
        return invitation.delegation.name
    return invitation.email or invitation.code or ""


def _delegations(session: Session) -> list[Delegation]:
    return delegations.open_ones(session.expo_id, [session.conference_id])


def _back(session: Session) -> ResponseReturnValue:
    return redirect(url_for("organiser.guests", code=session.code), code=303)


def _page(
    session: Session,
    *,
    listed: ListForm | None = None,
    group: GroupForm | None = None,
    coded: CodeForm | None = None,
) -> str:
    found = queries.of_session(session.id)
    ids = [one.id for one in found]
    sent = sorted(_delegations(session), key=lambda one: one.folded_name)
    bodies = organisations.by_ids({one.organisation_id for one in sent if one.organisation_id is not None})
    group = group or GroupForm()
    group.whom.choices = [
        ("", _("Choose")),
        *((f"d:{one.code}", _("Delegation: %(name)s", name=one.name)) for one in sent),
        *((f"o:{one.slug}", _("Organisation: %(name)s", name=one.name)) for one in bodies),
    ]
    addresses = mine.may(Deed.READ_ADDRESSES, session.conference_id)
    shown = [one for one in found if addresses or one.subject is not Subject.ADDRESS]
    return render_template(
        "organiser/guests.html",
        session=session,
        invitations=[(one, said(one)) for one in shown],
        not_shown=len(found) - len(shown),
        taken=invited.taken_of(ids),
        accepted=queries.accepted(ids),
        subjects=SUBJECTS,
        decides=mine.may(Deed.DECIDE, session.conference_id),
        listed=listed or ListForm(),
        group=group,
        coded=coded or CodeForm(),
        expo_name=this_expo().name,
    )

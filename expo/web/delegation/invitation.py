"""A nominee's invitation: look over the details and register, or decline; afterwards, where it stands."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts import queries as people
from expo.accounts.models import Account, Person
from expo.core import audit
from expo.delegations import links, nominating, queries
from expo.delegations.models import Nominee, NomineeState
from expo.registration.models import TicketType
from expo.web import answers, signing
from expo.web.context import choose_language, me, this_expo, visitor
from expo.web.delegate.status import steps_of

from . import blueprint
from .forms import DetailsForm


@blueprint.get("/invitations/<token:secret>")
def invitation(secret: str) -> ResponseReturnValue:
    nominee = _mine(secret)
    known = {"city": nominee.delegation.city, "country": nominee.delegation.country}
    return _page(secret, nominee, DetailsForm(data={"name": nominee.name, "email": nominee.email, **known}))


@blueprint.post("/invitations/<token:secret>")
def complete(secret: str) -> ResponseReturnValue:
    nominee = _mine(secret)
    form = DetailsForm(request.form)
    person = _person(nominee)
    asked = answers.Form.of(_kinds(nominee))

    def act() -> None:
        details = nominating.details_of(person) if person else form.read(_account(nominee))
        nominating.complete(
            nominee=nominee, details=details, language=choose_language(), person=person, also=asked.also
        )

    known = person is not None or form.validate()
    if asked.take(asked.kinds) and known and form.accepts(act):
        if visitor() is None:
            came = queries.person_of(nominee)
            assert came is not None
            signing.sign_in(person=came)  # the address was mailed to them alone
        flash(_("You are registered. A letter is on its way."), "success")
        return redirect(url_for("delegation.invitation", secret=secret), code=303)
    return _page(secret, nominee, form, asked), form.status


@blueprint.post("/invitations/<token:secret>/decline")
def decline_invitation(secret: str) -> ResponseReturnValue:
    nominee = _mine(secret)
    name = nominee.delegation.name
    nominating.decline(nominee=nominee)
    return render_template("delegation/declined.html", name=name)


def _mine(secret: str) -> Nominee:
    found = links.nominee_of(this_expo().id, secret, who=signing.network_address())
    audit.set_actor(f"nominee:{found.id}")
    return found


def _person(nominee: Nominee) -> Person | None:
    """Whoever is signed in here, if the invitation is theirs; somebody else's browser registers nobody else."""
    person = me()
    return person if person and nominating.is_theirs(nominee, person.email) else None


def _account(nominee: Nominee) -> Account | None:
    who = visitor()
    account = people.account(who.account_id) if who and who.account_id else None
    return account if account and nominating.is_theirs(nominee, account.email) else None


def _kinds(nominee: Nominee) -> list[TicketType]:
    return [one.ticket_type for one in queries.tickets_of([nominee.id]).get(nominee.id, ())]


def _page(secret: str, nominee: Nominee, form: DetailsForm, asked: answers.Form | None = None) -> str:
    tickets = queries.tickets_of([nominee.id]).get(nominee.id, [])
    mine = me()
    return render_template(
        "delegation/invitation.html",
        secret=secret,
        nominee=nominee,
        delegation=nominee.delegation,
        tickets=tickets,
        open=nominee.state is NomineeState.INVITED,
        parts=[(one.registration, steps_of(one.registration)) for one in tickets if one.registration],
        person=_person(nominee),
        asked=asked or answers.Form.of(_kinds(nominee)),
        here=mine is not None and mine.id == nominee.person_id,
        form=form,
    )

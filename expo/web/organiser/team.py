"""The team of a conference, or of the whole expo: who is in it, in which role."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import RadioField, validators

from expo.programme import members
from expo.programme.models import Conference
from expo.programme.refusals import LastOwner
from expo.programme.words import Deed, Role
from expo.web.context import choose_language, this_expo, visitor
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, mine, words


class MemberForm(PlainForm):
    """Who comes into the team, and as what."""

    expected = (LastOwner,)

    name = TextLine(_l("Name"), [needed(_l("Write the name.")), short(200)])
    email = TextLine(
        _l("E-mail"),
        [
            needed(_l("Write the address; the letter goes there.")),
            short(254),
            validators.Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
    )
    role = RadioField(
        _l("Role"),
        choices=lambda: words.choices(words.ROLES),
        validators=[needed(_l("Choose what they will do."))],
    )


@blueprint.get("/organise/team", defaults={"slug": None})
@blueprint.get("/organise/conferences/<slug>/team")
def team(slug: str | None) -> ResponseReturnValue:
    return _page(_reached(slug, Deed.READ), MemberForm())


@blueprint.post("/organise/team", defaults={"slug": None})
@blueprint.post("/organise/conferences/<slug>/team")
def take_in(slug: str | None) -> ResponseReturnValue:
    where = _reached(slug, Deed.SET_UP)
    form = MemberForm(request.form)
    if not form.validate():
        return _page(where, form), 422
    name = form.name.data or ""
    fresh = members.invite(
        expo=this_expo(),
        conference=where,
        email=form.email.data or "",
        name=name,
        role=Role(form.role.data),
        language=choose_language(),
    )
    if fresh:
        flash(_("%(name)s is in the team, and has a letter.", name=name), "success")
    else:
        flash(_("%(name)s had this role already.", name=name), "info")
    return redirect(url_for("organiser.team", slug=slug), code=303)


@blueprint.post("/organise/team/<int(max=2147483647):member_id>/leave", defaults={"slug": None})
@blueprint.post("/organise/conferences/<slug>/team/<int(max=2147483647):member_id>/leave")
def leave(slug: str | None, member_id: int) -> ResponseReturnValue:
    where = _reached(slug, Deed.SET_UP)
    found = members.member(this_expo().id, where.id if where else None, member_id) or abort(404)
    name, form = found.account.name, MemberForm()
    if not form.accepts(lambda: members.leave(expo=this_expo(), found=found)):
        return _page(where, form), form.status
    flash(_("%(name)s no longer has this role.", name=name), "success")
    # Whoever gave up their own role may not see the team any more.
    still = mine.rights_now().may(Deed.READ, where.id if where else None)
    return redirect(
        url_for("organiser.team" if still else "organiser.home", slug=slug if still else None), code=303
    )


def _reached(slug: str | None, deed: Deed) -> Conference | None:
    """The conference, or None for the whole expo; refused where the role does not reach."""
    if slug is not None:
        return mine.conference(slug, deed)
    mine.rights().require(deed, None)
    return None


def _page(where: Conference | None, form: MemberForm) -> str:
    who = visitor()
    return render_template(
        "organiser/team.html",
        conference=where,
        form=form,
        members=members.of(this_expo().id, where.id if where else None),
        above=members.of(this_expo().id, None) if where else [],
        roles=words.ROLES,
        role_hints=words.ROLE_HINTS,
        may_edit=mine.may(Deed.SET_UP, where.id if where else None),
        myself=who and who.account_id,
    )

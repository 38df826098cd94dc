"""Organisations and groups of cities: who is known, found by kind and group; and putting them into groups."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from expo.organisations import actions, queries
from expo.organisations.models import OrganisationKind
from expo.programme.words import Deed
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words


class GroupForm(PlainForm):
    """A group that the ticked shall stand in."""

    name = TextLine(_l("Put the ticked into the group"), [needed(_l("A group needs a name.")), short(120)])


@blueprint.get("/organise/organisations")
def organisations() -> ResponseReturnValue:
    """Shared by all expos, and holding no person: any team member may look."""
    mine.somewhere(Deed.READ)
    return _page(GroupForm())


@blueprint.post("/organise/organisations")
def group_organisations() -> ResponseReturnValue:
    """Put the ticked into a group, or take them out of the one that is shown."""
    mine.somewhere(Deed.DECIDE)
    form = GroupForm(request.form)
    ids = {lists.number(text) for text in request.form.getlist("organisation")}
    ticked = queries.by_ids(ids)
    shown = queries.group(lists.asked("group"))
    if request.form.get("deed") == "out" and shown is not None:
        count = actions.take_out_of_group(group=shown, organisations=ticked)
        flash(
            ngettext("%(num)s organisation is taken out.", "%(num)s organisations are taken out.", count),
            "success",
        )
        return redirect(url_for("organiser.organisations", group=shown.slug), code=303)
    made = []
    if form.validate() and form.accepts(
        lambda: made.append(actions.gather(name=form.name.data or "", organisations=ticked))
    ):
        return redirect(url_for("organiser.organisations", group=made[0].slug), code=303)
    return _page(form, ids), form.status


def _page(form: GroupForm, ticked: set[int] | None = None) -> str:
    kind, group, search = lists.asked("kind"), lists.asked("group"), lists.asked("q")
    wanted = OrganisationKind(kind) if kind in set(OrganisationKind) else None
    part = lists.page_of_so_many(queries.count(kind=wanted, group_slug=group, search=search))
    part.rows = queries.found(
        kind=wanted, group_slug=group, search=search, most=lists.SIZE, after=part.skipped
    )
    ids = [one.id for one in part.rows]
    return render_template(
        "organiser/organisations.html",
        form=form,
        part=part,
        ticked=ticked or set(),
        groups_of=queries.groups_of(ids),
        wholes_of=queries.wholes_of(ids),
        groups=queries.groups(),
        kinds=words.ORGANISATION_KINDS,
        kind=wanted,
        group=group,
        q=search,
        may_change=mine.rights().anywhere(Deed.DECIDE),
    )

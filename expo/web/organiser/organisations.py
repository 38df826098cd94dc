"""Organisations and groups of cities: who is known, found by kind and group; and putting them into groups."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectField

from expo.core.refusals import BadInput
from expo.desk import queries as desk
from expo.organisations import actions, queries
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import Organisation, OrganisationKind
from expo.programme.words import Deed
from expo.web.forms import LineList, PlainForm, TextLine, countries, needed, short
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
    chosen = queries.group(group) if group else None
    places = mine.conferences(Deed.READ_PEOPLE) if mine.rights().anywhere(Deed.READ_PEOPLE) else []
    conference = lists.asked("conference")
    counted = [one.id for one in places if not conference or one.slug == conference]
    comers = desk.by_organisation(counted, group=chosen.slug if chosen else "", organisation_ids=ids)
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
        chosen=chosen,
        size=len(queries.members(chosen.id)) if chosen else 0,
        places=places,
        conference=conference,
        comers=comers,
        may_change=mine.rights().anywhere(Deed.DECIDE),
        may_edit=mine.may(Deed.SET_UP),
        mark_form=MarkForm(data={"mark": chosen.mark}) if chosen else None,
    )


class OrganisationForm(PlainForm):
    """What is known of an organisation."""

    name = TextLine(_l("Name"), [needed(_l("An organisation needs a name.")), short(200)])
    kind = SelectField(_l("Kind of organisation"), choices=lambda: words.choices(words.ORGANISATION_KINDS))
    official_code = TextLine(
        _l("Official code"), [short(20)], description=_l("By which its country knows it, such as 1283.")
    )
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries, default="")
    wholes = LineList(_l("Member of"), description=_l("One organisation per line, by its name."))
    groups = LineList(_l("Groups"), description=_l("One per line. A new one is made."))


class MergeForm(PlainForm):
    """Which other row is the same body."""

    other = TextLine(
        _l("Name of the other one"),
        [needed(_l("Write its name, as the list has it.")), short(200)],
    )


class MarkForm(PlainForm):
    """What stands on the badges of a group's people."""

    mark = TextLine(
        _l("Mark on the badge"), [short(12)], description=_l("At most twelve letters. Empty: none.")
    )


@blueprint.get("/organise/organisations/new")
def new_organisation() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _organisation_page(None, OrganisationForm())


@blueprint.post("/organise/organisations/new")
def make_organisation() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _saved(None)


@blueprint.get("/organise/organisations/<slug>")
def organisation(slug: str) -> ResponseReturnValue:
    """Shared by all expos: owners of a whole expo change it, and everybody sees what it is."""
    found = _organisation(slug)
    form = OrganisationForm(
        data={
            "name": found.name,
            "kind": found.kind.value,
            "official_code": found.official_code,
            "city": found.city,
            "country": found.country,
            "wholes": tuple(one.name for one in queries.wholes_of([found.id]).get(found.id, [])),
            "groups": tuple(one.name for one in queries.groups_of([found.id]).get(found.id, [])),
        }
    )
    return _organisation_page(found, form)


@blueprint.post("/organise/organisations/<slug>")
def save_organisation(slug: str) -> ResponseReturnValue:
    return _saved(_organisation(slug))


@blueprint.post("/organise/organisations/<slug>/merge")
def merge_organisation(slug: str) -> ResponseReturnValue:
    """The other one is no more: what points to it points to this one."""
    found, form = _organisation(slug), MergeForm(request.form)

    def act() -> None:
        other = queries.by_name(form.other.data or "")
        if other is None:
            raise BadInput(_("No organisation has this name."), field="other")
        actions.merge(kept=found, gone=other)

    if form.validate() and form.accepts(act):
        flash(_("They are one now."), "success")
        return redirect(url_for("organiser.organisation", slug=slug), code=303)
    return _organisation_page(found, OrganisationForm(obj=found), form), form.status


@blueprint.post("/organise/groups/<slug>")
def mark_group(slug: str) -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    group = queries.group(slug) or abort(404)
    form = MarkForm(request.form)
    if form.validate() and form.accepts(lambda: actions.mark_group(group=group, mark=form.mark.data or "")):
        flash(_("The badges of its people say so from now on."), "success")
    else:
        flash(_("At most twelve letters: it stands on a badge."), "warning")
    return redirect(url_for("organiser.organisations", group=slug), code=303)


def _organisation(slug: str) -> Organisation:
    mine.rights().require(Deed.SET_UP, None)
    return queries.by_slug(slug) or abort(404)


def _saved(found: Organisation | None) -> ResponseReturnValue:
    form = OrganisationForm(request.form)
    made: list[Organisation] = []

    def act() -> None:
        draft = OrganisationDraft(
            form.name.data or "",
            OrganisationKind(form.kind.data),
            form.official_code.data or "",
            form.city.data or "",
            form.country.data or "",
        )
        made.append(
            actions.keep(
                draft=draft,
                organisation=found,
                wholes=form.wholes.data or (),
                groups=form.groups.data or (),
            )
        )

    if form.validate() and form.accepts(act):
        flash(_("%(name)s is saved.", name=form.name.data), "success")
        return redirect(url_for("organiser.organisation", slug=made[0].slug), code=303)
    return _organisation_page(found, form), form.status


def _organisation_page(
    found: Organisation | None, form: OrganisationForm, merge: MergeForm | None = None
) -> str:
    return render_template(
        "organiser/organisation.html",
        organisation=found,
        form=form,
        merge=merge or MergeForm(),
        names=[one.name for one, _count in queries.groups()],
    )

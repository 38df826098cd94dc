"""Organisations and groups of cities: who is known, found by kind and group."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.organisations import queries
from expo.organisations.models import OrganisationKind
from expo.programme.words import Deed

from . import blueprint, lists, mine, words


@blueprint.get("/organise/organisations")
def organisations() -> ResponseReturnValue:
    """Shared by all expos, and holding no person: any team member may look."""
    mine.somewhere(Deed.READ)
    kind, group, search = lists.asked("kind"), lists.asked("group"), lists.asked("q")
    wanted = OrganisationKind(kind) if kind in set(OrganisationKind) else None
    part = lists.page_of_so_many(queries.count(kind=wanted, group_slug=group, search=search))
    part.rows = queries.found(
        kind=wanted, group_slug=group, search=search, most=lists.SIZE, after=part.skipped
    )
    ids = [one.id for one in part.rows]
    return render_template(
        "organiser/organisations.html",
        part=part,
        groups_of=queries.groups_of(ids),
        wholes_of=queries.wholes_of(ids),
        groups=queries.groups(),
        kinds=words.ORGANISATION_KINDS,
        kind=wanted,
        group=group,
        q=search,
    )

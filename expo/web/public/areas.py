"""An area: a part of the city, its venues, and what happens there."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.publishing import scopes, shelf
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import this_language

from . import asked, blueprint
from .rows import addresses
from .scope import Part, Parts, what_is_on
from .viewer import viewer


@blueprint.get("/areas/<slug>")
@for_strangers
def area(slug: str) -> ResponseReturnValue:
    """An area with a venue where something takes place that anybody may know of."""
    expo = this_expo()
    found = scopes.area(expo.id, slug)
    if found is None:
        abort(404)
    place, venues = found
    name = place.name_in(this_language())
    wish, url = scopes.area_filter(venues), addresses("public.venue")
    return render_template(
        "public/scope.html",
        heading=name,
        over=_("Area"),
        about="",
        trail=[(_("Places"), url_for("public.venues")), (name, None)],
        feed=url_for("feeds.area", slug=slug),
        all_url=asked.address(asked.arguments(wish)),
        parts_first=False,
        parts=[Parts(_("Places here"), [Part(each.name, url(each.slug), each.address) for each in venues])],
        **what_is_on(shelf.find(expo.id, None, None, wish, viewer().tickets)),
    )

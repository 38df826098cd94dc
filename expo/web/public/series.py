"""A series: conferences that follow one another under one name."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme.models import Conference
from expo.publishing import scopes, shelf
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import date_span, title_here

from . import asked, blueprint
from .rows import addresses
from .scope import Part, Parts, what_is_on
from .viewer import viewer


@blueprint.get("/series/<slug>")
@for_strangers
def series(slug: str) -> ResponseReturnValue:
    expo = this_expo()
    conferences = scopes.series(expo.id, slug)
    if not conferences:
        abort(404)
    wish = scopes.series_filter(conferences)
    return render_template(
        "public/scope.html",
        heading=conferences[0].series,
        over=_("Series"),
        about="",
        trail=[(_("Conferences"), url_for("public.conferences")), (conferences[0].series, None)],
        feed=url_for("feeds.series", slug=slug),
        all_url=asked.address(asked.arguments(wish)),
        parts_first=True,
        parts=[Parts(_("In this series"), parts(conferences))],
        **what_is_on(shelf.find(expo.id, None, None, wish, viewer().tickets)),
    )


def parts(conferences: list[Conference]) -> list[Part]:
    """The conferences of a series as lines."""
    url = addresses("public.conference")
    return [
        Part(title_here(each), url(each.slug), date_span(each.starts_on, each.ends_on, True))
        for each in conferences
    ]

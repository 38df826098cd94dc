"""The programme as an earlier release left it, day by day: /programme?as_of=12, or a moment."""

from __future__ import annotations

from datetime import date

from flask import Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from expo.programme import teams
from expo.programme.words import Deed
from expo.publishing import as_of
from expo.web.context import this_expo, visitor


def page(wanted: str) -> ResponseReturnValue:
    """What the team may see too, for the team; for strangers what was for everybody, and still is."""
    expo = this_expo()
    release = as_of.release(expo.id, wanted) or abort(404)
    everything = teams.rights(visitor(), expo.id).may(Deed.READ)
    days = as_of.days(release)
    day = _asked(days)
    found = as_of.items(release, day, everything=everything) if day else []
    answer: Response = make_response(
        render_template(
            "public/earlier.html",
            release=release,
            days=[(one, url_for("public.programme", as_of=wanted, day=one.isoformat())) for one in days],
            day=day,
            items=found,
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _asked(days: list[date]) -> date | None:
    named = request.args.get("day", "")
    return next((day for day in days if day.isoformat() == named), days[0] if days else None)

"""The desk for everybody: the programme and all that is in it, for readers with and without a ticket."""

from __future__ import annotations

from flask import Blueprint

from expo.web import gates

blueprint = Blueprint("public", __name__)
gates.anybody(blueprint)

# Last, because each of these hangs its views on the blueprint.
from . import (  # noqa: E402
    about,
    areas,
    ballots,
    conferences,
    declining,
    favourites,
    fullness,
    home,
    offline,
    places,
    programme,
    screens,
    sdgs,
    search,
    series,
    sessions,
    sheets,
    speakers,
    tracks,
)

__all__ = [
    "about",
    "areas",
    "ballots",
    "blueprint",
    "conferences",
    "declining",
    "favourites",
    "fullness",
    "home",
    "offline",
    "places",
    "programme",
    "screens",
    "sdgs",
    "search",
    "series",
    "sessions",
    "sheets",
    "speakers",
    "tracks",
]


@blueprint.context_processor
def _for_rows() -> dict[str, object]:
    from expo.web.profiles import picture

    from .kept import kept
    from .rows import act_of, draw

    return {"acts": act_of, "draw": draw, "kept": kept, "picture": picture}

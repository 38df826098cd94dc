"""The organiser's desk: programme, people, doors and numbers of the conferences of one's own team."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from expo.web import gates

blueprint = Blueprint("organiser", __name__)
gates.team(blueprint)


@blueprint.after_request
def keep_to_themselves(response: Response) -> Response:
    """These pages are for one team: no cache keeps them."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.context_processor
def for_templates() -> dict[str, Any]:
    from . import mine, rail, words

    entries = rail.entries()
    return {
        "rail": entries,
        "page": rail.current(entries),
        "may": mine.may,
        "span": words.span,
        "when": words.when,
        "lasting": words.lasting,
        "upper_first": words.upper_first,
    }


# Last, because each of these hangs its views on the blueprint.
from . import (  # noqa: E402
    answers,
    attendees,
    ballots,
    booking_rules,
    bookings,
    breaks,
    changing,
    clash_list,
    conferences,
    conflicts,
    copies,
    crew,
    data_protection,
    delegations,
    doors,
    feedback,
    grid,
    group_badges,
    guests,
    history,
    home,
    invitations,
    letters,
    live,
    loans,
    materials,
    messages,
    money,
    move_to,
    names,
    orders,
    organisations,
    outside,
    partners,
    people,
    people_files,
    places,
    prints,
    questions,
    registrations,
    releases,
    repeats,
    reports,
    retention,
    room_blocks,
    running_late,
    seats,
    sellers,
    session_doors,
    session_needs,
    sessions,
    speakers,
    team,
    tickets,
    till,
    times,
    timetable,
    together,
    transfer,
    upheavals,
    vouchers,
    walk_ins,
    webhooks,
    work,
)

__all__ = [
    "answers",
    "attendees",
    "ballots",
    "blueprint",
    "booking_rules",
    "bookings",
    "breaks",
    "changing",
    "clash_list",
    "conferences",
    "conflicts",
    "copies",
    "crew",
    "data_protection",
    "delegations",
    "doors",
    "feedback",
    "grid",
    "group_badges",
    "guests",
    "history",
    "home",
    "invitations",
    "letters",
    "live",
    "loans",
    "materials",
    "messages",
    "money",
    "move_to",
    "names",
    "orders",
    "organisations",
    "outside",
    "partners",
    "people",
    "people_files",
    "places",
    "prints",
    "questions",
    "registrations",
    "releases",
    "repeats",
    "reports",
    "retention",
    "room_blocks",
    "running_late",
    "seats",
    "sellers",
    "session_doors",
    "session_needs",
    "sessions",
    "speakers",
    "team",
    "tickets",
    "till",
    "times",
    "timetable",
    "together",
    "upheavals",
    "transfer",
    "vouchers",
    "walk_ins",
    "webhooks",
    "work",
]

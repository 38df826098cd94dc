"""The left rail: tasks, and only those that the visitor's roles reach."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.web.context import visitor

from . import mine


def entries() -> list[dict[str, Any]]:
    """What stands in the rail; empty where a page is shown to somebody who may not be here."""
    if getattr(g, "expo", None) is None or not mine.rights().anywhere(Deed.READ):
        return []
    answers = [("answers", _("Speakers' answers"))] if mine.rights().anywhere(Deed.SCHEDULE) else []
    files = [("transfer", _("Import and export"))] if mine.rights().anywhere(Deed.SCHEDULE) else []
    at_once = [("upheavals", _("Cancel or move"))] if answers else []
    rail = [
        _entry("today", _("Today"), "home", [("home", _("Today")), ("live", _("As it runs"))]),
        _entry(
            "programme",
            _("Programme"),
            "list",
            [
                ("sessions", _("Sessions")),
                ("timetable", _("Timetable")),
                ("timetable_clashes", _("Clashes")),
                ("room_blocks", _("Rooms held")),
                ("speakers", _("Speakers")),
                *answers,
                ("releases", _("Releases")),
                *at_once,
                ("booking_rules", _("Booking rules")),
                *files,
            ],
        ),
    ]
    if mine.rights().anywhere(Deed.READ_PEOPLE):
        pages = [("people", _("Registrations")), ("delegations", _("Delegations"))]
        if mine.rights().anywhere(Deed.WALK_IN):
            pages += [
                ("walk_in", _("Walk-in")),
                ("group_badges", _("Group badges")),
                ("prints", _("Print badges")),
                ("loans", _("Loans")),
            ]
        if mine.rights().anywhere(Deed.DECIDE):
            pages.append(("attendees", _("Import")))
        pages += [
            ("bookings", _("Bookings")),
            ("organisations", _("Organisations")),
        ]
        rail.append(_entry("people", _("People"), "users", pages, waiting()))
        told = [("letters", _("Letters"))]
        if mine.rights().anywhere(Deed.DECIDE):
            told.insert(0, ("messages", _("Messages")))
        rail.append(_entry("messages", _("Messages"), "mail", told))
    if mine.rights().anywhere(Deed.TAKE_MONEY):
        rail.append(
            _entry(
                "money",
                _("Money"),
                "banknote",
                [
                    ("orders", _("Orders")),
                    ("refunds", _("Refunds")),
                    ("till", _("Till")),
                    ("invoices", _("Invoices")),
                    ("ledger", _("Ledger")),
                    ("vat", _("VAT report")),
                    ("reconciliation", _("Reconciliation")),
                ],
            )
        )
    if mine.rights().anywhere(Deed.READ_DOORS):
        pages = [("doors", _("Doors")), ("conflicts", _("Conflicts"))]
        if mine.rights().anywhere(Deed.RUN_DOORS):
            pages.append(("crew", _("Crew")))
        rail.append(_entry("doors", _("Doors"), "door-open", pages))
    numbers = [("numbers", _("Numbers"))]
    if mine.rights().anywhere(Deed.READ_PEOPLE):
        numbers.append(("inside", _("Who is in")))
    numbers.append(("feedback", _("Feedback")))
    rail.append(_entry("reports", _("Reports"), "chart", numbers))
    set_up = [("conferences", _("Conferences")), ("places", _("Places")), ("names", _("Names"))]
    if mine.may(Deed.READ):
        set_up.append(("team", _("Team of the expo")))
    if mine.may(Deed.SET_UP):
        set_up += [
            ("history", _("What was done")),
            ("data_protection", _("Data protection")),
            ("sellers", _("Sellers")),
            ("outside", _("Also in the city")),
        ]
    if mine.rights().anywhere(Deed.SET_UP):
        set_up.append(("webhooks", _("Webhooks")))
    who = visitor()
    if who is not None and who.is_admin:
        set_up += [("work", _("Work behind the pages")), ("kept_how_long", _("How long data is kept"))]
    rail.append(_entry("set-up", _("Set-up"), "settings", set_up))
    return rail


def current(rail: list[dict[str, Any]]) -> str:
    """The rail's entry that this page belongs to."""
    return next((entry["key"] for entry in rail if entry["here"]), "")


def waiting() -> int:
    """Registrations that wait for this visitor's decision."""
    if "waiting" not in g:
        ids = mine.conference_ids(Deed.DECIDE) if mine.rights().anywhere(Deed.DECIDE) else []
        g.waiting = registrations.waiting(ids) if ids else 0
    count: int = g.waiting
    return count


def _entry(key: str, label: str, icon: str, pages: list[tuple[str, str]], count: int = 0) -> dict[str, Any]:
    listed = []
    for view, name in pages:
        url = url_for(f"organiser.{view}")
        listed.append({"label": name, "url": url, "current": _under(url)})
    return {
        "key": key,
        "label": label,
        "icon": icon,
        "url": listed[0]["url"],
        "count": count,
        "pages": listed if len(listed) > 1 else [],
        "here": any(page["current"] for page in listed),
    }


def _under(url: str) -> bool:
    """Whether this page is that one, or one below it. The desk's own home has everything below it."""
    if url == url_for("organiser.home"):
        return request.path.rstrip("/") == url.rstrip("/")
    return request.path == url or request.path.startswith(url + "/")

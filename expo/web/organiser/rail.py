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
    rail = [
        _entry("today", _("Today"), "home", [("home", _("Today")), ("live", _("As it runs"))]),
        _entry("programme", _("Programme"), "list", _programme()),
    ]
    if _may(Deed.READ_PEOPLE):
        rail.append(_entry("people", _("People"), "users", _people(), waiting()))
        told = [("messages", _("Messages"))] if _may(Deed.DECIDE) else []
        rail.append(_entry("messages", _("Messages"), "mail", [*told, ("letters", _("Letters"))]))
    if _may(Deed.TAKE_MONEY):
        rail.append(_entry("money", _("Money"), "banknote", _money()))
    if _may(Deed.READ_DOORS):
        crew = [("crew", _("Crew"))] if _may(Deed.RUN_DOORS) else []
        pages = [("doors", _("Doors")), ("conflicts", _("Conflicts")), *crew]
        rail.append(_entry("doors", _("Doors"), "door-open", pages))
    inside = [("inside", _("Who is in"))] if _may(Deed.READ_PEOPLE) else []
    numbers = [("numbers", _("Numbers")), *inside, ("feedback", _("Feedback"))]
    rail.append(_entry("reports", _("Reports"), "chart", numbers))
    rail.append(_entry("set-up", _("Set-up"), "settings", _set_up()))
    return rail


Pages = list[tuple[str, str]]


def _may(deed: Deed) -> bool:
    return mine.rights().anywhere(deed)


def _programme() -> Pages:
    schedules = _may(Deed.SCHEDULE)
    return [
        ("sessions", _("Sessions")),
        ("timetable", _("Timetable")),
        ("timetable_clashes", _("Clashes")),
        ("breaks_list", _("Breaks")),
        ("room_blocks", _("Rooms held")),
        ("speakers", _("Speakers")),
        *([("answers", _("Speakers' answers"))] if schedules else []),
        ("releases", _("Releases")),
        *([("upheavals", _("Cancel or move"))] if schedules else []),
        ("booking_rules", _("Booking rules")),
        *([("transfer", _("Import and export"))] if schedules else []),
    ]


def _people() -> Pages:
    pages = [("people", _("Registrations")), ("delegations", _("Delegations"))]
    if _may(Deed.WALK_IN):
        pages += [
            ("walk_in", _("Walk-in")),
            ("group_badges", _("Group badges")),
            ("prints", _("Print badges")),
            ("loans", _("Loans")),
        ]
    if _may(Deed.DECIDE):
        pages.append(("attendees", _("Import")))
    return [*pages, ("bookings", _("Bookings")), ("organisations", _("Organisations"))]


def _money() -> Pages:
    return [
        ("orders", _("Orders")),
        ("refunds", _("Refunds")),
        ("till", _("Till")),
        ("invoices", _("Invoices")),
        ("ledger", _("Ledger")),
        ("vat", _("VAT report")),
        ("reconciliation", _("Reconciliation")),
    ]


def _set_up() -> Pages:
    pages = [("conferences", _("Conferences")), ("places", _("Places")), ("names", _("Names"))]
    if mine.may(Deed.READ):
        pages.append(("team", _("Team of the expo")))
    if mine.may(Deed.SET_UP):
        pages += [
            ("history", _("What was done")),
            ("data_protection", _("Data protection")),
            ("sellers", _("Sellers")),
            ("outside", _("Also in the city")),
        ]
    if _may(Deed.SET_UP):
        pages.append(("webhooks", _("Webhooks")))
    who = visitor()
    if who is not None and who.is_admin:
        pages += [("work", _("Work behind the pages")), ("kept_how_long", _("How long data is kept"))]
    return pages


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

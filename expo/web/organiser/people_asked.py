"""What an address of the desk's list asks for: the filter, whose people it may find, and how it is said again."""

from __future__ import annotations

import enum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.desk import queries as desk
from expo.desk.filters import WAITING_DAYS, Facets, PeopleFilter, Scope, Sort
from expo.desk.models import DeskTag
from expo.organisations import queries as organisations
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.registration import queries as tickets
from expo.registration.models import Category, RegistrationState, TicketType
from expo.web.filters import country_name
from expo.web.texts import _l
from expo.web.words import CATEGORIES, REGISTRATION_STATES

from . import lists, mine

# The words of the address, in the order in which chips stand; `sort` narrows nothing.
WORDS = (
    "q",
    "conference",
    "state",
    "ticket",
    "category",
    "country",
    "tag",
    "group",
    "organisation",
    "waiting",
    "note",
    "sort",
)
SORTS: dict[Sort, str] = {
    Sort.WAITING: _l("Who waits longest first"),
    Sort.NAME: _l("By name"),
    Sort.NEWEST: _l("The newest first"),
    Sort.SINCE: _l("Unchanged for longest first"),
}
Word = TypeVar("Word", bound=enum.StrEnum)


def wish() -> PeopleFilter:
    """The filter that the address says. What it says wrongly narrows nothing."""
    country = lists.asked("country", 2)
    waiting = lists.number(request.args.get("waiting"))
    return PeopleFilter(
        words=lists.asked("q"),
        state=_word(RegistrationState, lists.asked("state")),
        ticket=lists.number(request.args.get("ticket")),
        category=_word(Category, lists.asked("category")),
        country=country if country.isascii() and country.isupper() else "",
        tag=lists.number(request.args.get("tag")),
        waiting=waiting if waiting in WAITING_DAYS else 0,
        noted=lists.asked("note") == "1",
        group=lists.asked("group", 80),
        organisation=lists.asked("organisation", 80),
        sort=_word(Sort, lists.asked("sort")) or Sort.WAITING,
    )


def _word(words: type[Word], text: str) -> Word | None:
    return words(text) if text in set(words) else None


def scope(deed: Deed = Deed.READ_PEOPLE) -> Scope:
    """The conferences that the address names, as far as the visitor may do this there."""
    chosen = mine.chosen(lists.asked("conference"), deed)
    return scope_of(chosen)


def scope_of(conferences: list[Conference]) -> Scope:
    ids = tuple(conference.id for conference in conferences)
    return Scope(
        ids,
        addresses=frozenset(one for one in ids if mine.may(Deed.READ_ADDRESSES, one)),
        notes=frozenset(one for one in ids if mine.may(Deed.DECIDE, one)),
        money=frozenset(one for one in ids if mine.may(Deed.TAKE_MONEY, one)),
        roles={one: mine.rights().roles(one) for one in ids},
    )


def kept() -> dict[str, Any]:
    """The words of the address that a filter knows, for addresses of other pages."""
    return {word: lists.asked(word) for word in WORDS if lists.asked(word)}


def query() -> str:
    """The filter as a query string, to be kept and handed on."""
    return urlencode(kept())


def here(**changes: str | None) -> str:
    """The list with other filters; None takes one out."""
    words = {**kept(), **changes}
    return url_for("organiser.people", **{word: text for word, text in words.items() if text})


def chips(
    wish: PeopleFilter, conferences: list[Conference], tickets: list[TicketType], tags: list[DeskTag]
) -> list[tuple[str, str]]:
    """Each thing that narrows the list, and the address of the list without it."""
    titles = {conference.slug: conference.title for conference in conferences}
    said = {
        "q": f"“{wish.words}”" if wish.words else "",
        "conference": titles.get(lists.asked("conference"), ""),
        "state": str(REGISTRATION_STATES[wish.state]) if wish.state else "",
        "ticket": next((one.name for one in tickets if one.id == wish.ticket), _("A ticket"))
        if wish.ticket
        else "",
        "category": str(CATEGORIES[wish.category]) if wish.category else "",
        "country": country_name(wish.country) if wish.country else "",
        "tag": next((one.word for one in tags if one.id == wish.tag), _("A tag")) if wish.tag else "",
        "group": _group_name(wish.group) if wish.group else "",
        "organisation": _organisation_name(wish.organisation) if wish.organisation else "",
        "waiting": waiting_label(wish.waiting) if wish.waiting else "",
        "note": _("Has a note") if wish.noted else "",
    }
    return [(text, here(**{word: None})) for word, text in said.items() if text]


def _group_name(slug: str) -> str:
    found = organisations.group(slug)
    return found.name if found else _("A group")


def _organisation_name(slug: str) -> str:
    found = organisations.by_slug(slug)
    return found.name if found else _("An organisation")


def waiting_label(days: int) -> str:
    return ngettext("Waits for %(num)s day", "Waits for %(num)s days", days)


def choices(
    wish: PeopleFilter, facets: Facets, tickets: list[TicketType], tags: list[DeskTag], several: bool
) -> list[dict[str, Any]]:
    """The lists to choose from, each with its counts; what nobody has is left out, unless it is chosen."""

    def one(name: str, label: str, chosen: Any, options: list[tuple[Any, str, int]]) -> dict[str, Any]:
        shown = [
            (str(value), f"{text} ({count})", value == chosen)
            for value, text, count in options
            if count or value == chosen
        ]
        return {"name": name, "label": label, "options": shown}

    return [
        one("ticket", _("Ticket"), wish.ticket, [
            (kind.id, f"{kind.conference.title}: {kind.name}" if several else kind.name, facets.ticket[kind.id])
            for kind in tickets
        ]),
        one("category", _("Comes as"), wish.category, [
            (key, str(text), facets.category[key]) for key, text in CATEGORIES.items()
        ]),
        one("country", _("Country"), wish.country, sorted(
            ((code, country_name(code), count) for code, count in facets.country.items() if code),
            key=lambda option: option[1],
        )),
        one("tag", _("Tag"), wish.tag, [(tag.id, tag.word, facets.tag[tag.id]) for tag in tags]),
        one("waiting", _("Waiting"), wish.waiting, [
            (days, waiting_label(days), facets.waiting[days]) for days in WAITING_DAYS
        ]),
        # Where one is chosen, on the page of organisations, another one can be: the list itself asks for none.
        {"name": "group", "label": _("Group of organisations"), "options": [
            (group.slug, group.name, group.slug == wish.group) for group, _count in organisations.groups()
        ] if wish.group else []},
    ]  # fmt: skip


def tabs(wish: PeopleFilter, facets: Facets) -> list[dict[str, Any]]:
    """All, and each state that somebody is in, with its number."""
    everybody = {
        "label": _("All"),
        "url": here(state=None),
        "current": wish.state is None,
        "count": facets.everybody,
    }
    return [
        everybody,
        *(
            {
                "label": REGISTRATION_STATES[key],
                "url": here(state=key.value),
                "current": key is wish.state,
                "count": facets.state[key],
            }
            for key in RegistrationState
            if facets.state[key] or key is wish.state
        ),
    ]


def tag_or_none(text: str | None, expo_id: int) -> DeskTag | None:
    return desk.tag(expo_id, lists.number(text))


def named(expo_id: int, wish: PeopleFilter) -> list[str]:
    """The ticket, the tag and the organisations of a filter, by name."""
    tag = desk.tag(expo_id, wish.tag) if wish.tag else None
    ticket = tickets.ticket_type(expo_id, wish.ticket) if wish.ticket else None
    said = (
        ticket.name if ticket else "",
        tag.word if tag else "",
        _group_name(wish.group) if wish.group else "",
        _organisation_name(wish.organisation) if wish.organisation else "",
    )
    return [one for one in said if one]

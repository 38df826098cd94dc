"""What stands around every list of the programme: the days, the filters, and the ways to other days and shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.publishing import queries as publishing
from expo.publishing import shelf
from expo.publishing.facets import Facets, Sifted
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.publishing.shelf import Days
from expo.web.addresses import url_for
from expo.web.context import this_expo
from expo.web.filters import day_name

from . import asked, days
from .choices import choices, removable
from .viewer import viewer

NAMES = ("today", "tomorrow", "weekend", "week")
SHAPES = ("grid", "print")
Pairs = list[tuple[str, str]]


def shape() -> str:
    """How the page is to look: "grid", "print", or "" for the list."""
    asked_for = request.args.get("view", "")
    return asked_for if asked_for in SHAPES else ""


def usual_day(expo: Expo, today: date) -> date:
    """Today while the expo runs, else its nearest day."""
    return min(max(today, expo.starts_on), expo.ends_on)


def span_pairs(first: date, last: date) -> Pairs:
    """Days as they stand in an address."""
    if first == last:
        return [("day", str(first))]
    return [("from", str(first)), ("to", str(last))]


@dataclass(frozen=True, slots=True)
class Way:
    """A link to other days or another shape; `here` where one stands already."""

    label: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Around:
    """`when` are the days of the page as they stand in its address, `chosen` the same as dates."""

    wished: Filter
    when: Pairs
    chosen: tuple[date, ...] = ()
    shape: str = ""

    @property
    def wishes(self) -> Pairs:
        return asked.arguments(self.wished)

    @property
    def kept(self) -> Pairs:
        """What stays in the address when a filter changes."""
        return [*self.when, *([("view", self.shape)] if self.shape else [])]

    def address(self, when: Pairs, shape: str = "") -> str:
        """Other days or another shape with the same wishes."""
        return asked.address([*when, *([("view", shape)] if shape else []), *self.wishes])

    def controls(self, items: list[Item], sifted: Sifted, facets: Facets) -> dict[str, Any]:
        """The filters: what these items can be filtered by, with what each choice would find."""
        offered = choices(facets, sifted, self.wished)
        return {
            "wish": self.wished,
            "wishes": len(self.wishes),
            "choices": offered,
            "removable": removable(offered, items, self.wished, self.kept),
            "without": asked.address(self.kept),
            "hidden": self.kept,
        }

    def everything(
        self,
        items: list[Item],
        sifted: Sifted,
        facets: Facets,
        conferences: list[Conference],
        counts: Days,
    ) -> dict[str, Any]:
        """Filters, strip and ways: all that the templates of lists read alike. `facets` are those of all the items
        of the page, `sifted` the same by the wishes that they meet."""
        expo = this_expo()
        return {
            **self.controls(items, sifted, facets),
            "today": viewer().today,
            "chosen": self.chosen,
            "strip": self._strip(expo, conferences, counts),
            "month_url": self.address([("month", f"{self._nearest(expo):%Y-%m}")]),
            "ways": self._ways(expo),
            "paper": self.address(self.when, "print"),
            "asked": self.wishes,
        }

    def _nearest(self, expo: Expo) -> date:
        return self.chosen[0] if self.chosen else usual_day(expo, viewer().today)

    def _strip(self, expo: Expo, conferences: list[Conference], counts: Days) -> tuple[days.StripDay, ...]:
        """The days of the expo; outside them those of the one conference that is asked for, or that runs then."""
        dates = days.span(expo.starts_on, expo.ends_on)
        day = self.chosen[0] if self.chosen else None
        away = [
            conference
            for conference in conferences
            if (
                conference.slug in self.wished.conferences
                if self.wished.conferences
                else day is not None and conference.starts_on <= day <= conference.ends_on
            )
            and not expo.starts_on <= conference.starts_on <= expo.ends_on
        ]
        if away and (day is None or day not in dates):
            dates = days.span(away[0].starts_on, away[0].ends_on)
        kept = [("view", "grid")] if self.shape == "grid" else []
        return days.strip(dates, counts, asked.day_addresses([*kept, *self.wishes]))

    def _ways(self, expo: Expo) -> list[Way]:
        today = viewer().today
        if not expo.starts_on <= today <= expo.ends_on:
            return []
        found = []
        for label, (first, last) in (
            (_("Today"), named_days("today", today)),
            (_("Tomorrow"), named_days("tomorrow", today)),
            (_("This weekend"), named_days("weekend", today)),
            (_("This week"), named_days("week", today)),
        ):
            when = span_pairs(first, last)
            shape = "grid" if self.shape == "grid" and first == last else ""
            found.append(Way(label, self.address(when, shape), when == self.when))
        return found

    def shapes(self) -> list[Way]:
        """List and grid."""
        return [
            Way(_("List"), self.address(self.when), not self.shape),
            Way(_("Grid"), self.address(self.when, "grid"), self.shape == "grid"),
        ]

    def beside(self, counts: Days, day: date, step: int) -> Way | None:
        """The nearest day before or after that has something which meets the wishes."""
        found = [each for each in counts if (each > day if step > 0 else each < day)]
        if not found:
            return None
        nearest = min(found) if step > 0 else max(found)
        label = ngettext(
            "%(day)s, %(num)s session",
            "%(day)s, %(num)s sessions",
            counts[nearest].count,
            day=day_name(nearest),
        )
        return Way(label, self.address([("day", str(nearest))], self.shape), False)


def named_days(name: str, today: date) -> tuple[date, date]:
    """First and last of the days that people call so. On a Sunday the weekend has but that day left."""
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    return {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=1)),
        "weekend": (max(today, sunday - timedelta(days=1)), sunday),
        "week": (monday, sunday),
    }[name]


def feed_of(wished: Filter, when: Pairs | None = None) -> str:
    """The calendar of what meets the wishes, on these days, on their day, or on all. It is one for all, so what is
    open to somebody is not among its wishes."""
    pairs = asked.arguments(replace(wished, mine=None))
    found = asked.address([*(when or []), *pairs], None if when else wished.day)
    return url_for("feeds.programme") + found.removeprefix(asked.address([]))


def day_counts(wished: Filter) -> Days:
    """The days with what the viewer wishes for."""
    return shelf.days(this_expo().id, wished, viewer().tickets)


def conferences() -> list[Conference]:
    return publishing.conferences(this_expo().id)

"""Breaks beside the sessions of a day: quiet rows, in the list at their time and in the grid across their rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _

from expo.publishing import breaks
from expo.publishing.breaks import Pause
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.context import this_expo
from expo.web.filters import foreign

from .rows import Group, clock_text, conference_class


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A break in words. `placed` are the classes of its place in the grid, where it may stand in several pieces."""

    title: str
    lang: str
    end_text: str
    note: str
    colour: str
    placed: str = ""


def of_day(wished: Filter, day: date) -> list[Pause]:
    """What is left free that day, for whoever asks for all of it, or for conferences and nothing else."""
    if wished != Filter(day=wished.day, span=wished.span, conferences=wished.conferences):
        return []
    found = breaks.on_day(this_expo(), day)
    return [
        one for one in found if not wished.conferences or one.conference_slug in ("", *wished.conferences)
    ]


def of_conference(slug: str, day: date) -> list[Pause]:
    """The conference's own of a day."""
    return [one for one in breaks.on_day(this_expo(), day) if one.conference_slug == slug]


def among(
    groups: Iterable[Group],
    pauses: Iterable[Pause],
    found: Sequence[Item],
    pieces: Callable[[Pause], Sequence[str]] | None = None,
) -> list[Group]:
    """The groups of a day with these breaks at their times; `pieces` are the places of each in the grid."""
    merged = {(group.starts, group.key): group for group in groups}
    titles = {item.conference_slug: item.conference_title for item in found}
    for pause in pauses:
        starts, key = pause.starts, f"{pause.starts_at:%m%d%H%M}"
        group = merged.get((starts, key)) or Group(clock_text(starts, pause.day), starts, key)
        row = _row(pause, titles)
        rows = [replace(row, placed=placed) for placed in pieces(pause)] if pieces else [row]
        if rows:
            merged[starts, key] = replace(group, pauses=[*group.pauses, *rows])
    return sorted(merged.values(), key=lambda group: group.starts)


def _row(pause: Pause, titles: dict[str, str]) -> PauseRow:
    where = (
        titles.get(pause.conference_slug, "")
        if pause.conference_id
        else pause.area_name or _("The whole city")
    )
    return PauseRow(
        title=pause.title,
        lang=foreign(pause.language),
        end_text=clock_text(pause.ends, pause.day),
        note=where,
        colour=conference_class(pause.colour) if pause.colour else "",
    )

"""The viewer's own time, when they ask for it: `?tz=America/New_York`. It is remembered in the address alone, so a
page is the same for everybody who asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.programme.fitting import time_zones
from expo.publishing.items import Item
from expo.web.context import this_expo
from expo.web.filters import day_name, zone_name

PARAMETER = "tz"
# One or two large cities for each time that many people live in; any other zone may stand in the address.
OFFERED = (
    *("Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage"),
    *("America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver"),
    *("America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/New_York"),
    *("America/Santiago", "America/Sao_Paulo", "America/St_Johns", "America/Toronto", "Asia/Bangkok"),
    *("Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi"),
    *("Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai"),
    *("Asia/Singapore", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Reykjavik", "Australia/Brisbane"),
    *("Australia/Perth", "Australia/Sydney", "Europe/Athens", "Europe/Berlin", "Europe/Helsinki"),
    *("Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid"),
    *("Europe/Stockholm", "Pacific/Auckland", "Pacific/Honolulu"),
)


def asked_zone() -> ZoneInfo | None:
    """The zone in the address, if there is such a zone."""
    name = request.args.get(PARAMETER, "")
    return ZoneInfo(name) if "/" in name and name in time_zones() else None


def season(moment: datetime) -> str:
    """Which of the two is meant, when the clocks show an hour twice; else nothing."""
    if moment.replace(fold=1 - moment.fold).utcoffset() == moment.utcoffset():
        return ""
    return _("summer time") if moment.dst() else _("winter time")


def hour_text(moment: datetime) -> str:
    """14:05; 02:30 (winter time) where an hour comes twice."""
    said = season(moment)
    return f"{moment:%H:%M} ({said})" if said else f"{moment:%H:%M}"


def own_time(item: Item, zone: ZoneInfo | None) -> str:
    """When an item is by the viewer's clock, with the day where it is another; nothing where the clocks agree."""
    if zone is None:
        return ""
    starts, ends = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
    if (starts.utcoffset(), ends.utcoffset()) == (item.starts.utcoffset(), item.ends.utcoffset()):
        return ""
    begin, end = hour_text(starts), hour_text(ends)
    if starts.date() != item.starts.date():
        begin = f"{day_name(starts.date())} {begin}"
    if ends.date() != starts.date():
        end = f"{day_name(ends.date())} {end}"
    return str(_("%(start)s to %(end)s %(zone)s", start=begin, end=end, zone=zone_name(zone)))


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """The form that asks for the viewer's zone; `kept` is the rest of the address, `home` the zone of the place."""

    home: str
    chosen: str
    choices: list[tuple[str, str]]
    kept: list[tuple[str, str]]


def offer(items: Iterable[Item], home: str, *, away: bool = False) -> ZoneChoice | None:
    """The form, where somebody may follow from elsewhere (`away`: the conference itself says so) or asks for their
    time; else nothing. `home` is the zone of the place."""
    city = this_expo().time_zone
    if away or asked_zone() is not None or any(_elsewhere(item, city) for item in items):
        return _choice(home)
    return None


def _choice(home: str) -> ZoneChoice:
    zone, locale = asked_zone(), get_locale()
    chosen = zone.key if zone else ""
    choices = _choices(locale.language if locale else "en")
    if chosen and chosen not in OFFERED:
        choices = sorted([*choices, (chosen, _city(chosen))], key=lambda pair: pair[1])
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in (PARAMETER, "lang")]
    return ZoneChoice(home, chosen, choices, kept[:40])


def _elsewhere(item: Item, home: str) -> bool:
    """Whether people follow an item from other places than the expo's city."""
    return item.venue_online or item.time_zone != home


@lru_cache(maxsize=16)
def _choices(_language: str) -> list[tuple[str, str]]:
    """The offered zones by the names of their cities, in the reader's language."""
    return sorted(((name, _city(name)) for name in OFFERED), key=lambda pair: pair[1].casefold())


def _city(name: str) -> str:
    return str(get_timezone_location(name, locale=get_locale() or "en", return_city=True))

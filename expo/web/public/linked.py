"""What a page is about, for search engines: schema.org as JSON-LD, a Festival of Events. A block of data, no script."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import current_app
from markupsafe import Markup

from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.programme.words import Mode
from expo.publishing.items import Item
from expo.web.addresses import url_for
from expo.web.context import this_expo
from expo.web.filters import this_language, title_here

_MODES = {
    Mode.ON_SITE: "OfflineEventAttendanceMode",
    Mode.HYBRID: "MixedEventAttendanceMode",
    Mode.ONLINE: "OnlineEventAttendanceMode",
}
# What could end the element that holds the data, or begin another (HTML, 4.12.1.3).
_HOSTILE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def of_expo(expo: Expo, conferences: Iterable[Conference]) -> Markup:
    """The expo with its conferences."""
    return _written(
        {
            **_festival(expo),
            "startDate": expo.starts_on.isoformat(),
            "endDate": expo.ends_on.isoformat(),
            "location": {"@type": "Place", "name": expo.city, "address": expo.city},
            "subEvent": [_conference(each) for each in conferences],
        }
    )


def of_conference(conference: Conference) -> Markup:
    """A conference, and the expo that it is part of."""
    return _written({**_conference(conference), "superEvent": _festival(this_expo())})


def of_session(item: Item, conference: Conference | None, names: Iterable[str]) -> Markup:
    """One time of a session, as its viewer may see it: of what is for ticket holders no room and no people."""
    made: dict[str, Any] = {
        "@type": "Event",
        "name": item.title,
        "url": _whole(url_for("public.session", code=item.code)),
        "startDate": item.starts.isoformat(),
        "endDate": item.ends.isoformat(),
        "eventStatus": "https://schema.org/" + ("EventCancelled" if item.cancelled else "EventScheduled"),
        "location": _place(item),
        "isAccessibleForFree": item.open_to_all,
        "superEvent": _conference(conference) if conference else _festival(this_expo()),
    }
    performers = [{"@type": "Person", "name": name} for name in names]
    if performers:
        made["performer"] = performers
    if item.languages:
        made["inLanguage"] = list(item.languages)
    return _written(made)


def _festival(expo: Expo) -> dict[str, Any]:
    return {"@type": "Festival", "name": expo.name, "url": _whole(url_for("public.home"))}


def _conference(conference: Conference) -> dict[str, Any]:
    place = conference.place_in(this_language())[0] or conference.city or this_expo().city
    return {
        "@type": "Event",
        "name": title_here(conference),
        "url": _whole(url_for("public.conference", slug=conference.slug)),
        "startDate": conference.starts_on.isoformat(),
        "endDate": conference.ends_on.isoformat(),
        "eventAttendanceMode": "https://schema.org/" + _MODES[conference.mode],
        "location": {"@type": "Place", "name": place, "address": conference.city or this_expo().city},
    }


def _place(item: Item) -> dict[str, Any]:
    if item.venue_online:
        return {"@type": "VirtualLocation", "url": _whole(url_for("public.session", code=item.code))}
    room = item.room_name if item.room_name != item.venue_name else ""
    name = ", ".join(part for part in (room, item.venue_name) if part)
    return {"@type": "Place", "name": name, "address": item.venue_city or this_expo().city}


def _whole(path: str) -> str:
    return f"{current_app.config['EXPO'].base_url.rstrip('/')}{path}"


def _written(made: dict[str, Any]) -> Markup:
    text = json.dumps({"@context": "https://schema.org", **made}, ensure_ascii=False, separators=(",", ":"))
    # Nothing of it can leave its element: what could is written as JSON's own escapes.
    return Markup(f'<script type="application/ld+json">{text.translate(_HOSTILE)}</script>')  # noqa: S704

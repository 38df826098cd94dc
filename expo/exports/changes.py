"""What releases changed, for feed readers: Atom (RFC 4287) and JSON Feed (version 1.1, jsonfeed.org)."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as xml

from flask import current_app
from flask_babel import gettext as _

from expo.expos.models import Expo
from expo.publishing import changes, history
from expo.publishing.history import Change

from .cells import for_xml

MOST = 200
ATOM = "http://www.w3.org/2005/Atom"


def as_atom(expo: Expo, language: str) -> bytes:
    """The latest changes as an Atom feed."""
    told = _latest(expo)
    xml.register_namespace("", ATOM)
    feed = xml.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _add(feed, "id", _id(f"changes:{expo.slug}"))
    _add(feed, "title", _title(expo))
    _add(feed, "updated", _moment(told[0]["at"] if told else expo.created_at))
    _add(feed, "link", rel="alternate", type="text/html", href=f"{_home(expo)}programme")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{_home(expo)}feeds/changes.atom")
    _add(_add(feed, "author"), "name", expo.name)
    for change in told:
        entry = _add(feed, "entry")
        _add(entry, "id", change["id"])
        _add(entry, "title", change["title"])
        _add(entry, "updated", _moment(change["at"]))
        _add(entry, "link", rel="alternate", type="text/html", href=change["url"])
        _add(entry, "category", term=change["kind"])
        _add(entry, "content", change["text"], type="text")
    made: bytes = xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made


def as_json(expo: Expo, language: str) -> bytes:
    """The latest changes as a JSON Feed."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": _title(expo),
            "home_page_url": f"{_home(expo)}programme",
            "feed_url": f"{_home(expo)}feeds/changes.json",
            "language": language,
            "items": [
                {
                    "id": change["id"],
                    "url": change["url"],
                    "title": change["title"],
                    "content_text": change["text"],
                    "date_published": _moment(change["at"]),
                    "tags": [change["kind"]],
                }
                for change in _latest(expo)
            ],
        },
        ensure_ascii=False,
    ).encode()


def _latest(expo: Expo) -> list[dict[str, Any]]:
    # The first release is the programme itself, and no news.
    news = (change for change in history.changes(expo.id) if change.number > 1)
    return [_told(expo, change) for change in islice(news, MOST)]


def _told(expo: Expo, change: Change) -> dict[str, Any]:
    said = changes.said(change.told)
    return {
        # The same change has the same id for ever: one release tells of an occurrence once.
        "id": _id(f"change:{expo.slug}:{change.number}:{change.code}"),
        "at": change.at,
        "kind": said.kind,
        "title": f"{said.word}: {said.title}",
        "text": said.what or said.title,
        "url": f"{_home(expo)}sessions/{quote(change.code, safe='')}",
    }


def _title(expo: Expo) -> str:
    return _("%(expo)s: what changed in the programme", expo=expo.name)


def _home(expo: Expo) -> str:
    return f"{current_app.config['EXPO'].base_url.rstrip('/')}/{expo.slug}/"


def _id(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:expo:{name}')}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: xml.Element, name: str, text: str | None = None, **attributes: str) -> xml.Element:
    made = xml.SubElement(parent, _tag(name), attributes)
    made.text = None if text is None else for_xml(text)
    return made

"""Everything that the expo knows of a person, as one file: a page to read, the same as JSON, and pictures."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.badge import qr
from expo.badge import queries as badges
from expo.core import audit, clock, personal
from expo.core.db import transaction
from expo.expos.models import Expo

from . import queries

# In names of files: what leads to other folders, or what some system does not take.
_UNSAFE = r'[\x00-\x1f<>:"/\\|?*]'


def told(person: Person, *, themselves: bool = True) -> dict[str, Any]:
    """What each room tells of the person, by its name; what is sealed only to the person themselves."""
    subject = replace(queries.subject_of(person), opens_sealed=themselves)
    return {part.name: part.tell(subject) for part in reversed(personal.parts())}


def made(*, person: Person, expo: Expo, themselves: bool = True) -> bytes:
    """The archive, a ZIP file; that it was made is written down."""
    data = told(person, themselves=themselves)
    subject = replace(queries.subject_of(person), opens_sealed=themselves)
    with transaction():
        audit.record("data_downloaded", "person", person.id, expo_id=person.expo_id)
    out = io.BytesIO()
    moment = expo.local(clock.now())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=_plain))
        archive.writestr("index.html", _page(data, f"{person.name}, {expo.name}, {moment:%Y-%m-%d %H:%M}"))
        for part in personal.parts():
            for name, content in part.files(subject).items() if part.files else ():
                archive.writestr(f"files/{re.sub(_UNSAFE, '_', name)}", content)
        live = badges.active_badge(person.expo_id, person.id)
        if live is not None:
            code = badges.code_of(live)
            archive.writestr("badge.svg", qr.svg(code))
            archive.writestr("badge.png", qr.png(code))
    return out.getvalue()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _page(data: dict[str, Any], title: str) -> str:
    """A page that opens in any browser, without anything from anywhere else."""
    body = "".join(f"<h2>{html.escape(_word(name))}</h2>{_shown(value)}" for name, value in data.items())
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    style = "<style>body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600}li{margin-block-end:1rem}</style>"
    return f"<!doctype html><html><head>{head}{style}</head><body><h1>{html.escape(title)}</h1>{body}</body></html>"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        rows = "".join(
            f"<dt>{html.escape(_word(key))}</dt><dd>{_shown(one)}</dd>" for key, one in value.items()
        )
        return f"<dl>{rows}</dl>"
    if isinstance(value, list):
        if not value:
            return f"<p>{html.escape(_('Nothing.'))}</p>"
        return "<ol>" + "".join(f"<li>{_shown(one)}</li>" for one in value) + "</ol>"
    if value is None or value == "":
        return "–"
    return html.escape(_plain(value))


def _word(name: str) -> str:
    return name.replace("_", " ").capitalize()

"""What a session has beside its times: of what it consists, what is handed out, who stands behind it, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app

from expo.exports.talks import Talk, file_url
from expo.expos.models import Expo
from expo.outcomes import results, since
from expo.outcomes.models import Outcome
from expo.outcomes.partners import Body
from expo.programme.drafts import Contribution, File
from expo.publishing import queries as publishing

Told = dict[str, Any]


def changed(expo_id: int) -> dict[int, datetime]:
    """When partners or outcomes of a session were last said otherwise. One query."""
    return since.moments(expo_id, since.PARTNERS + since.OUTCOMES)


def with_all(expo: Expo, sessions: list[list[Talk]], tell: Callable[[list[Talk]], Told]) -> list[Told]:
    """Sessions as they are told, with all that; with none of it where one may not read the abstract. Two
    queries. Who contributes is named as far as the bill does it, as on the page."""
    open_ = {times[0].item.session_id for times in sessions if not times[0].item.closed}
    parts, came = publishing.contributions(open_), results.of_sessions(open_)
    home = f"{current_app.config['EXPO'].base_url.rstrip('/')}/{expo.slug}"
    return [
        {
            **tell(times),
            "contributions": [
                _contribution(one, _billed(times), home, times[0].item.session_code)
                for one in parts.get(times[0].item.session_id, ())
            ],
            "materials": [
                {
                    "kind": one.kind.value, "title": one.title, "text": one.text, "url": one.url or None,
                    "language": one.language, "file": _file(one.file),
                }
                for one in times[0].materials
            ],
            "partners": [body(one) for one in times[0].behind],
            "outcomes": [_outcome(one) for one in came.get(times[0].item.session_id, ())],
        }
        for times in sessions
    ]  # fmt: skip


def _billed(times: list[Talk]) -> dict[int, str]:
    return {number: name for talk in times for number, name in talk.people}


def body(one: Body) -> Told:
    """Who stands behind something, and as what."""
    return {"name": one.name, "role": one.role.value, "url": one.url or None}


def _contribution(one: Contribution, names: dict[int, str], home: str, code: str) -> Told:
    return {
        "title": one.title,
        "minutes": one.minutes,
        "speaker": names.get(one.speaker_id or 0),
        "text": one.text,
        "url": file_url(home, code, one.file) if one.file else one.url or None,
        "file": _file(one.file),
    }


def _file(one: File | None) -> Told | None:
    return {"name": one.name, "size": one.size} if one else None


def _outcome(one: Outcome) -> Told:
    return {
        "kind": one.kind.value,
        "title": one.title,
        "text": one.text,
        "url": one.url or None,
        "language": one.language,
        "signatories": list(one.signatories),
    }

"""What letters of registration say, with made-up values: read before anybody gets one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.core import clock
from expo.core.money import Money
from expo.expos.models import Expo
from expo.mail import outbox
from expo.programme.models import Conference

# What letters that somebody gets on their way to a place are called.
PREFIXES = (
    "registration_", "order_", "change_", "ticket_", "offer_", "waiting_", "delegation_", "nominee_", "decisions_",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter in one language, as it would leave."""

    kind: str
    language: str
    subject: str
    body: str


def kinds() -> list[str]:
    """All letters of registering: each template of such a name, in the order of the alphabet."""
    names = current_app.jinja_env.list_templates(
        filter_func=lambda name: (
            name.startswith(tuple(f"mail/{prefix}" for prefix in PREFIXES)) and name.endswith(".txt")
        )
    )
    return [name.removeprefix("mail/").removesuffix(".txt") for name in names]


def of(expo: Expo, conference: Conference, kind: str, language: str, *, note: str = "") -> Preview:
    """The letter, rendered as it is when it is queued. Nothing is queued."""
    with force_locale(language):
        facts = _made_up(expo, conference, language, note) | _of_kind(kind, conference, language)
    subject, body = outbox.written(kind, language=language, expo_id=expo.id, **facts)
    return Preview(kind, language, subject, body)


def _of_kind(kind: str, conference: Conference, language: str) -> dict[str, Any]:
    """Where a kind of letter calls something by a name that means another thing elsewhere."""
    if kind in ("ticket_changed", "change_lapsed"):
        return {
            "change": {"before": "Delegate", "after": "Delegate with dinner", "more": ["Lunch"], "less": []}
        }
    if kind == "ticket_offer":
        return {"until": clock.now()}
    if kind.startswith("delegation_"):
        return {
            "until": conference.ends_on.isoformat(),
            "name": "Fanny Focal",
            "seats": 4,
            "conferences": [conference.title_in(language)[0]],
        }
    return {}


def _made_up(expo: Expo, conference: Conference, language: str, note: str) -> dict[str, Any]:
    """A value for each name that a letter about a registration reads."""
    told = {
        "payer": "",
        "conference": conference.title_in(language)[0],
        "ticket": _("City delegate"),
        "code": "K7WQ2M4P",
        "state": "submitted",
    }
    bill = {
        "code": "P4M2QW7K",
        "secret": "…",
        "total": Money(49_500, "SEK").said(language),
        "due_at": clock.now(),
        "seller": expo.city,
        "how_to_pay": "",
        "lines": [],
    }
    return {
        "name": "Åsa Öhrström",
        "registration": told,
        "registrations": [told, {**told, "ticket": _("Visitor"), "state": "confirmed"}],
        "note": note,
        "order": "P4M2QW7K",
        "secret": "…",
        "claim": "…",
        "bill": bill,
        "bills": [bill],
        "conference": conference.title_in(language)[0],
        "ticket": _("City delegate"),
        "giver": "Märta af Geijerskiöld",
        "receiver": "Åsa Öhrström",
        "given_back": [],
        "questions": [_("What do you eat?")],
        "until": conference.ends_on,
        "message": note,
        "code": "K7WQ2M4PX3",
        "valid_until": clock.now(),
        "delegation": "Torino",
        "conferences": [conference.title_in(language)[0]],
        "focal": "Fanny Focal",
        "nominee": "Åsa Öhrström",
        "seats": [],
        "left": 2,
        "party": 2,
        "count": 12,
        "by": clock.now(),
        "zone": conference.time_zone,
        "slug": conference.slug,
        "number": 1,
    }

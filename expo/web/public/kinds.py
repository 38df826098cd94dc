"""Names that most expos use for session types and roles, in the reader's language; others stay as they were typed."""

from __future__ import annotations

from expo.web.texts import _l

TYPES = {
    "plenary": _l("Plenary"),
    "panel": _l("Panel"),
    "workshop": _l("Workshop"),
    "breakout": _l("Breakout"),
    "concert": _l("Concert"),
    "guided-tour": _l("Guided tour"),
    "social": _l("Social gathering"),
}
ROLES = {
    "speaker": _l("Speaker"),
    "keynote": _l("Keynote"),
    "moderator": _l("Moderator"),
    "co-moderator": _l("Co-moderator"),
    "chair": _l("Chair"),
    "panelist": _l("Panelist"),
    "facilitator": _l("Facilitator"),
    "rapporteur": _l("Rapporteur"),
    "interpreter": _l("Interpreter"),
    "host": _l("Host"),
    "guide": _l("Guide"),
    "guest": _l("Guest"),
    "performer": _l("Performer"),
}


def type_name(slug: str, name: str) -> str:
    """Guided tour; guidad tur."""
    return str(TYPES.get(slug, name))


def role_name(slug: str, names: dict[str, str]) -> str:
    """Chair; ordförande. `names` are the expo's own."""
    return str(ROLES.get(slug, names.get(slug, slug)))

"""Names of session types, roles and tracks in the reader's language. What organisers say goes first; names that most
expos use have words of our own as long as nobody renamed them; others stay as they were typed."""

from __future__ import annotations

from collections.abc import Mapping

from expo.core.text import slug as slugged
from expo.programme.models import AppearanceRole
from expo.publishing.items import Item
from expo.web.filters import this_language
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


def type_name(item: Item) -> str:
    """Guided tour; guidad tur."""
    return _told(TYPES, item.type_slug, item.type_name, item.type_names)


def track_name(item: Item) -> str:
    """ "" where it has no track."""
    return item.track_name_in(this_language())


def role_name(slug: str, roles: Mapping[str, AppearanceRole]) -> str:
    """Chair; ordförande. `roles` are the expo's, by slug."""
    role = roles.get(slug)
    return _told(ROLES, slug, role.name, role.names) if role else slug


def _told(ours: Mapping[str, str], slug: str, name: str, names: Mapping[str, str]) -> str:
    said = names.get(this_language())
    if said is not None:
        return said
    return str(ours[slug]) if slug in ours and slugged(name) == slug else name

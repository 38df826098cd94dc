"""Names by which sessions are sorted and people billed: areas, tracks, session types and roles, in more languages.

A name is shown as soon as it is saved; addresses are made once and stay. An original has no language of its own:
it is what everybody reads for whom there is nothing better.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, news, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import free_slug, one_line
from expo.core.text import slug as slugged
from expo.expos.models import Expo

from .models import AppearanceRole, Area, Conference, NamedInLanguages, SessionType, Track
from .news import RoleCounted
from .texts import LANGUAGE, MOST_LANGUAGES

Named = Area | Track | SessionType | AppearanceRole
T = TypeVar("T", bound=NamedInLanguages)
# What each is called in the audit, and how long its name may be: as long as whoever names it may type.
_KINDS: dict[type, tuple[str, int]] = {
    Area: ("area", 120),
    Track: ("track", 80),
    SessionType: ("session_type", 40),
    AppearanceRole: ("role", 40),
}


def longest(kind: type) -> int:
    """How many letters such a name may have."""
    return _KINDS[kind][1]


def check_name(kind: type, name: str, field: str = "name") -> str:
    """The name as it is kept. Raises BadInput."""
    name = one_line(name)
    if not name or len(name) > longest(kind):
        raise BadInput(_("A name of 1 to %(most)s letters, please.", most=longest(kind)), field=field)
    return name


def rename(thing: Named, *, name: str, names: dict[str, str]) -> bool:
    """Give it this name, and these in more languages; its address stays. Shown at once. Returns whether anything
    changed.

    Raises BadInput: also when another of its kind has the name in any language, because then nobody could say which.
    """
    kind, _most = _KINDS[type(thing)]
    name, names = check_name(type(thing), name), _checked(type(thing), names)
    with transaction():
        lock(db.session.get_one(Expo, thing.expo_id))
        before: dict[str, Any] = {"name": thing.name, "names": thing.names}
        after = {"name": name, "names": names}
        if before == after:
            return False
        _refuse_taken(thing, name, names)
        thing.name, thing.names = name, names
        audit.record(f"{kind}_changed", kind, thing.id, expo_id=thing.expo_id, before=before, after=after)
        stamps.raise_stamp(f"programme:{thing.expo_id}")
    return True


def make(
    kind: type[Track | SessionType | AppearanceRole], *, expo: Expo, name: str, names: dict[str, str],
    conference: Conference | None = None,
) -> Track | SessionType | AppearanceRole:  # fmt: skip
    """A new track of a conference, or a type or role of the expo; its address is made once. Raises BadInput: also
    when there is one of this name."""
    subject, _most = _KINDS[kind]
    name, names = check_name(kind, name), _checked(kind, names)
    with transaction():
        lock(db.session.get_one(Expo, expo.id))
        values: dict[str, Any] = {"expo_id": expo.id, "name": name, "names": names, "slug": ""}
        if kind is Track:
            assert conference is not None
            values["conference_id"] = conference.id
        thing = kind(**values)
        known = siblings(thing)
        _refuse_taken(thing, name, names, known)
        thing.slug = free_slug(name, {one.slug for one in known})[:40]
        if isinstance(thing, AppearanceRole):
            thing.position = 1 + max((role.position for role in known), default=0)
        db.session.add(thing)
        db.session.flush()
        audit.record(
            f"{subject}_created", subject, thing.id, expo_id=expo.id, after={"name": name, "names": names}
        )
        stamps.raise_stamp(f"programme:{expo.id}")
    return thing


def count_in_clashes(*, role: AppearanceRole, counts: bool) -> bool:
    """Say whether whoever has this role is in one place at a time. Returns whether anything changed."""
    with transaction():
        lock(db.session.get_one(Expo, role.expo_id))
        if role.counts == counts:
            return False
        before, role.counts = role.counts, counts
        audit.record(
            "role_changed",
            "role",
            role.id,
            expo_id=role.expo_id,
            before={"counts": before},
            after={"counts": counts},
        )
        if counts:
            db.session.flush()
            news.tell(RoleCounted(role.expo_id))
    return True


def _checked(kind: type, names: dict[str, str]) -> dict[str, str]:
    kept = {}
    for language in sorted(names):
        if not LANGUAGE.fullmatch(language):
            raise BadInput(_("“%(text)s” is not a language code such as sv.", text=one_line(language)[:20]))
        if one_line(names[language]):
            kept[language] = check_name(kind, names[language], f"name_{language}")
    if len(kept) > MOST_LANGUAGES:
        raise BadInput(_("At most %(most)s languages.", most=MOST_LANGUAGES))
    return kept


def _refuse_taken(thing: Named, name: str, names: dict[str, str], known: list[Any] | None = None) -> None:
    others = [other for other in (siblings(thing) if known is None else known) if other.id != thing.id]
    for field, said in [("name", name), *((f"name_{code}", text) for code, text in names.items())]:
        other = called(others, said)
        if other is not None:
            raise BadInput(_("“%(other)s” is called so already.", other=other.name), field=field)


def siblings(thing: Named) -> list[Any]:
    """All of its kind among which its name must tell it apart."""
    owner = "conference_id" if isinstance(thing, Track) else "expo_id"
    kind: Any = type(thing)
    return list(db.session.scalars(sa.select(kind).where(getattr(kind, owner) == getattr(thing, owner))))


def called(known: Iterable[T], name: str) -> T | None:
    """The one that has this name in some language."""
    wanted = one_line(name).casefold()
    for one in known:
        if any(one_line(said).casefold() == wanted for said in (one.name, *one.names.values())):
            return one
    return None


def meant(known: Iterable[T], name: str) -> T | None:
    """The one that somebody means who types this: by a name it has, else by the name that it once had, which its
    address still says."""
    known = list(known)
    return called(known, name) or next((one for one in known if one.slug == slugged(name)), None)

"""Which addresses a copy holds, and the files they become."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

# Every page of these desks is the same for all, but for those that answer one person or one question.
DESKS = ("public", "feeds")
LEFT_OUT = {
    "public.favourites", "public.share", "public.search_page", "public.look", "feeds.my", "feeds.share",
    # What is on now, and screens that renew themselves: a copy has no now.
    "public.now", "public.screens", "public.room_screen", "public.venue_screen", "public.expo_screen",
    # What keeps pages on a device: a copy is kept already.
    "public.worker", "public.offline",
}  # fmt: skip
# Files that people handed in: kept as they are.
HANDED_IN = {"public.session_file"}
# Filters can be put together without end. These are what links of pages ask for, one thing at a time.
WISHES = tuple(
    frozenset(names.split())
    for names in (
        "", "day", "day view", "view", "month", "week", "conference", "track", "conference track", "type",
        "venue", "room", "sdg", "occurrence",
    )
)  # fmt: skip
# The parts of calendars that are too large for one. Pages of several days can be chosen without end.
PARTS = tuple(frozenset(names.split()) for names in ("from to", "conference from to", "venue from to"))
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Address:
    """One page or feed in one language. `arguments` are in order of their names."""

    language: str
    path: str
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> str:
        """What is asked of the application. Feeds take their language from the address, pages from the reader."""
        pairs = [*self.arguments, *([("lang", self.language)] if "/feeds/" in self.path else [])]
        return quote(self.path, safe="/%:@!$&'()*+,;=~-._") + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass(frozen=True, slots=True)
class Asset:
    """A style, script, face or picture: the same in every language."""

    path: str
    asked: str


class Map:
    """Reads links as the application does, and gives each address its file."""

    def __init__(self, routes: MapAdapter, base_url: str, slug: str, languages: tuple[str, ...]) -> None:
        self._routes, self._base, self._slug, self._languages = routes, base_url.rstrip("/"), slug, languages
        self._files: dict[Address | Asset, str] = {}
        self._read: dict[tuple[str, str], Address | None] = {}
        self._taken: set[str] = set()

    def is_ours(self, link: str) -> bool:
        """Whether a link (absolute already) leads to this installation."""
        return link == self._base or link.startswith((f"{self._base}/", f"{self._base}?", f"{self._base}#"))

    def absolute(self, here: str, link: str) -> str:
        """A link as it stands on the page at this path of ours."""
        if link.startswith("/") and not link.startswith("//"):  # nearly all do, and joining is slow
            return self._base + link
        return urljoin(self._base + here, link)

    def address(self, link: str, language: str) -> Address | None:
        """The page or feed that a link of ours means; None where the copy does not hold it."""
        key = (link, language)  # the same links stand on every page
        if key not in self._read:
            self._read[key] = self._address(link, language)
        return self._read[key]

    def handed_in(self, link: str) -> Asset | None:
        """The file of a session that a link of ours means: the same in every language."""
        try:
            endpoint, values = self._routes.match(unquote(urlsplit(link).path), method="GET")
        except HTTPException:
            return None
        wanted = endpoint in HANDED_IN and values.get("expo_slug") == self._slug
        return self.asset(link) if wanted else None

    def _address(self, link: str, language: str) -> Address | None:
        parts = urlsplit(link)
        arguments = dict(parse_qsl(parts.query))
        language = arguments.pop("lang", language)
        path = unquote(parts.path)
        if (
            language not in self._languages
            or frozenset(arguments) not in (WISHES + PARTS if "/feeds/" in path else WISHES)
            or len(parse_qsl(parts.query)) > len(arguments) + 1
        ):
            return None
        try:
            endpoint, values = self._routes.match(path, method="GET")
        except HTTPException:
            return None
        desk = endpoint.partition(".")[0]
        if desk not in DESKS or endpoint in LEFT_OUT | HANDED_IN or values.get("expo_slug") != self._slug:
            return None
        return Address(language, path, tuple(sorted(arguments.items())))

    def asset(self, link: str) -> Asset:
        """The file of ours that a page or style needs."""
        parts = urlsplit(link)
        return Asset(unquote(parts.path), parts.path + (f"?{parts.query}" if parts.query else ""))

    def file(self, thing: Address | Asset) -> str:
        """Its file within the copy. The same for every copy that holds the same."""
        found = self._files.get(thing)
        if found is None:
            found = self._files[thing] = self._free(_file(thing, self._slug))
        return found

    def _free(self, name: str) -> str:
        """Some systems take two names that differ in capitals for one."""
        stem, dot, ending = name.rpartition(".")
        number, free = 1, name
        while free.lower() in self._taken:
            number += 1
            free = f"{stem}~{number}{dot}{ending}"
        self._taken.add(free.lower())
        return free


def _file(thing: Address | Asset, slug: str) -> str:
    if isinstance(thing, Asset):
        return "/".join(_parts(thing.path if thing.path.startswith("/static/") else f"/assets{thing.path}"))
    within = thing.path.removeprefix(f"/{slug}").strip("/")
    stem, dot, ending = within.rpartition(".")
    if not dot or "/feeds/" not in thing.path:
        stem, ending = within or "index", "html"
    if thing.arguments:
        stem += "/" + "-".join(f"{name}-{value}" for name, value in thing.arguments)
    return "/".join(_parts(f"{thing.language}/{stem}.{ending}"))


def _parts(path: str) -> Iterator[str]:
    """The names on the way, safe on every system; what was changed or cut carries a mark of what it was."""
    for part in path.strip("/").split("/"):
        safe = _UNSAFE.sub("-", part).lstrip(".")
        if safe != part or len(safe) > _LONGEST:
            mark = hashlib.blake2b(part.encode("utf-8", "replace"), digest_size=4).hexdigest()
            stem, dot, ending = safe.rpartition(".")
            safe = f"{stem[:_LONGEST]}~{mark}.{ending[:8]}" if dot else f"{safe[:_LONGEST]}~{mark}"
        yield safe


def relative(here: str, there: str) -> str:
    """From one file of the copy to another."""
    ours, theirs = here.split("/")[:-1], there.split("/")
    while ours and len(theirs) > 1 and ours[0] == theirs[0]:
        ours, theirs = ours[1:], theirs[1:]
    return quote("../" * len(ours) + "/".join(theirs))

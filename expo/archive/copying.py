"""The copy: the application is asked as a stranger asks, page by page, from the home page on.

A page that a stranger could not open is not there, so what is hidden stays hidden, whoever makes the copy.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from flask import Flask
from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _

from expo.core import clock
from expo.expos.models import Expo

from .addresses import Address, Asset, Map, relative
from .pages import Page, Told, style, symbols
from .refusals import FolderInUse

MARK = "copy.json"  # written last, so that only a whole copy has it
INDEX = "all-sessions.html"
EVERY = 100  # pages between two words of progress
Progress = Callable[[str], None]


@dataclass(slots=True)
class Made:
    """What a copy holds. `missing` are addresses that pages lead to and that did not answer."""

    pages: int = 0
    feeds: int = 0
    assets: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)


def write(app: Flask, expo: Expo, folder: Path, *, languages: tuple[str, ...], say: Progress) -> Made:
    """Write the copy into the folder; an earlier copy there is replaced when the new one is whole.

    Raises FolderInUse where something else lies there.
    """
    refuse_others(folder)
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
    try:
        copy = _Copy(app, expo, unfinished, languages, say)
        made = copy.run()
        unfinished.chmod(0o755)
        _put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return made


def refuse_others(folder: Path) -> None:
    """A folder of somebody's own is never written into, let alone replaced."""
    if folder.is_dir() and not folder.is_symlink():
        if any(folder.iterdir()) and not (folder / MARK).is_file():
            raise FolderInUse(
                f"{folder} holds something that is no copy of an expo. Name another folder, or empty this one."
            )
    elif folder.exists() or folder.is_symlink():
        raise FolderInUse(f"{folder} is no folder. Name another place.")


def _put_in_place(unfinished: Path, folder: Path) -> None:
    earlier = unfinished.with_name(unfinished.name.replace(".unfinished-", ".earlier-"))
    if folder.exists():
        os.replace(folder, earlier)
    os.replace(unfinished, folder)
    shutil.rmtree(earlier, ignore_errors=True)


class _Copy:
    def __init__(
        self, app: Flask, expo: Expo, folder: Path, languages: tuple[str, ...], say: Progress
    ) -> None:
        self._app, self._expo, self._folder, self._say = app, expo, folder, say
        self._languages = languages
        self._slug, self._base = expo.slug, app.config["EXPO"].base_url
        self._client = app.test_client(use_cookies=False)
        self._map = Map(app.url_map.bind(""), self._base, expo.slug, languages)
        self._waiting: deque[Address | Asset] = deque()
        self._known: set[Address | Asset] = set()
        self._made = Made()
        self._at = clock.now()
        self._sessions: dict[str, dict[str, str]] = {language: {} for language in languages}
        self._icons = symbols(self._ask(Asset("", "/static/img/icons.svg"))[1].decode())

    def run(self) -> Made:
        for language in self._languages:
            self._want(Address(language, f"/{self._slug}/"))
        while self._waiting:
            self._copy(self._waiting.popleft())
        for language in self._languages:
            with force_locale(language):
                self._save(f"{language}/{INDEX}", self._index(language).encode())
        self._save("index.html", self._entrance().encode())
        facts = {"expo": self._slug, "of": self._at.isoformat(), "languages": self._languages}
        self._save(MARK, json.dumps(facts).encode())
        return self._made

    def _want(self, thing: Address | Asset) -> str:
        if thing not in self._known:
            self._known.add(thing)
            self._waiting.append(thing)
        return self._map.file(thing)

    def _ask(self, thing: Address | Asset) -> tuple[str, bytes]:
        """Its type and its bytes; an empty type where it does not answer."""
        language = thing.language if isinstance(thing, Address) else "en"
        with self._app.app_context():  # of its own: who asks and in which language is kept in it
            answer = self._client.get(
                thing.asked,
                base_url=self._base,
                headers={"Accept-Language": language, "Accept-Encoding": "identity"},
                follow_redirects=True,
            )
        if answer.status_code != 200:
            self._made.missing.append(thing.asked)
            return "", b""
        return answer.mimetype or "", answer.data

    def _copy(self, thing: Address | Asset) -> None:
        file = self._map.file(thing)
        kind, body = self._ask(thing)
        if isinstance(thing, Asset):
            self._made.assets += 1
            if kind == "text/css":
                body = style(body.decode(), lambda link: self._file(thing.path, file, link)).encode()
        elif kind == "text/html" or not kind:
            self._made.pages += 1
            with force_locale(thing.language):
                body = self._page(thing, file, body.decode() or self._gone(thing.language)).encode()
            if self._made.pages % EVERY == 0:
                self._say(f"{self._made.pages} pages, {len(self._waiting)} addresses wait")
        else:
            self._made.feeds += 1
        self._save(file, body)

    def _page(self, address: Address, file: str, html: str) -> str:
        told = Told(self._line(), self._instead_of_search(file, address.language), self._icons)
        page = Page(
            told,
            lambda link: self._link(address, file, link),
            lambda link: self._file(address.path, file, link),
        )
        text = page.text(html)
        if "/sessions/" in address.path and not address.arguments and page.title:
            self._sessions[address.language].setdefault(page.title, file)
        return text

    def _link(self, address: Address, file: str, link: str) -> str | None:
        """Where a link of a page leads; None where it leads out of the copy but not out of our house."""
        if link.startswith(("#", "mailto:", "tel:")):
            return link
        whole, _sign, part = self._map.absolute(address.path, link).partition("#")
        if not self._map.is_ours(whole):
            return link if whole.startswith(("https://", "http://")) else None
        found = self._map.address(whole, address.language) or self._map.handed_in(whole)
        if found is None:
            return None
        return relative(file, self._want(found)) + (f"#{part}" if part else "")

    def _file(self, here: str, file: str, link: str) -> str | None:
        if link.startswith("data:"):
            return link
        whole = self._map.absolute(here, link).partition("#")[0]
        return relative(file, self._want(self._map.asset(whole))) if self._map.is_ours(whole) else link

    def _save(self, name: str, body: bytes) -> None:
        place = self._folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
        self._made.size += len(body)

    # What the copy says itself ------------------------------------------------

    def _line(self) -> str:
        said = _(
            "A copy of %(moment)s. Registering, booking and searching are left out.",
            moment=self._moment(),
        )
        return f'<aside class="demo copy" aria-label="{escape(_("About this copy"))}"><p class="wrap">{escape(said)}</p></aside>'

    def _moment(self) -> str:
        language = (get_locale() or Locale("en")).language
        return format_datetime(self._expo.local(self._at), "d MMMM y, HH:mm", locale=language)

    def _instead_of_search(self, file: str, language: str) -> str:
        there = relative(file, f"{language}/{INDEX}")
        return (
            f'<p class="actions"><a class="button" href="{there}">{escape(_("All sessions, A to Z"))}</a></p>'
        )

    def _gone(self, language: str) -> str:
        """Stands where a page did not answer, so that no link of the copy leads nowhere."""
        return self._plain(language, _("This page is not in the copy"), "")

    def _index(self, language: str) -> str:
        named = sorted(self._sessions[language].items(), key=lambda pair: pair[0].casefold())
        lines = "".join(
            f'<li><a href="{relative(f"{language}/{INDEX}", file)}">{escape(title)}</a></li>'
            for title, file in named
        )
        heading = _("All sessions, A to Z")
        count = ngettext("%(num)s session", "%(num)s sessions", len(named))
        home = f'<p><a href="index.html">{escape(self._expo.name)}</a></p>'
        return self._plain(language, heading, f"<p>{escape(count)}</p>{home}<ul>{lines}</ul>")

    def _entrance(self) -> str:
        """Opens in the expo's first language; the others are a link away."""
        first = self._languages[0]
        links = "".join(
            f'<p><a href="{code}/index.html" lang="{code}">{code}</a></p>' for code in self._languages
        )
        goes = f'<meta http-equiv="refresh" content="0; url={first}/index.html">'
        return self._plain(first, self._expo.name, links, head=goes, line="")

    def _plain(self, language: str, heading: str, body: str, head: str = "", line: str | None = None) -> str:
        styles = "".join(
            f'<link rel="stylesheet" href="{"" if head else "../"}static/css/{name}.css">'
            for name in ("tokens", "base", "site")
        )
        return (
            f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
            f"<title>{escape(heading)}</title>{styles}</head><body>{self._line() if line is None else line}"
            f'<main><div class="wrap text prose"><h1>{escape(heading)}</h1>{body}</div></main></body></html>\n'
        )

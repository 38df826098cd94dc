"""A page as it works from a disk: links lead to files, and what needs a server is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

SCRIPTS = ("js/base.js",)  # the others speak to the server
_LINKS = {"a": "href", "area": "href"}
_FILES = {"img": "src", "script": "src", "source": "src", "link": "href"}
_KINDS = {"stylesheet", "icon", "apple-touch-icon"}  # of <link>
# Where a link that leads out of the copy goes with its words; elsewhere its words stay.
_FRAMES = ("header", "nav", "footer", "aside")
_OF_STYLE = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")

Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class Told:
    """What a page of the copy says beside its own: the line on top, and what stands in for its search."""

    line: str
    instead_of_search: str
    symbols: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Writes a page anew. `link` and `file` say where an address leads from here; None where it leads nowhere."""

    def __init__(
        self, told: Told, link: Callable[[str], str | None], file: Callable[[str], str | None]
    ) -> None:
        super().__init__(convert_charrefs=False)
        self._told, self._link, self._file = told, link, file
        self._out: list[str] = []
        self._dropped: list[str] = []  # tags inside of what is dropped
        self._unwrapped = 0
        self._frames = 0
        self._items: list[int] = []  # where each open list item begins
        self._icons: set[str] = set()
        self._in_heading = False
        self.heading = ""

    def text(self, html: str) -> str:
        """The page as it goes into the copy."""
        self.feed(html)
        self.close()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._dropped:
            if tag == self._dropped[0]:
                self._dropped.append(tag)
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "form" or "data-keep" in values or tag == "noscript":
            if values.get("role") == "search":
                self._out.append(self._told.instead_of_search)
            self._dropped.append(tag)
            return
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            return  # nothing new will come
        if tag in _FILES:
            self._resource(tag, values, attrs)
            return
        if tag in _FRAMES:
            self._frames += 1
        if tag == "li":
            self._items.append(len(self._out))
        if tag == "h1":
            self._in_heading = True
        if tag in _LINKS and "href" in values:
            self._anchor(tag, values, attrs)
            return
        if tag == "use" and "#" in values.get("href", ""):
            name = values["href"].partition("#")[2]
            self._icons.add(name)
            self._put(tag, [*((n, v) for n, v in attrs if n != "href"), ("href", f"#icon-{name}")])
            return
        self._out.append(self.get_starttag_text() or "")
        if tag == "body":
            self._out.append(self._told.line)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)
        if tag == "use" and not self._dropped:
            self._out.append("</use>")

    def _resource(self, tag: str, values: dict[str, str], attrs: Attributes) -> None:
        name = _FILES[tag]
        address = values.get(name, "")
        wanted = (
            tag in ("img", "source")
            or (tag == "script" and address.partition("?")[0].endswith(SCRIPTS))
            or (tag == "link" and bool(_KINDS & set(values.get("rel", "").split())))
        )
        found = self._file(address) if wanted and address else None
        if found is not None:
            self._put(tag, [*((n, v) for n, v in attrs if n not in (name, "srcset")), (name, found)])
        if tag == "script":
            if found is not None:
                self._out.append("</script>")
            self._dropped.append(tag)

    def _anchor(self, tag: str, values: dict[str, str], attrs: Attributes) -> None:
        found = self._link(values["href"])
        if found is not None:
            self._put(tag, [(n, found if n == "href" else v) for n, v in attrs])
        elif self._frames or "button" in values.get("class", "").split():
            self._dropped.append(tag)
        else:
            self._unwrapped += 1

    def _put(self, tag: str, attrs: Attributes) -> None:
        said = "".join(f" {n}" if v is None else f' {n}="{escape(v)}"' for n, v in attrs)
        self._out.append(f"<{tag}{said}>")

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag == self._dropped[0]:
                self._dropped.pop()
            return
        if tag == "a" and self._unwrapped:
            self._unwrapped -= 1
            return
        if tag in _FRAMES:
            self._frames -= 1
        if tag == "h1":
            self._in_heading = False
        if tag == "li" and self._items:
            began = self._items.pop()
            if not "".join(self._out[began + 1 :]).strip():  # its only link led out of the copy
                del self._out[began:]
                return
        if tag == "body":
            self._out.append(self._sprite())
        self._out.append(f"</{tag}>")

    def _sprite(self) -> str:
        """The icons of this page: from a disk, a browser takes none out of another file."""
        used = (self._told.symbols.get(name, "") for name in sorted(self._icons))
        return f'<svg width="0" height="0" class="vh" aria-hidden="true">{"".join(used)}</svg>'

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._out.append(data)
            if self._in_heading:
                self.heading += data

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._out.append(f"<!{decl}>")

    @property
    def title(self) -> str:
        """The main heading in one line."""
        return " ".join(unescape(self.heading).split())


def style(css: str, file: Callable[[str], str | None]) -> str:
    """A style with the files it needs."""
    return _OF_STYLE.sub(
        lambda found: f"url({file(found[1])})" if file(found[1]) is not None else found[0], css
    )


def symbols(sprite: str) -> dict[str, str]:
    """The icons of the sprite by name, each with a name that no id of a page has."""
    return {
        found[1]: found[0].replace(f'id="{found[1]}"', f'id="icon-{found[1]}"', 1)
        for found in re.finditer(r'<symbol id="([^"]+)".*?</symbol>', sprite, re.DOTALL)
    }

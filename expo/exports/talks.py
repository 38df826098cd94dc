"""What every export says of an occurrence, as strangers or the holder of some tickets may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import current_app

from expo.expos.models import Expo
from expo.outcomes import partners
from expo.outcomes.partners import Body
from expo.programme.drafts import File, Material
from expo.publishing import filters
from expo.publishing import queries as publishing
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.speakers import queries as speakers


@dataclass(frozen=True, slots=True)
class Talk:
    """One released occurrence with all that its item does not carry. `people` are (id, name), in their order;
    `materials` are the public ones; `behind` are its hosts and partners in protocol order."""

    item: Item
    abstract: str
    people: tuple[tuple[int, str], ...]
    url: str
    materials: tuple[Material, ...] = ()
    behind: tuple[Body, ...] = ()

    @property
    def place(self) -> str:
        """The room with its venue; of a session for ticket holders the venue alone."""
        room, venue = self.item.room_name, self.item.venue_name
        return f"{room}, {venue}" if room and room != venue else venue

    @property
    def status(self) -> str:
        """In the words of iCalendar (RFC 5545, section 3.8.1.11)."""
        if self.item.cancelled:
            return "CANCELLED"
        return "TENTATIVE" if self.item.tentative else "CONFIRMED"


def find(expo: Expo, wish: Filter, texts: str = "") -> Iterator[Talk]:
    """What meets the wish, by start; titles and abstracts in the language `texts` where they are given in it. Five
    queries, whatever the number; one more for words."""
    return of(expo, filters.find(expo.id, wish), texts)


def of(expo: Expo, items: Sequence[Item], texts: str = "") -> Iterator[Talk]:
    """What there is to say of these items, which are as their reader may see them. Four queries."""
    items = [item.told_in(texts) for item in items]
    shown = [item for item in items if not item.closed]
    abstracts = publishing.abstracts((item.occurrence_id for item in shown), texts)
    materials = publishing.materials(item.session_id for item in shown)
    behind = partners.behind_sessions(expo.id, {item.session_id for item in shown})
    billed = {billing["speaker"] for item in items for billing in item.billed}
    names = {speaker.id: speaker.name for speaker in speakers.by_ids(expo.id, billed)}
    home = f"{current_app.config['EXPO'].base_url.rstrip('/')}/{expo.slug}"
    for item in items:
        people = [billing["speaker"] for billing in item.billed]
        yield Talk(
            item,
            abstracts.get(item.occurrence_id, ""),
            tuple((number, names[number]) for number in dict.fromkeys(people) if number in names),
            f"{home}/sessions/{quote(item.code, safe='')}",
            () if item.closed else tuple(_addressed(home, item, materials.get(item.session_id, ()))),
            () if item.closed else tuple(behind.get(item.session_id, ())),
        )


def file_url(home: str, session_code: str, file: File) -> str:
    """Where a file that is released lies; `home` is the address of the expo."""
    return f"{home}/sessions/{quote(session_code, safe='')}/files/{file.id}/{quote(file.name, safe='')}"


def _addressed(home: str, item: Item, materials: Iterable[Material]) -> Iterator[Material]:
    """The public ones; whatever has a file is where that lies."""
    for each in materials:
        if each.public:
            yield replace(each, url=file_url(home, item.session_code, each.file)) if each.file else each

"""Items of the programme as rows of a page: what templates/macros/programme.html reads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import quote

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from expo.programme.words import SIGN_LANGUAGES, Admission
from expo.publishing import recent
from expo.publishing.items import Item
from expo.web.addresses import url_for
from expo.web.context import this_expo
from expo.web.filters import capital, day_name, this_language, zone_name

from . import zones
from .viewer import Viewer, viewer

COLOURS = 8
MOST_TIMES = 12  # of one session on one day
MOST_MADE = 8192  # rows, of some kB with their markup
_MARK = "0code0"  # stands for a code or slug in an address that is made once and filled often


def addresses(endpoint: str, parameter: str = "slug", **values: object) -> Callable[[str], str]:
    """A function from slugs or codes to addresses. One url_for serves all rows of a page."""
    before, _mark, after = url_for(endpoint, **{parameter: _MARK}, **values).partition(_MARK)
    return lambda name: f"{before}{_quoted(name)}{after}"


@lru_cache(maxsize=8192)
def _quoted(name: str) -> str:
    return quote(name, safe="")


@dataclass(frozen=True, slots=True)
class Act:
    """The button at the end of a row. With a code it is posted: somebody known takes the seat at once."""

    label: str
    url: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One item at one time, in words. `key` tells two starts of a page apart. Where it stands for several times of
    its day, `times` are the next of these."""

    url: str
    code: str
    title: str
    starts: datetime
    ends: datetime
    time_text: str
    end_text: str
    key: str
    day: date
    day_text: str
    room: str
    venue: str
    conference_title: str
    conference_class: str
    seats_word: str | None
    seats_state: str | None
    languages: tuple[str, ...]
    step_free: bool
    signed: bool
    state: str
    act: Act | None
    note: str = ""
    mark: str | None = None
    kept: bool | None = None  # whether the viewer keeps it in mind; None where only their browser knows
    times: tuple[Row, ...] = ()  # of the same session on the same day, this one among them
    more_times: int = 0
    placed: str = ""  # classes that put it into the grid
    lang: str = ""  # of the title, where it is not the reader's
    interpreted: tuple[str, ...] = ()  # spoken languages it is interpreted into
    # Its markup, by how it was drawn. A row that is changed is another row, and not drawn yet.
    drawn: dict[tuple[object, ...], Markup] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that start together."""

    time_text: str
    starts: datetime
    key: str
    items: list[Row] = field(default_factory=list)
    pauses: list[Any] = field(default_factory=list)  # as pauses.PauseRow, before the rows


def conference_class(colour: int) -> str:
    """The colour of a conference's edge and dot."""
    return f"c-{(colour - 1) % COLOURS + 1}"


def conference_name(item: Item) -> str:
    """What a row calls the conference; the open programme has the expo's own name, which would tell nothing."""
    if item.open_programme:
        return _("City programme")
    return item.conference_title_in(this_language()) if item.conference_titles else item.conference_title


def state_of(item: Item, now: datetime) -> str:
    """Where the clock has come with an item; a private event tells no more than its time."""
    if item.private:
        return "private"
    if item.cancelled:
        return "cancelled"
    if item.ends_at <= now:
        return "ended"
    return "on_now" if item.starts_at <= now else "upcoming"


def seats_of(item: Item, who: Viewer) -> tuple[str, str]:
    """How one gets in, in a word, with the kind of state chip."""
    if item.occurrence_id in who.booked:
        return _("Your seat"), "mine"
    if item.tentative:
        return _("Time to be confirmed"), "wait"
    if item.closed:
        return _("With a ticket"), "info"
    if item.admission is Admission.SEAT or (item.invited and item.admission is Admission.INVITATION):
        return _free_seats(item, who.now)
    if item.admission is Admission.INVITATION:
        return _("By invitation"), "off"
    if item.open_to_all:
        return _("Open to all"), "go"
    if item.conference_id in who.tickets:
        return _("With your ticket"), "info"
    return _("With a ticket"), "info"


def _free_seats(item: Item, now: datetime) -> tuple[str, str]:
    left = item.seats_left
    if item.booking_opens_at is not None and item.not_yet_open(now):
        opens = item.booking_opens_at.astimezone(item.zone)
        return _("Booking opens %(when)s", when=f"{day_name(opens.date())} {zones.hour_text(opens)}"), "wait"
    if item.closed_early(now):
        return _("Booking is closed"), "off"
    if left is None:
        return _("Book a seat"), "go"
    if left == 0:
        return _("Full"), "stop"
    return ngettext("%(num)s seat left", "%(num)s seats left", left), "go"


def clock_text(moment: datetime, day: date) -> str:
    """14:05; 01:00 (+1) in the night after the day it belongs to; 02:30 (winter time) where an hour comes twice."""
    nights = (moment.date() - day).days
    text = zones.hour_text(moment)
    return text if nights <= 0 else f"{text} (+{nights})"


def draw(
    macro: Callable[..., Markup], row: Row, level: int = 3, *, starts: bool = False, act: bool = True
) -> Markup:
    """The row's markup, with or without its button; it is kept as long as the row."""
    key = (level, starts, act)
    markup = row.drawn.get(key)
    if markup is None:
        markup = row.drawn[key] = macro(row, act=row.act if act else None, level=level, starts=starts)
    return markup


def act_of(row: Row) -> Act | None:
    """For macros that ask which button a row has."""
    return row.act


def by_start(rows: Iterable[Row]) -> list[Group]:
    """Rows that are in order of time, those that start together in one group."""
    starts = groupby(rows, key=lambda row: (row.starts, row.time_text, row.key))
    return [Group(text, moment, key, list(together)) for (moment, text, key), together in starts]


def once_a_day(found: Iterable[Item], now: datetime) -> list[tuple[Item, list[Item]]]:
    """Each session once on each of its days: at its next time that stands, with all times of the day that are still
    to come, or that were when none is. No list where there is but one time. In order of start."""
    times: dict[tuple[int, date], list[Item]] = {}
    for item in found:
        times.setdefault((item.session_id, item.day), []).append(item)
    chosen = []
    for mine in times.values():
        left = [item for item in mine if item.ends_at > now] or mine
        next_ = next((item for item in left if not item.cancelled), left[0])
        chosen.append((next_, left if len(left) > 1 else []))
    return sorted(chosen, key=lambda pair: pair[0].starts_at)


def _interpreted(item: Item) -> tuple[str, ...]:
    told = SIGN_LANGUAGES.union(item.languages)
    return tuple(code for code in item.understood if code not in told)


# Rows that were made, with their items: these are held, so that no other can come to have the same id.
_made: OrderedDict[tuple[object, ...], tuple[Item, Row]] = OrderedDict()


class Rows:
    """Makes rows for whoever looks. Times are those of the place; its zone is named where it is not `home`.

    A row is kept, and its markup with it, under all that it shows: the very item (which is another as soon as
    anything of it changes), where the clock has come with it, the language and zone of the page, and what it is to
    the viewer: booked, kept in mind, opened by a ticket. Of who they are it knows nothing.
    """

    def __init__(self, home: str | None = None) -> None:
        self._who = viewer()
        self._zone = zones.asked_zone()
        self._language = this_language()
        # Beside another time, each names its zone.
        self._home = "" if self._zone else home or this_expo().time_zone
        kept_zone = {zones.PARAMETER: self._zone.key} if self._zone else {}
        self._session = addresses("public.session", "code", **kept_zone)
        self._register: dict[str, str] = {}
        self._book = url_for("delegate.book") if self._who.signed_in else ""
        self._book_label = _("Book")
        self._recent = recent.changes(this_expo().id, self._who.now)
        self._seats: dict[tuple[object, ...], tuple[str, str]] = {}
        self._page = (str(get_locale()), self._session(""), self._book, self._home)

    def row(
        self, item: Item, note: str = "", times: Sequence[Item] = (), *, placed: str = "", dated: bool = False
    ) -> Row:
        """One item, which has been reduced to what the viewer may see. `times` are those it stands for, `placed`
        the classes of its place in the grid. `dated` says the day before the time."""
        who, number = self._who, item.occurrence_id
        state, mark = state_of(item, who.now), self._mark(item)
        of_day = tuple(self.row(each) for each in times[:MOST_TIMES])
        to_viewer = (number in who.booked, item.conference_id in who.tickets, who.kept and number in who.kept)
        opening = item.booking_opens_at is not None and item.not_yet_open(who.now)
        closed = item.booking_closes_at is not None and item.closed_early(who.now)
        key = (
            id(item), opening, closed, self._page, state, mark, to_viewer, who.kept is None, note, placed, dated,
            *map(id, of_day), len(times),
        )  # fmt: skip
        made = _made.get(key)
        if made is None:
            row = self._make(item, note, state, mark, of_day, len(times), placed, dated)
            made = _made[key] = (item, row)
            while len(_made) > MOST_MADE:
                _made.popitem(last=False)
        return made[1]

    def _make(
        self,
        item: Item,
        note: str,
        state: str,
        mark: str | None,
        times: tuple[Row, ...],
        of_times: int,
        placed: str,
        dated: bool,
    ) -> Row:
        starts, ends = item.starts, item.ends
        time_text, end_text = clock_text(starts, item.day), clock_text(ends, item.day)
        if item.time_zone != self._home:
            end_text = f"{end_text} {zone_name(item.time_zone)}"
        word, kind = self._seats_of(item)
        nights = (starts.date() - item.day).days
        title, written_in = item.title_in(self._language)
        day_text = day_name(item.day)
        return Row(
            url=self._session(item.code),
            code=item.code,
            title=title,
            lang="" if written_in == self._language else written_in,
            starts=starts,
            ends=ends,
            time_text=f"{capital(day_text)}, {time_text}" if dated else time_text,
            end_text=end_text,
            key=f"{item.starts_at:%m%d%H%M}" + (f"-{nights}" if nights > 0 else ""),
            day=item.day,
            day_text=day_text,
            room=item.room_name,
            venue=item.venue_name,
            conference_title=conference_name(item),
            conference_class=conference_class(item.conference_colour),
            seats_word=word,
            seats_state=kind,
            languages=tuple(code for code in item.languages if code not in SIGN_LANGUAGES),
            step_free=item.step_free,
            signed=item.signed,
            interpreted=_interpreted(item) if item.interpretation else (),
            state=state,
            act=self._act(item),
            note=". ".join(part for part in (zones.own_time(item, self._zone), note) if part),
            mark=mark,
            kept=None if self._who.kept is None else item.occurrence_id in self._who.kept,
            times=times,
            more_times=max(0, of_times - MOST_TIMES),
            placed=placed,
        )

    def _mark(self, item: Item) -> str | None:
        """That it is new or was moved lately, as long as it is to come."""
        change = self._recent.get(item.code)
        return change.kind if change and not item.cancelled and item.starts_at > self._who.now else None

    def _seats_of(self, item: Item) -> tuple[str, str]:
        """The same words stand in many rows: they are looked up once."""
        mine = (item.occurrence_id in self._who.booked, item.conference_id in self._who.tickets)
        key = (
            *mine, item.tentative, item.closed, item.admission, item.visibility, item.seats_left,
            item.booking_opens_at, item.booking_closes_at, item.time_zone, item.invited,
        )  # fmt: skip
        found = self._seats.get(key)
        if found is None:
            found = self._seats[key] = seats_of(item, self._who)
        return found

    def rows(self, found: Iterable[Item]) -> list[Row]:
        return [self.row(item) for item in found]

    def groups(self, found: Iterable[Item]) -> list[Group]:
        return by_start(self.rows(found))

    def once_a_day(self, found: Iterable[Item]) -> list[Group]:
        """Rows by start, each session once on each of its days."""
        return by_start([self.row(item, times=times) for item, times in once_a_day(found, self._who.now)])

    def by_day(self, found: Iterable[Item]) -> list[tuple[date, list[Group]]]:
        """Groups of each day, each session once a day; what runs past midnight stays with its evening."""
        ordered = sorted(found, key=lambda item: (item.day, item.starts_at))
        return [(day, self.once_a_day(items)) for day, items in groupby(ordered, key=lambda item: item.day)]

    def _act(self, item: Item) -> Act | None:
        if item.closed or item.occurrence_id in self._who.booked or item.seats_left == 0:
            return None
        if not item.takes_bookings(self._who.now):
            return None
        if self._who.signed_in:
            return Act(self._book_label, self._book, item.code)
        if item.conference_slug not in self._register:
            self._register[item.conference_slug] = url_for(
                "delegate.register", conference=item.conference_slug, book=""
            )
        return Act(self._book_label, self._register[item.conference_slug] + _quoted(item.code))

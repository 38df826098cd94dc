"""What organisers say of areas, venues and rooms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

import wtforms
from flask_babel import gettext as _
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme import places, ways
from expo.programme.drafts import RoomDraft, VenueDraft
from expo.programme.fitting import LONGEST_TEXT, MOST_SEATS
from expo.programme.models import Area, Room, Venue
from expo.programme.places import MOST_PARALLEL
from expo.web.filters import language_name
from expo.web.forms import PlainForm, TextBlock, TextLine, VersionedForm, WholeNumber, needed, short
from expo.web.texts import _l
from expo.web.words import FEATURES

from .hours_fields import HoursForm
from .text_fields import further, languages, with_blocks

# "56.04, 12.69", "56,04; 12,69", "geo:56.04,12.69?z=17", "56.04 12.69"
_NUMBER = r"([+-]?[0-9]{1,3}(?:[.,][0-9]{1,12})?)"
_POSITION = re.compile(rf"(?:geo:)?\s*{_NUMBER}\s*[;, ]\s*{_NUMBER}(?:\?.*)?")


class PositionField(wtforms.Field):
    """A latitude and a longitude in degrees, as maps copy them. `data` is a pair of numbers, or None."""

    widget = TextInput()
    data: tuple[float, float] | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data[0]}, {self.data[1]}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        text = one_line(valuelist[0]) if valuelist else ""
        if not text:
            return
        found = _POSITION.fullmatch(text)
        if found is None:
            raise ValueError(_("A latitude and a longitude such as 56.04, 12.69, please."))
        latitude, longitude = (float(part.replace(",", ".")) for part in found.groups())
        self.data = latitude, longitude


class PlaceForm(HoursForm, VersionedForm):
    """What venues and rooms have in common: hours, and notes in more languages, for each of which `of` gives it a
    field."""

    further: ClassVar[tuple[str, ...]] = ()
    notes: ClassVar[tuple[str, ...]] = ()

    text_language = SelectField(_l("Notes are written in"), choices=languages)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code in self.further:
            for note in self.notes:
                self[f"{note}_{code}"].label.text = f"{self[note].label.text} ({language_name(code)})"

    def read_notes(self, note: str) -> dict[str, str]:
        return {code: self[f"{note}_{code}"].data or "" for code in self.further}


P = TypeVar("P", bound=PlaceForm)


def with_notes(form: type[P], written_in: str, known: Iterable[str]) -> type[P]:
    """The form with a field for each of its notes in each further language."""
    return with_blocks(form, further(written_in, known), form.notes)


class VenueForm(PlaceForm):
    """A venue; `read()` hands it to the action as one typed value."""

    notes = ("step_free_route", "access_notes")

    name = TextLine(_l("Name"), [needed(_l("Give the venue a name.")), short(120)])
    area = SelectField(_l("Area"), validate_choice=True)
    address = TextLine(_l("Street address"), [short(200)])
    city = TextLine(_l("City"), [short(120)])
    position = PositionField(
        _l("Position"),
        description=_l("Latitude and longitude, such as 56.04, 12.69; maps copy them so."),
    )
    step_free_route = TextBlock(
        _l("Step-free route"),
        [short(LONGEST_TEXT)],
        description=_l(
            "From the street or the nearest stop to the rooms, for wheels and for those who tire."
        ),
    )
    access_notes = TextBlock(_l("Getting there"), [short(LONGEST_TEXT)])
    is_online = BooleanField(_l("This is online, not a place in a city"))
    time_zone = TextLine(
        _l("Time zone"),
        [short(40)],
        description=_l("Such as Europe/Stockholm. Left empty or online, the conference's."),
    )

    @classmethod
    def of(cls, areas: list[Area], venue: Venue | None, home: Expo, sent: Any = None) -> VenueForm:
        """The form of a venue: as it is saved, or as it was sent."""
        saved: dict[str, Any] = {
            "city": home.city,
            "time_zone": home.time_zone,
            "version": 0,
            "area": "",
            "text_language": "",
        }
        if venue:
            draft = places.draft_of_venue(venue)
            saved = {name: getattr(draft, name) or "" for name in VenueDraft.__slots__}
            saved |= cls.saved_hours(draft.hours)
            for note, texts in (("access_notes", draft.access_texts), ("step_free_route", draft.route_texts)):
                saved |= {f"{note}_{code}": text for code, text in texts.items()}
            saved["area"] = venue.area.slug if venue.area else ""
            saved["version"] = venue.version
            if draft.latitude is not None and draft.longitude is not None:
                saved["position"] = draft.latitude, draft.longitude
        known = {*venue.access_texts, *venue.route_texts} if venue else ()
        form = with_notes(cls, venue.text_language if venue else "", known)(sent, data=saved)
        form.area.choices = [("", _("None")), *((area.slug, area.name) for area in areas)]
        return form

    def read(self, areas: list[Area]) -> VenueDraft:
        latitude, longitude = self.position.data or (None, None)
        chosen = [area.id for area in areas if area.slug == self.area.data]
        return VenueDraft(
            name=self.name.data or "",
            city=self.city.data or "",
            address=self.address.data or "",
            time_zone=(self.time_zone.data or None) if not self.is_online.data else None,
            area_id=chosen[0] if chosen else None,
            is_online=bool(self.is_online.data),
            latitude=latitude,
            longitude=longitude,
            access_notes=self.access_notes.data or "",
            step_free_route=self.step_free_route.data or "",
            text_language=self.text_language.data or "",
            access_texts=self.read_notes("access_notes"),
            route_texts=self.read_notes("step_free_route"),
            hours=self.read_hours(),
        )


class RoomForm(PlaceForm):
    """A room; `read()` hands it to the action as one typed value."""

    notes = ("accessibility_text",)

    name = TextLine(_l("Name"), [needed(_l("Give the room a name.")), short(120)])
    capacity = WholeNumber(
        _l("Places"), least=0, most=MOST_SEATS, description=_l("How many people it holds.")
    )
    parallel_items = WholeNumber(
        _l("At the same time"),
        least=1,
        most=MOST_PARALLEL,
        description=_l("How many sessions it may hold at once; usually one."),
    )
    features = SelectMultipleField(
        _l("Accessibility"),
        choices=lambda: list(FEATURES.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    accessibility_text = TextBlock(
        _l("More about it"),
        [short(LONGEST_TEXT)],
        description=_l("What it names, such as “hearing loop”, counts as ticked above."),
    )
    position = WholeNumber(
        _l("Place in the list"),
        least=0,
        most=MOST_SEATS,
        description=_l("Rooms of a venue stand by this number."),
    )

    @classmethod
    def of(cls, room: Room | None, sent: Any = None) -> RoomForm:
        """The form of a room: as it is saved, or as it was sent."""
        saved: dict[str, Any] = {"parallel_items": 1, "position": 0, "version": 0, "text_language": ""}
        if room:
            draft = places.draft_of_room(room)
            saved = {name: getattr(draft, name) for name in RoomDraft.__slots__}
            saved |= {"features": list(room.accessibility), "version": room.version}
            saved |= cls.saved_hours(draft.hours)
            saved |= {f"accessibility_text_{code}": text for code, text in draft.accessibility_texts.items()}
        known = room.accessibility_texts if room else ()
        return with_notes(cls, room.text_language if room else "", known)(sent, data=saved)

    def read(self) -> RoomDraft:
        """Raises BadInput."""
        if self.capacity.data is None:  # what is online may hold nobody, but somebody must say so
            raise BadInput(_("How many people does the room hold?"), field="capacity")
        return RoomDraft(
            name=self.name.data or "",
            capacity=self.capacity.data,
            accessibility_text=self.accessibility_text.data or "",
            position=self.position.data or 0,
            parallel_items=1 if self.parallel_items.data is None else self.parallel_items.data,
            features=tuple(self.features.data or ()),
            text_language=self.text_language.data or "",
            accessibility_texts=self.read_notes("accessibility_text"),
            hours=self.read_hours(),
        )


class WalksForm(PlainForm):
    """Minutes on foot from one venue to each of the others: a field for each of them."""

    @classmethod
    def of(cls, venue: Venue, others: list[Venue], on_foot: ways.Ways, sent: Any = None) -> WalksForm:
        asked = {
            f"to_{other.id}": WholeNumber(
                _("Minutes to %(venue)s", venue=other.name), least=0, most=ways.LONGEST
            )
            for other in others
        }
        made: WalksForm = type("WalksForm", (cls,), asked)(
            sent, data={f"to_{other.id}": on_foot.said(venue, other) for other in others}
        )
        return made

    def read(self, others: list[Venue]) -> dict[int, int | None]:
        return {other.id: self[f"to_{other.id}"].data for other in others}

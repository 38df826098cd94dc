"""What an organiser types of a session, and of one of its times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import BooleanField, SelectField

from expo.core.refusals import ChangedMeanwhile, Refusal
from expo.programme import tags
from expo.programme.drafts import OccurrenceDraft, SessionDraft
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.models import Conference, Occurrence, Room, Session
from expo.programme.refusals import Clashes
from expo.programme.repeating import Reach
from expo.programme.texts import LONGEST_NOTE
from expo.programme.values import draft_of_session
from expo.programme.words import Admission, Placement, SessionState, Visibility
from expo.publishing import queries as publishing
from expo.web.context import this_expo
from expo.web.filters import language_name
from expo.web.forms import (
    CityMomentField,
    PlainForm,
    TextBlock,
    TextLine,
    VersionedForm,
    WholeNumber,
    WordList,
    needed,
    short,
)
from expo.web.texts import _l

from . import lists, mine, words
from .text_fields import TextsForm, further, with_blocks, with_texts

_PAIR = re.compile("[>-]")
_LANGUAGE = {"pattern": "[a-z]{2,3}", "message": _l("Codes of two or three letters, such as sv en.")}


class ScheduleForm(VersionedForm):
    """A form that may run into a clash: it comes back with the clashes, and a box for the reason to keep them."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (ChangedMeanwhile, Clashes)
    beside: ClassVar[tuple[str, ...]] = ("version", "keep", "reach")

    keep = TextLine(
        _l("Keep it all the same, because"),
        [short(500)],
        description=_l("Your name and this reason stand in the record."),
    )

    @property
    def clashes(self) -> list[Any]:
        return list(self.refusal.facts["clashes"]) if isinstance(self.refusal, Clashes) else []  # type: ignore[call-overload]


class SessionForm(TextsForm, ScheduleForm):
    """A session's content; `read()` hands it to the action as one typed value."""

    title = TextLine(_l("Title"), [needed(_l("Give the session a title.")), short(250)])
    type = TextLine(
        _l("Type"),
        [needed(_l("Say what kind of session it is.")), short(40)],
        description=_l("One of the list, or a new one."),
    )
    track = TextLine(_l("Track"), [short(80)], description=_l("One of the conference's, or a new one."))
    abstract = TextBlock(_l("Abstract"), [short(LONGEST_TEXT)])
    languages = WordList(_l("Languages"), description=_l("Codes, such as sv en swl."), **_LANGUAGE)
    interpretation = WordList(
        _l("Interpretation"),
        pattern="[a-z]{2,3}[>-][a-z]{2,3}",
        message=_l("Pairs of languages, such as sv>en sv>swl."),
        description=_l("From which language into which, such as sv>en sv>swl."),
    )
    content_notes = TextLine(
        _l("Content notes"),
        [short(LONGEST_NOTE)],
        description=_l("What people should know beforehand: strobe light, loud, not for small children."),
    )
    sdgs = WordList(
        _l("Global Goals"),
        pattern="[1-9]|1[0-7]",
        message=_l("Numbers from 1 to 17, such as 11 13."),
        description=_l("Numbers from 1 to 17, such as 11 13."),
    )
    tags = TextLine(
        _l("Tags"),
        [short(600)],
        description=_l("Free words with commas between them, such as water, children."),
    )
    visibility = SelectField(_l("Who sees it"), choices=lambda: words.choices(words.VISIBILITIES))
    admission = SelectField(_l("How one gets in"), choices=lambda: words.choices(words.ADMISSIONS))
    shows_block = BooleanField(
        _l("Show it to all as “private event”"),
        description=_l(
            "Only for sessions by invitation: its time and place are public then, and nothing else."
        ),
    )
    state = SelectField(
        _l("State"),
        choices=lambda: words.choices(words.STATES),
        description=_l("Only confirmed sessions are published."),
    )
    parent = TextLine(
        _l("Part of"), [short(40)], description=_l("The code of the session whose breakout this is.")
    )
    instead_of_parent = BooleanField(
        _l("One goes here instead of the whole"),
        description=_l("A part does not clash with the whole, unless one has to choose between the two."),
    )

    @property
    def known_tags(self) -> list[str]:
        """To choose from while one types: other teams' drafts say nothing here."""
        return publishing.known_tags(this_expo().id, mine.conference_ids())

    @classmethod
    def of(cls, session: Session, sent: Mapping[str, Any] | None = None) -> SessionForm:
        """The form of a session: as it is saved, or as it was sent."""
        draft = draft_of_session(session)
        saved = {name: getattr(draft, name) for name in SessionDraft.__slots__}
        saved |= {"version": session.version, "parent": session.parent.code if session.parent else ""}
        saved["interpretation"] = tuple(">".join(pair) for pair in draft.interpretation)
        saved["tags"] = ", ".join(draft.tags)
        saved |= cls.saved_texts(draft.texts)
        for name in ("visibility", "admission", "state"):
            saved[name] = saved[name].value
        return with_texts(cls, draft.text_language, draft.texts)(sent, data=saved)

    def read(self, before: SessionDraft | None = None) -> SessionDraft:
        """What was typed; what this form does not ask, or did not ask for when it was opened, stays as it was."""
        before = before or SessionDraft("", "")
        return replace(
            before,
            title=self.title.data or "",
            type=self.type.data or "",
            abstract=self.abstract.data or "",
            track=self.track.data or "",
            languages=self.languages.data,
            sdgs=tuple(int(goal) for goal in self.sdgs.data),
            tags=tags.parsed(self.tags.data or ""),
            visibility=Visibility(self.visibility.data),
            admission=Admission(self.admission.data),
            shows_block=bool(self.shows_block.data),
            instead_of_parent=bool(self.instead_of_parent.data),
            state=SessionState(self.state.data),
            text_language=self.text_language.data or "",
            texts=self.read_texts(before.texts),
            interpretation=tuple((pair[0], pair[-1]) for pair in map(_PAIR.split, self.interpretation.data)),
            content_notes=self.content_notes.data or "",
        )


class NewSessionForm(SessionForm):
    """The same for a session that is not there yet, with its conference and, if it has one already, its code."""

    conference = SelectField(_l("Conference"), choices=[])
    code = TextLine(_l("Code"), [short(40)], description=_l("Made by itself when left empty."))

    def validate(self, *args: Any, **options: Any) -> bool:
        fine = bool(super().validate(*args, **options))
        if self.code.data and not all(sign.isalnum() or sign in "-_." for sign in self.code.data):
            self.code.errors = [*self.code.errors, _("Letters, digits and hyphens only.")]
            return False
        return fine


class TimeForm(ScheduleForm):
    """One time and room of a session; `of` gives it a field for its abstract in each further language."""

    further: ClassVar[tuple[str, ...]] = ()

    starts_at = CityMomentField(_l("Starts"))
    ends_at = CityMomentField(_l("Ends"))
    room = SelectField(_l("Room"), choices={})
    seats = WholeNumber(
        _l("Seats"),
        least=0,
        most=1_000_000,
        description=_l("Empty: as many as come. At most what the room holds."),
    )
    placement = SelectField(_l("How sure"), choices=lambda: words.choices(words.PLACEMENTS))
    reach = SelectField(_l("Change"), choices=lambda: reaches(), default=Reach.THIS.value)
    languages = WordList(
        _l("Languages of this time alone"), description=_l("Empty: those of the session."), **_LANGUAGE
    )
    abstract = TextBlock(
        _l("Abstract of this time alone"),
        [short(LONGEST_TEXT)],
        description=_l("Empty: that of the session."),
    )

    def __init__(self, sent: Any = None, *, session: Session, rooms: list[Room], **options: Any) -> None:
        super().__init__(sent, **options)
        self._conference: Conference = session.conference
        for code in self.further:
            self[f"abstract_{code}"].label.text = _("The same in %(language)s", language=language_name(code))
        self._rooms = {room.id: room for room in rooms}
        by_venue: dict[str | None, list[tuple[str, str]]] = {None: [("", _("No room yet"))]}
        for venue, some in groupby(rooms, key=lambda room: room.venue.name):
            by_venue[venue] = [(str(room.id), f"{room.name} ({room.capacity})") for room in some]
        self.room.choices = by_venue  # type: ignore[assignment]  # None: not in any group
        if not sent:
            self.starts_at.show(self.zone)
            self.ends_at.show(self.zone)

    @classmethod
    def of(
        cls, session: Session, rooms: list[Room], occurrence: Occurrence | None = None, sent: Any = None
    ) -> TimeForm:
        """The form of one time, or of one to come: as it is saved, or as it was sent."""
        saved: dict[str, Any] = {"placement": Placement.FIRM.value, "room": "", "version": 0}
        if occurrence is not None:
            saved = {
                "starts_at": occurrence.starts_at,
                "ends_at": occurrence.ends_at,
                "room": str(occurrence.room_id or ""),
                "seats": occurrence.seats,
                "placement": occurrence.placement.value,
                "languages": tuple(occurrence.languages or ()),
                "abstract": occurrence.abstract or "",
                "version": occurrence.version,
                **{f"abstract_{code}": text for code, text in occurrence.abstracts.items()},
            }
        own = occurrence.abstracts if occurrence is not None else {}
        made = with_blocks(cls, further(session.text_language, own), ("abstract",))
        return made(sent, session=session, rooms=rooms, data=saved)

    @property
    def chosen_room(self) -> Room | None:
        return self._rooms.get(lists.number(str(self.room.data or "")))

    @property
    def zone(self) -> ZoneInfo:
        """Where it takes place: the venue's zone, online the conference's."""
        room = self.chosen_room
        return ZoneInfo((room and room.venue.time_zone) or self._conference.time_zone)

    def validate(self, *args: Any, **options: Any) -> bool:
        fine = bool(super().validate(*args, **options))
        moments = [field.settle(self.zone) for field in (self.starts_at, self.ends_at)]
        return fine and all(moments)

    def read(self) -> OccurrenceDraft:
        room = self.chosen_room
        return OccurrenceDraft(
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            room_id=room.id if room else None,
            seats=self.seats.data,
            placement=Placement(self.placement.data),
            languages=self.languages.data or None,
            abstract=self.abstract.data or None,
            abstracts={code: self[f"abstract_{code}"].data or "" for code in self.further},
        )


REACHES = {
    Reach.THIS: _l("This time alone"),
    Reach.FOLLOWING: _l("This one and all that follow"),
    Reach.ALL: _l("All times of the session"),
}


def reaches() -> list[tuple[str, str]]:
    """How far a change goes, as choices."""
    return [(reach.value, str(label)) for reach, label in REACHES.items()]


class CancelForm(PlainForm):
    """Why a time is cancelled."""

    reach = SelectField(_l("Cancel"), choices=lambda: reaches(), default=Reach.THIS.value, id="cancel-reach")

    why = TextLine(
        _l("Why"),
        [needed(_l("Say why: it stands in the record.")), short(500)],
        id="cancel-why",
        description=_l("Stands in the record. Booked people are told when you publish."),
    )


class BillForm(ScheduleForm):
    """One change of who appears: somebody put on, taken off, moved up or down. Numbers are rows on the page."""

    add = WholeNumber(_l("Speaker"), least=1, most=2_147_483_647)
    role = TextLine(_l("Role"), [short(40)])
    asked = BooleanField(_l("has yet to say yes"))
    remove = WholeNumber("", least=1, most=2_147_483_647)
    up = WholeNumber("", least=1, most=2_147_483_647)
    down = WholeNumber("", least=1, most=2_147_483_647)

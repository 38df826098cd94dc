"""The shapes of what the API takes and tells, as JSON Schema (2020-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from expo.booking.models import BookingState
from expo.outcomes.models import OutcomeKind, PartnerRole
from expo.payment.models import OrderState
from expo.programme.repeating import Reach
from expo.programme.words import Admission, MaterialKind, Mode, SessionState, Visibility
from expo.questions.models import Kind
from expo.registration.change_models import ChangeState
from expo.registration.models import RegistrationState
from expo.scheduling.words import BlockKind

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
DATE: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
PICTURE: Schema = {"type": "string", "contentEncoding": "binary"}


def maybe(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def thing(optional: tuple[str, ...] = (), /, **fields: Schema) -> Schema:
    """An object with these fields, all of them there but the optional ones."""
    return {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
    }


def word(words: Any) -> Schema:
    """One word out of an enumeration of ours."""
    return {"type": "string", "enum": [each.value for each in words]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def page(name: str, of: str) -> Schema:
    """A part of a list."""
    return thing(**{name: many(ref(of))}, total=NUMBER, next=maybe(TEXT))


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that stands behind the question mark, or in a header."""

    name: str
    schema: Schema
    about: str = ""
    where: str = "query"

    def told(self) -> dict[str, Any]:
        return {"name": self.name, "in": self.where, "schema": self.schema, "description": self.about}


LIST = (
    Parameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": 200}, "Rows in one answer; 100 unless said."
    ),
    Parameter("cursor", TEXT, "The `next` of the answer before."),
    Parameter("modified_since", MOMENT, "Only what was changed then or later."),
)
WISHES = tuple(
    Parameter(name, TEXT, about)
    for name, about in (
        ("q", "Words, names, places."),
        ("day", "A day of the city, as in 2022-05-31; or from and to."),
        ("from", "The first day."),
        ("to", "The last day."),
        ("part", "Part of the day: morning, afternoon, evening."),
        ("conference", "Slug; may be repeated, as may the following."),
        ("track", "Slug."),
        ("venue", "Slug."),
        ("room", "Slug."),
        ("type", "Slug."),
        ("language", "As in en, sv, or a sign language."),
        ("sdg", "A Global Goal from 1 to 17."),
        ("tag", "A tag."),
        ("seats", "1: only where seats are left."),
    )
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200},
    "The same request again gives the same answer.",
    "header",
)

_OCCURRENCE = thing(
    uid=TEXT, code=TEXT, url=TEXT, starts_at=MOMENT, ends_at=MOMENT, time_zone=TEXT, room=maybe(TEXT),
    room_name=maybe(TEXT), venue=TEXT, venue_name=TEXT, languages=many(TEXT),
    status={"type": "string", "enum": ["confirmed", "tentative", "cancelled"]}, seats=maybe(NUMBER),
    seats_left=maybe(NUMBER), step_free=FLAG, people=many(TEXT), abstract=TEXT, modified_at=MOMENT,
)  # fmt: skip
# By language: "sv", "en".
_TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
# By question; each as expo/questions/values.py keeps an answer of its kind.
_ANSWERS: Schema = {"type": "object", "additionalProperties": True}
_QUESTION = thing(
    id=TEXT, kind=word(Kind), label=_TEXTS, hint=_TEXTS, purpose=_TEXTS, required=FLAG, sealed=FLAG, kept_until=DATE,
    options=many(thing(key=TEXT, label=_TEXTS)), **{"if": maybe(thing(question=TEXT, answers=many(TEXT)))},
)  # fmt: skip
_ORDER = thing(
    code=TEXT,
    basket=TEXT,
    state=word(OrderState),
    total=ref("Money"),
    due_at=maybe(MOMENT),
    registrations=many(thing(id=TEXT, state=word(RegistrationState))),
)
# What was handed in; its address is the `url` beside it. The size is in bytes.
_FILE = thing(name=TEXT, size=NUMBER)
_BREAK = {
    "title": {"type": "string", "minLength": 1, "maxLength": 120}, "language": {"type": "string", "maxLength": 3},
    "area": maybe(TEXT), "starts_at": MOMENT, "ends_at": MOMENT, "rooms": many(TEXT), "listed": FLAG,
}  # fmt: skip
_BLOCK = {
    "kind": word(BlockKind), "starts_at": MOMENT, "ends_at": MOMENT, "note": {"type": "string", "maxLength": 200},
    "capacity": maybe({"type": "integer", "minimum": 0, "maximum": 1_000_000}),
}  # fmt: skip
_PROFILE = {
    "name": {"type": "string", "minLength": 1, "maxLength": 200}, "title": TEXT, "organisation": TEXT, "city": TEXT,
    "country": {"type": "string", "maxLength": 2}, "bio": TEXT,
}  # fmt: skip
_CONTENT = {
    "title": {"type": "string", "minLength": 1, "maxLength": 250}, "abstract": TEXT, "type": TEXT, "track": TEXT,
    "languages": many(TEXT), "sdgs": many({"type": "integer", "minimum": 1, "maximum": 17}),
    "tags": many({"type": "string", "minLength": 1, "maxLength": 40}),
    "visibility": word(Visibility), "admission": word(Admission), "state": word(SessionState),
}  # fmt: skip

COMPONENTS: dict[str, Schema] = {
    "Problem": thing(type=TEXT, title=TEXT, status=NUMBER, detail=TEXT, code=TEXT),
    "Money": thing(amount=NUMBER, currency={"type": "string", "minLength": 3, "maxLength": 3}),
    "Expo": thing(
        slug=TEXT, name=TEXT, city=TEXT, description=TEXT, starts_on=DATE, ends_on=DATE, time_zone=TEXT,
        languages=many(TEXT), url=TEXT,
    ),
    "Conference": thing(
        slug=TEXT, title=TEXT, description=TEXT, starts_on=DATE, ends_on=DATE, closed_dates=many(DATE),
        time_zone=TEXT, mode=word(Mode), city=TEXT, hosts=many(TEXT),
        partners=many(ref("Partner")), other_names=many(TEXT), parent=maybe(TEXT),
        series=TEXT, series_number=maybe(NUMBER), for_ticket_holders=FLAG, url=TEXT, modified_at=MOMENT,
    ),
    "Venue": thing(
        slug=TEXT, name=TEXT, address=TEXT, city=TEXT, area=maybe(TEXT), latitude=maybe({"type": "number"}),
        longitude=maybe({"type": "number"}), time_zone=maybe(TEXT), online=FLAG, access_notes=TEXT,
        step_free_route=TEXT, url=TEXT,
    ),
    "Room": thing(
        slug=TEXT, name=TEXT, venue=TEXT, capacity=NUMBER, parallel_items=NUMBER, features=many(TEXT),
        accessibility=TEXT, url=TEXT,
    ),
    "Speaker": thing(
        slug=TEXT, name=TEXT, title=TEXT, organisation=TEXT, city=TEXT, country=TEXT, bio=TEXT, sessions=many(TEXT),
        url=TEXT, modified_at=MOMENT,
    ),
    "Occurrence": _OCCURRENCE,
    "OccurrenceOfSession": thing(**{**_OCCURRENCE["properties"], "session": TEXT, "title": TEXT, "conference": TEXT}),
    "Session": thing(
        code=TEXT, title=TEXT, conference=TEXT, type=TEXT, track=maybe(TEXT), languages=many(TEXT), sdgs=many(NUMBER),
        tags=many(TEXT),
        admission=maybe(word(Admission)), for_ticket_holders=FLAG, occurrences=many(ref("Occurrence")),
        contributions=many(thing(title=TEXT, minutes=maybe(NUMBER), speaker=maybe(TEXT), text=TEXT, url=maybe(TEXT),
                                 file=maybe(_FILE))),
        materials=many(thing(kind=word(MaterialKind), title=TEXT, text=TEXT, url=maybe(TEXT), language=TEXT,
                             file=maybe(_FILE))),
        partners=many(ref("Partner")),
        outcomes=many(thing(kind=word(OutcomeKind), title=TEXT, text=TEXT, url=maybe(TEXT), language=TEXT,
                            signatories=many(TEXT))),
    ),
    "Partner": thing(name=TEXT, role=word(PartnerRole), url=maybe(TEXT)),
    "Release": thing(
        number=NUMBER, published_at=MOMENT, changes=many(thing(kind=TEXT, code=TEXT, title=TEXT, text=TEXT))
    ),
    "TicketType": thing(
        id=TEXT, conference=TEXT, name=TEXT, audience=TEXT, price=ref("Money"), donation=FLAG, needs_approval=FLAG,
        left=maybe(NUMBER), sale_from=maybe(MOMENT), sale_until=maybe(MOMENT),
        add_ons=many(thing(id=TEXT, name=TEXT, price=ref("Money"))), questions=many(_QUESTION),
    ),
    "Order": _ORDER,
    "OrderWithLines": thing(
        **{**_ORDER["properties"], "registrations": many(thing(("answers",), id=TEXT, state=word(RegistrationState), answers=_ANSWERS))},
        paid=ref("Money"),
        lines=many(thing(text=TEXT, price=ref("Money"), vat=ref("Money"), vat_rate={"type": "number"})),
    ),
    "Basket": thing(
        basket=TEXT,
        orders=many(ref("OrderToPay")),
    ),
    "OrderToPay": thing(
        ("secret", "url", "pay_url"), **_ORDER["properties"], secret=maybe(TEXT), url=TEXT, pay_url=TEXT
    ),
    "NewOrder": thing(
        ("name", "language", "organisation", "city", "country", "code"),
        email={"type": "string", "minLength": 3, "maxLength": 254}, name=TEXT, language={"enum": ["sv", "en"]},
        organisation=TEXT, city=TEXT, country={"type": "string", "maxLength": 2}, code=TEXT,
        lines={**many(thing(("name", "amount", "add_ons", "answers"), ticket_type=TEXT, name=TEXT, amount=ref("Money"),
                            add_ons=many(TEXT), answers=_ANSWERS)), "minItems": 1, "maxItems": 40},
    ),
    "Booking": thing(
        ("position", "until"), id=TEXT, registration=TEXT, occurrence=TEXT, state=word(BookingState), seats=NUMBER,
        position=NUMBER, until=maybe(MOMENT),
    ),
    "NewBooking": thing(
        ("seats", "swap_for", "waitlist", "accept", "keep_together", "takes_at_once"), registration=TEXT,
        occurrence=TEXT, seats={"type": "integer", "minimum": 1, "maximum": 20}, swap_for=maybe(TEXT), waitlist=FLAG,
        accept=many({"enum": ["overlap"]}), keep_together=FLAG, takes_at_once=FLAG,
    ),
    "NewSession": thing(
        (*(name for name in _CONTENT if name not in ("title", "type")), "code", "parent"),
        conference=TEXT, code={"type": "string", "maxLength": 40}, parent=TEXT, **_CONTENT,
    ),
    "SessionChange": thing(
        (*_CONTENT, "parent", "version"), parent=maybe(TEXT), version=NUMBER, **_CONTENT
    ),
    "Draft": thing(
        tuple(_CONTENT), code=TEXT, conference=TEXT, version=NUMBER, parent=maybe(TEXT), **_CONTENT,
        occurrences=many(ref("Placement")),
    ),
    "NewSpeaker": thing(tuple(name for name in _PROFILE if name != "name"), **_PROFILE),
    "Profile": thing(slug=TEXT, version=NUMBER, **_PROFILE),
    "SpeakerChange": thing((*_PROFILE, "version"), version=NUMBER, **_PROFILE),
    "Place": thing(
        ("version", "override_reason", "seats"), room=TEXT, starts_at=MOMENT, ends_at=MOMENT, version=NUMBER,
        seats=maybe({"type": "integer", "minimum": 0, "maximum": 100000}), override_reason=TEXT,
    ),
    "Placement": thing(
        uid=TEXT, code=TEXT, placement=TEXT, room=maybe(TEXT), starts_at=maybe(MOMENT), ends_at=maybe(MOMENT),
        seats=maybe(NUMBER), cancelled=FLAG, version=NUMBER,
    ),
    "Break": thing(
        id=TEXT, title=TEXT, language=TEXT, conference=maybe(TEXT), area=maybe(TEXT), day=DATE, starts_at=MOMENT,
        ends_at=MOMENT, rooms=many(TEXT), modified_at=MOMENT,
    ),
    "BreakDraft": thing(id=TEXT, version=NUMBER, series=maybe(TEXT), conference=maybe(TEXT), **_BREAK),
    "NewBreak": thing(
        ("conference", "language", "area", "rooms", "listed", "until", "without", "override_reason"),
        conference=maybe(TEXT), until=maybe(DATE), without=many(DATE), override_reason=TEXT, **_BREAK,
    ),
    "BreakChange": thing(
        (*_BREAK, "reach", "version", "override_reason"), reach=word(Reach), version=NUMBER, override_reason=TEXT,
        **_BREAK,
    ),
    "RoomBlock": thing(id=TEXT, room=TEXT, conference=maybe(TEXT), **_BLOCK),
    "NewRoomBlock": thing(("conference", "note", "capacity"), room=TEXT, conference=maybe(TEXT), **_BLOCK),
    "RoomBlockChange": thing(("room", "conference", *_BLOCK), room=TEXT, conference=maybe(TEXT), **_BLOCK),
    "Impact": thing(
        headline=TEXT, details=many(TEXT), people=NUMBER, new_clashes=NUMBER, clashes_gone=NUMBER, waiting=NUMBER,
        waiting_could_come=NUMBER, lose_step_free=NUMBER, favourites=NUMBER, speakers_asked_again=NUMBER,
        clashes=many(ref("Clash")),
    ),
    "Clash": thing(rule=TEXT, level=TEXT, message=TEXT, one=TEXT, other=maybe(TEXT), reason=maybe(TEXT)),
    "Quote": thing(
        ticket_type=TEXT, pay=ref("Money"), back=ref("Money"), kept=ref("Money"), percent_back=NUMBER,
        until=maybe(MOMENT), lines=many(thing(text=TEXT, price=ref("Money"), vat_rate={"type": "number"})),
        given_up=many(thing(text=TEXT, worth=ref("Money"), back=ref("Money"))), order=maybe(TEXT),
        total=maybe(ref("Money")),
    ),
    "Change": thing(
        state=word(ChangeState), registration=ref("Registration"), order=maybe(ref("OrderToPay")),
    ),
    "Registration": thing(
        id=TEXT, state=word(RegistrationState), conference=TEXT, ticket_type=TEXT, name=TEXT, category=TEXT,
    ),
}  # fmt: skip

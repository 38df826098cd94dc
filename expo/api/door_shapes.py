"""The shapes of what scanners send and are told."""

from __future__ import annotations

from expo.checkin.crew_models import CrewRole
from expo.checkin.models import Direction, Verdict

from . import shapes
from .shapes import FLAG, MOMENT, NUMBER, TEXT, Schema, many, maybe, thing, word

ID: Schema = {"type": "string", "format": "uuid"}
WORDS: Schema = {"type": "object", "additionalProperties": TEXT}

SCAN = thing(
    ("direction", "scanned_at", "offline", "count", "occurrence", "local", "override"),
    id=ID, code=TEXT, gate={"anyOf": [TEXT, NUMBER]}, direction=word(Direction), scanned_at=MOMENT, offline=FLAG,
    count={"type": "integer", "minimum": 1, "maximum": 1000}, occurrence=maybe(TEXT),
    local={**WORDS, "description": "What the scanner's own list said: verdict, reason, pack."},
    override={**WORDS, "description": "Who let in against a rule, and why: by, reason."},
)  # fmt: skip
SCANS: Schema = {"anyOf": [SCAN, thing(scans={**many({"type": "object"}), "maxItems": 500})]}
ANSWER = thing(
    ("reason", "message", "delegate", "attention", "for_delegate"),
    id=ID, verdict=word(Verdict), reason=TEXT, message=TEXT,
    delegate=thing(name=TEXT, category=maybe(TEXT), ticket=maybe(TEXT)), attention=TEXT,
    for_delegate=thing(language=TEXT, message=TEXT), stored=FLAG,
)  # fmt: skip
ANSWERS: Schema = {"anyOf": [ANSWER, thing(results=many(ANSWER))]}
GATE = thing(("room",), id=TEXT, name=TEXT, zone=TEXT, room=TEXT)
DEVICE = thing(expo=TEXT, gates=many(GATE))
PAIRED = thing(device_token=TEXT, expo=TEXT, gates=many(GATE))
CREW = thing(name=TEXT, role=word(CrewRole), until=MOMENT)
FOUND = thing(
    code=TEXT, state=TEXT, size=NUMBER, name=TEXT, organisation=TEXT, attention=maybe(TEXT), blocked=FLAG
)
CONFLICT = thing(
    id=TEXT, gate=maybe(TEXT), device=maybe(TEXT), scanned_at=MOMENT, received_at=MOMENT, name=maybe(TEXT),
    reason=maybe(TEXT), message=maybe(TEXT), quarantined=FLAG, elsewhere=many(thing(gate=TEXT, at=MOMENT)),
)  # fmt: skip
COUNT = thing(id=ID, gate={"anyOf": [TEXT, NUMBER]}, people=NUMBER, counted_at=MOMENT)
COUNTS: Schema = {"anyOf": [COUNT, thing(counts=many({"type": "object"}))]}
STORED = thing(results=many(thing(id=ID, stored=FLAG)))
HEALTH = thing(
    ("pack", "waiting", "clock_error", "version", "battery"),
    pack=maybe(MOMENT), waiting={"type": "integer", "minimum": 0, "maximum": 10**6}, clock_error={"type": "number"},
    version=TEXT, battery={"type": "integer", "minimum": 0, "maximum": 100},
)  # fmt: skip
ZONES = thing(
    zones=many(thing(slug=TEXT, name=TEXT, people=NUMBER, places=maybe(NUMBER), fullness=maybe(TEXT)))
)
NUMBER_DRAWN = thing(number=NUMBER, ahead=NUMBER, called=FLAG)
UNDONE = thing(id=ID, undoes=TEXT, verdict=word(Verdict), stored=FLAG)
PACK = shapes.PICTURE
SINCE = (shapes.Parameter("since", TEXT, "The stamp of an earlier pack: then only what changed after it."),)
SAID = (shapes.Parameter("q", TEXT, "Three letters of the name, or the spoken code."),)

"""The one door through which every scan passes, from the API and from the page alike.

A scan's id is made by the device and looked up first: the same id with the same content gets the same answer,
with other content it goes into quarantine. Whatever is read is stored before it is answered, also a refusal
and also a stranger's code; nothing here ever changes a stored scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.badge import code as badge_code
from expo.badge.refusals import BadCode
from expo.core import clock, tokens
from expo.core.db import db

from . import messages, queries, standby, statements, verdicts
from .models import Direction, Verdict
from .prepared import Again, Writing, writing
from .refusals import GateNotYours, NotPaired, UnknownOccurrence
from .sent import Answer, Delegate, Sent, counts_at, unreadable
from .together import Together

__all__ = ["MOST_AT_ONCE", "Answer", "Delegate", "Sent", "record", "record_all", "unreadable"]

MOST_AT_ONCE = 500
_TRIES = 3


def record(*, token: str, sent: Sent) -> Answer:
    """Judge and store one scan of the device that holds the token.

    Raises NotPaired, GateNotYours (the scan is then not stored) and UnknownOccurrence.
    """
    plain = _Plain(tokens.digest(token), sent, _read(sent.code))
    _together.join(plain)
    return plain.answer or _record_alone(token, sent)


def _record_alone(token: str, sent: Sent) -> Answer:
    try:
        return _record(token, [sent], alone=True, may_book=True)[0]
    except verdicts.SeatWanted as wanted:
        person = db.session.get_one(Person, wanted.person_id)
        standby.seat(person=person, occurrence_id=wanted.occurrence_id)
        return _record(token, [sent], alone=True)[0]


def record_all(*, token: str, sent: Sequence[Sent]) -> list[Answer]:
    """Judge and store many in one transaction, answered in their order. Raises NotPaired.

    What cannot count (a gate that is not the device's any more, an unreadable part) goes into quarantine, so
    that one bad scan never keeps a queue of good ones from being stored.
    """
    if not sent and queries.device_of(token) is None:
        raise NotPaired(_("This device is not paired, or was paired again elsewhere."))
    return _record(token, sent, alone=False)


def _record(token: str, sent: Sequence[Sent], *, alone: bool, may_book: bool = False) -> list[Answer]:
    # Codes are read before the database is asked: a made-up one costs it no question about badges.
    read = [_read(scan.code) for scan in sent]
    # In the order of the badges, so that two batches cannot wait for each other for ever; scans of one badge
    # stay in their order.
    order = sorted(range(len(sent)), key=lambda index: read[index].number)
    digest = tokens.digest(token)
    tries = 0
    while True:
        try:
            with writing() as transaction:
                desk = _Desk(transaction, alone, may_book)
                looks = [desk.look(digest, sent[index], read[index]) for index in order]
                for index, found in zip(order, transaction.each(statements.LOOK, looks), strict=True):
                    desk.take(index, sent[index], read[index], found)
                answers = desk.store()
        except Again:
            # Most likely the same id came twice at the same moment, and the other was first.
            tries += 1
            if tries == _TRIES:
                raise
        else:
            return [answers[index] for index in range(len(sent))]


@dataclass(slots=True)
class _Plain:
    """A scan on its way through a shared transaction. It comes out of it with its answer, or as it went in."""

    digest: bytes
    sent: Sent
    read: badge_code.Reading
    answer: Answer | None = None


def _admit(plain: list[_Plain]) -> None:
    """Let in together those of whom there is nothing to say. All others are judged afterwards, each in its own
    transaction and in the language of its own request, as if they had not been here.

    So no scan can spoil another one's answer.
    """
    plain.sort(
        key=lambda each: each.read.number
    )  # as in _record: groups of two processes never wait in a ring
    try:
        with writing() as transaction:
            desk = _Desk(transaction, alone=True)
            looks = [desk.look(each.digest, each.sent, each.read) for each in plain]
            rows = transaction.each(statements.LOOK, looks)
            for index, (each, found) in enumerate(zip(plain, rows, strict=True)):
                twice = each.sent.id in desk.entering
                if found and not twice and verdicts.plainly_open(found, each.sent, each.read.random):
                    desk.take(index, each.sent, each.read, found)
            desk.count_entries(others=False)
            answers = desk.store()
    except Again:
        return
    for index, answer in answers.items():
        plain[index].answer = answer


_together = Together(_admit, most=64)

_NOBODY = badge_code.Reading(0, b"")


def _read(code: str) -> badge_code.Reading:
    try:
        return badge_code.parse(code)
    except BadCode:
        return _NOBODY


@dataclass(slots=True)
class _Taken:
    """A scan that was looked up, on its way to an answer."""

    index: int
    sent: Sent
    found: Any
    fingerprint: bytes
    asked: verdicts.Asked
    way: verdicts.Judgement


class _Desk:
    """Takes scans one after another within one transaction. Entries are counted, and scans written, in one go."""

    def __init__(self, writing: Writing, alone: bool, may_book: bool = False) -> None:
        self.writing = writing
        self.alone = alone
        self.may_book = may_book
        self.now = clock.now()
        self.real_now = clock.real_now()
        self.answers: dict[int, Answer] = {}
        self.entering: dict[str, _Taken] = {}
        self.rows: list[dict[str, Any]] = []
        self.told: dict[str, tuple[bytes, Answer]] = {}

    def look(self, digest: bytes, sent: Sent, read: badge_code.Reading) -> dict[str, Any]:
        """What the statement LOOK is given."""
        return {
            "digest": digest,
            "gate": sent.gate_id,
            "scan": sent.id,
            "number": read.number or None,
            "now": self.moment(sent),
        }

    def take(self, index: int, sent: Sent, read: badge_code.Reading, found: Any) -> None:
        if found is None:
            raise NotPaired(_("This device is not paired, or was paired again elsewhere."))
        fingerprint = sent.fingerprint()
        if sent.id in self.entering:
            self.count_entries()
        known = self.answer_of(sent, found, fingerprint)
        if known is not None:
            self.answers[index] = known
            return
        asked = verdicts.Asked(
            self.writing, found, sent.direction, sent.count, self.moment(sent), self.occurrence(sent, found),
            by_hand=sent.override is not None, supervisor=self.supervisor(sent, found),
            may_book=self.may_book,
        )  # fmt: skip
        if sent.direction is Direction.OUT:
            self.count_entries()  # who goes in and out in one batch goes in first
        way = verdicts.way(asked, read.random if read.number else None)
        taken = _Taken(index, sent, found, fingerprint, asked, way)
        if way.verdict is Verdict.ADMITTED:
            self.entering[sent.id] = taken
        else:
            self.decide(taken, way)

    def answer_of(self, sent: Sent, found: Any, fingerprint: bytes) -> Answer | None:
        """The answer of a scan that is not judged: it was told before, or it may not count."""
        earlier = self.told.get(sent.id)
        if earlier is not None:
            first, answer = earlier
            if first == fingerprint:
                return answer
            return self.quarantine(sent, found, fingerprint, "used_id", messages.used_id())
        if found.told_fingerprint is not None:
            if found.told_fingerprint == fingerprint and found.told_expo_id == found.expo_id:
                theirs = (found.told_details or {}).get("theirs")
                return Answer(
                    sent.id, found.told_verdict, found.told_reason, found.told_message, _delegate(found),
                    found.attention, tuple(theirs) if theirs else None,
                )  # fmt: skip
            return self.quarantine(sent, found, fingerprint, "used_id", messages.used_id())
        if found.revoked:
            return self.quarantine(sent, found, fingerprint, "device_revoked", messages.device_revoked())
        if sent.fault is not None:
            return self.quarantine(sent, found, fingerprint, "unreadable", messages.unreadable())
        if found.gate_id is None:
            if self.alone:
                raise GateNotYours(_("There is no such gate for this device."))
            return self.quarantine(sent, found, fingerprint, "unknown_gate", messages.unknown_gate())
        if sent.occurrence is not None and self.occurrence(sent, found) is None:
            if self.alone:
                raise UnknownOccurrence(_("There is no such occurrence in this expo."))
            return self.quarantine(sent, found, fingerprint, "unknown_occurrence", messages.unreadable())
        return None

    def count_entries(self, *, others: bool = True) -> None:
        """Let in whose way was open, as far as their badges have room; decide on the others too, if wanted."""
        entering, self.entering = list(self.entering.values()), {}
        entries = [verdicts.entry(taken.asked, taken.way) for taken in entering]
        for taken, counted in zip(entering, self.writing.each(statements.ENTER, entries), strict=True):
            if counted is not None or others:
                self.decide(taken, verdicts.entered(taken.asked, taken.way, counted))

    def decide(self, taken: _Taken, judgement: verdicts.Judgement) -> None:
        """Put the scan down with its verdict, to be written at the end."""
        sent, found = taken.sent, taken.found
        known = judgement.reason != "unknown_code"
        verdict = judgement.verdict
        claimed = (sent.local or {}).get("verdict") == "admitted"
        if sent.offline and claimed and verdict is not Verdict.ADMITTED:
            # The person is in already, by what the device knew then. Kept and shown, never dropped.
            verdict = Verdict.CONFLICT
        says, theirs = judgement.says, None
        message = says() if says else None
        if says and known:
            theirs = _in_their_language(says, found.language)
        details = {
            "local": sent.local, "override": sent.override, "by": taken.asked.supervisor if sent.override else None,
            "theirs": theirs,
        }  # fmt: skip
        self.rows.append(
            {
                "id": sent.id,
                "expo_id": found.expo_id,
                "gate_id": found.gate_id,
                "device_id": found.device_id,
                "badge_id": found.badge_id if known else None,
                "occurrence_id": judgement.occurrence_id,
                "direction": sent.direction,
                "count": sent.count,
                "scanned_at": sent.scanned_at or self.real_now,
                "received_at": self.now,
                "offline": sent.offline,
                "verdict": verdict,
                "reason": judgement.reason,
                "message": message,
                "moved": judgement.moved,
                "period": judgement.period,
                "fingerprint": taken.fingerprint,
                "details": {name: value for name, value in details.items() if value} or None,
            }
        )
        attention = found.attention if known else None
        answer = Answer(
            sent.id,
            verdict,
            judgement.reason,
            message,
            _delegate(found) if known else None,
            attention,
            theirs,
        )
        self.told[sent.id] = taken.fingerprint, answer
        self.answers[taken.index] = answer

    def store(self) -> dict[int, Answer]:
        """Write the scans down, in the transaction that judged them. Answers by their place in what was sent."""
        self.count_entries()
        if len(self.rows) == 1:
            self.writing.run(statements.SCAN, self.rows[0])
        elif self.rows:
            self.writing.run_all(statements.SCAN, self.rows)
        return self.answers

    def quarantine(self, sent: Sent, found: Any, fingerprint: bytes, reason: str, message: str) -> Answer:
        """Keep a scan that may not count. The same one again is kept once and answered alike."""
        self.writing.run(
            statements.QUARANTINE,
            {
                "scan_id": sent.id,
                "expo_id": found.expo_id,
                "device_id": found.device_id,
                "gate_id": found.gate_id,
                "badge_id": found.badge_id,
                "received_at": self.now,
                "reason": reason,
                "fingerprint": fingerprint,
                "details": _without_code(sent),
            },
        )
        return Answer(sent.id, Verdict.QUARANTINED, reason, message, None)

    def occurrence(self, sent: Sent, found: Any) -> int | None:
        if sent.occurrence is None:
            return None
        known = self.writing.first(statements.OCCURRENCE, uid=sent.occurrence, expo=found.expo_id)
        return known.id if known else None

    def supervisor(self, sent: Sent, found: Any) -> str | None:
        """Who lets in against a rule, if a supervisor worked with this device when the scan was made."""
        if sent.override is None:
            return None
        known = self.writing.first(statements.SUPERVISOR, device=found.device_id, now=self.moment(sent))
        return known.name if known else None

    def moment(self, sent: Sent) -> datetime:
        """When the scan counts: now, or for one that waited offline, when it was made."""
        if sent.offline and sent.scanned_at is not None:
            return counts_at(sent.scanned_at, now=self.now, real_now=self.real_now)
        return self.now


def _delegate(found: Any) -> Delegate | None:
    if found.name is None:
        return None
    category, _colon, ticket = (found.comes_as or ":").partition(":")
    return Delegate(found.name, category, ticket)


def _in_their_language(says: verdicts.Says, language: str | None) -> tuple[str, str] | None:
    if not language or language == str(get_locale() or "en"):
        return None
    with force_locale(language):
        return language, says()


def _without_code(sent: Sent) -> dict[str, Any]:
    if sent.fault is not None:
        return {"field": sent.fault}
    return {
        "gate": sent.gate_id,
        "direction": sent.direction,
        "scanned_at": sent.scanned_at and sent.scanned_at.isoformat(),
        "offline": sent.offline,
        "count": sent.count,
        "occurrence": sent.occurrence,
        "local": sent.local,
        "override": sent.override,
    }

"""Questions in forms: what was sent to them, how they stand in a page, and what is kept with a registration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _

from expo.core import limits
from expo.programme.words import Role
from expo.questions import answering, files, queries, values
from expo.questions.answering import Judged
from expo.questions.models import FILES, SEVERAL, Kind, Question, told
from expo.questions.refusals import BadFile
from expo.questions.values import Given
from expo.registration.models import Registration, TicketType
from expo.web import signing
from expo.web.filters import this_language
from expo.web.forms import countries
from expo.web.words import ROLES


@dataclass(slots=True)
class Field:
    """A question as a form shows it. `tickets`, `on` and `on_values` say when it is needed; `file` is the name of one
    that is kept already, by `token` or with the answer."""

    question: Question
    name: str
    label: str
    hint: str
    purpose: str
    kept_until: date
    readers: str
    options: list[tuple[str, str, bool]]
    text: str = ""
    more: str = ""
    error: str = ""
    file: str = ""
    token: str = ""
    tickets: str = ""
    on: str = ""
    on_values: str = ""
    condition: str = ""

    @property
    def kind(self) -> str:
        return self.question.kind.value


@dataclass(slots=True)
class Sent:
    """What came with a form, by question; and what was wrong with its files."""

    given: dict[int, Given] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)


def name_of(question: Question) -> str:
    return f"q{question.id}"


def read(questions: Iterable[Question]) -> Sent:
    """What the request has of these questions. Files are kept at once, so that a form which comes back has them."""
    sent = Sent()
    for one in questions:
        name = name_of(one)
        if one.kind in FILES:
            sent.given[one.id] = Given(file=request.form.get(name, "")[:64])
            upload = request.files.get(name + "-file")
            if upload is not None and upload.filename:
                limits.count("upload", signing.network_address(), most=60, within=timedelta(minutes=15))
                try:
                    token = files.keep(one, name=upload.filename, content=upload.read(files.MOST_BYTES + 1))
                except BadFile as wrong:
                    sent.problems[one.id] = wrong.message
                else:
                    sent.given[one.id] = Given(file=token)
            continue
        texts = tuple(text[:8000] for text in request.form.getlist(name)[:100])
        sent.given[one.id] = Given(texts, request.form.get(name + "-more", "")[:2000])
    return sent


def of_kinds(kinds: Iterable[TicketType]) -> dict[int, list[Question]]:
    """What the conferences of these tickets ask; without those that none of the tickets is asked."""
    kinds = list(kinds)
    found = queries.of_conferences({kind.conference_id for kind in kinds})
    return {
        conference_id: wanted
        for conference_id, questions in found.items()
        if (wanted := [one for one in questions if any(one.concerns(kind) for kind in kinds)])
    }


@dataclass(slots=True)
class Form:
    """The questions of several tickets in one form: read, judged, shown again, kept."""

    questions: dict[int, list[Question]]
    kinds: list[TicketType]
    sent: Sent = field(default_factory=Sent)
    judged: dict[int, Judged] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Iterable[TicketType]) -> Form:
        kinds = list(kinds)
        return cls(of_kinds(kinds), kinds)

    def take(self, chosen: Iterable[TicketType]) -> bool:
        """Read what was sent, for those tickets of it that were chosen. False where something is wrong or missing."""
        chosen = list(chosen)
        wanted = {kind.conference_id for kind in chosen}
        self.sent = read(one for key in wanted for one in self.questions.get(key, ()))
        for kind in chosen:
            questions = self.questions.get(kind.conference_id, [])
            self.judged[kind.id] = answering.judge(questions, kind, self.sent.given)
        return not self.problems

    @property
    def problems(self) -> dict[int, str]:
        found: dict[int, str] = {}
        asked: set[int] = set()
        for one in self.judged.values():
            found |= one.problems
            asked |= {question.id for question in one.asked}
        return found | {key: text for key, text in self.sent.problems.items() if key in asked}

    @property
    def also(self) -> Callable[[list[Registration]], None] | None:
        """For the action: keeps the answers with what it makes."""
        if not any(one.values for one in self.judged.values()):
            return None
        return self._keep

    def _keep(self, registrations: list[Registration]) -> None:
        for one in registrations:
            judged = self.judged.get(one.ticket_type_id)
            if judged is not None:
                answering.keep(one, judged)

    def told(self) -> str:
        """What tells one sending of the form from another."""
        return repr([(key, sorted(one.values.items(), key=str)) for key, one in sorted(self.judged.items())])

    def fields(self, conference_id: int) -> list[Field]:
        """The questions of a conference as they stand in the page."""
        questions = self.questions.get(conference_id, [])
        kinds = [kind for kind in self.kinds if kind.conference_id == conference_id]
        problems = self.problems
        return [_field(one, questions, self.sent.given.get(one.id), problems, kinds) for one in questions]

    @property
    def wrong(self) -> list[Field]:
        """Those with something wrong, for the list on top of the form."""
        problems = self.problems
        return [
            one
            for conference_id in self.questions
            for one in self.fields(conference_id)
            if one.question.id in problems
        ]

    @property
    def has_files(self) -> bool:
        return any(one.kind in FILES for some in self.questions.values() for one in some)


def fields_of(
    questions: list[Question],
    given: Mapping[int, Given],
    problems: Mapping[int, str],
    *,
    kept: Mapping[int, Any] | None = None,
    kinds: Iterable[TicketType] = (),
) -> list[Field]:
    """Questions in a form. That of one registration has its ticket already, and needs no `kinds`; `kept` are values
    that stand."""
    kinds = list(kinds)
    return [
        _field(one, questions, given.get(one.id), problems, kinds, (kept or {}).get(one.id))
        for one in questions
    ]


def _field(
    question: Question,
    questions: list[Question],
    given: Given | None,
    problems: Mapping[int, str],
    kinds: list[TicketType],
    kept: Any = None,
) -> Field:
    language = this_language()
    given = given or Given()
    made = Field(
        question=question,
        name=name_of(question),
        label=told(question.labels, language),
        hint=told(question.hints, language),
        purpose=told(question.purposes, language),
        kept_until=question.keep_until,
        readers=readers_of(question),
        options=_options(question, given, language),
        text=given.text,
        more=given.more,
        error=problems.get(question.id, ""),
    )
    if question.kind in FILES:
        waiting = files.waiting(question, given.file)
        if waiting is not None:
            made.token, made.file = given.file, str(files.told(waiting)["name"])
        elif kept:
            made.file = str(kept["name"])
    _say_when(made, questions, kinds, language)
    return made


def _options(question: Question, given: Given, language: str) -> list[tuple[str, str, bool]]:
    if question.kind is Kind.COUNTRY:
        return [(code, name, code == given.text) for code, name in countries()]
    chosen = set(given.texts if question.kind in SEVERAL else given.texts[:1])
    return [(one["key"], told(one["labels"], language), one["key"] in chosen) for one in question.options]


def _say_when(made: Field, questions: list[Question], kinds: list[TicketType], language: str) -> None:
    """When the question is needed: for the script that hides it else, and in words for whoever reads without one."""
    question = made.question
    said = []
    concerned = [kind for kind in kinds if question.concerns(kind)]
    made.tickets = " ".join(str(kind.id) for kind in concerned)
    if kinds and not concerned:
        said.append(_("with a ticket that there is not"))
    elif len(concerned) < len(kinds):
        said.append(_("with %(tickets)s", tickets=", ".join(kind.name for kind in concerned)))
    other = next((one for one in questions if one.id == question.depends_on_id), None)
    if other is not None:
        made.on, made.on_values = name_of(other), " ".join(question.depends_on)
        label = told(other.labels, language)
        if question.depends_on and other.kind is Kind.COUNTRY:
            answers = " / ".join(dict(countries()).get(code, code) for code in question.depends_on)
        else:
            answers = " / ".join(other.option(key, language) for key in question.depends_on)
        if answers:
            said.append(_("if you answered “%(answer)s” to “%(question)s”", answer=answers, question=label))
        else:
            said.append(_("if you answered “%(question)s”", question=label))
    made.condition = ", ".join(said)


def standing(registrations: list[Registration]) -> dict[int, int]:
    """Of those that are asked something: how many needed answers are missing, by registration. Two queries at most."""
    questions = queries.of_conferences({one.conference_id for one in registrations})
    if not questions:
        return {}
    given = queries.answers_of([one.id for one in registrations])
    found = {}
    for one in registrations:
        theirs = questions.get(one.conference_id, [])
        if any(question.concerns(one.ticket_type) for question in theirs):
            found[one.id] = len(answering.missing(one, theirs, given.get(one.id, {})))
    return found


def readers_of(question: Question) -> str:
    """Who reads sealed answers, in words; empty where they are not sealed."""
    return ", ".join(str(ROLES[Role(word)]) for word in question.readers) if question.is_sealed else ""


def label_of(question: Question) -> str:
    """The question in the reader's language."""
    return told(question.labels, this_language())


def said(question: Question, value: Any) -> str:
    """An answer in the reader's language."""
    return values.said(question, value, this_language())


def sealed_file() -> str:
    return _("This file is sealed. Open it from the page of the registration.")

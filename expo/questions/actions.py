"""What organisers do with questions: ask, change, order, stop asking. What was promised to those who answered holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, seal
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import free_slug, one_line
from expo.programme.models import Conference
from expo.programme.words import Role
from expo.registration import queries as registrations
from expo.registration.models import Category

from . import answering, files, presets, queries, values
from .models import FILES, OF_SEVERAL, WITH_MORE, Answer, Kind, Question
from .refusals import Promised

MOST_QUESTIONS = 60
MOST_OPTIONS = 60
LONGEST_LABEL = 300
LONGEST_TEXT = 1000

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question as an organiser writes it: texts by language, each option as its texts. Days are the city's."""

    kind: Kind
    labels: Texts
    purposes: Texts
    keep_until: date
    hints: Texts = field(default_factory=dict)
    options: tuple[Texts, ...] = ()
    required: bool = False
    is_sealed: bool = False
    readers: frozenset[Role] = frozenset()
    categories: frozenset[Category] = frozenset()
    ticket_type_ids: frozenset[int] = frozenset()
    depends_on_id: int | None = None
    depends_on: tuple[str, ...] = ()
    change_until: date | None = None


def save_question(
    *,
    conference: Conference,
    draft: QuestionDraft,
    question: Question | None = None,
    version: int | None = None,
) -> Question:
    """Ask something, or change how it is asked. Raises BadInput; ChangedMeanwhile when `version` is given and somebody
    else saved first; Promised where somebody answered under other terms."""
    with transaction():
        lock(conference)
        if question is not None:
            lock(question)
            if version is not None and question.version != version:
                raise ChangedMeanwhile(
                    _(
                        "Somebody else changed this while you were writing. Look at their version, then save again."
                    )
                )
        options = _options(draft, question)
        _check(conference, draft, options, question)
        new = question is None
        if question is None:
            everything = queries.of_conference(conference.id, ended_too=True)
            if len(everything) >= MOST_QUESTIONS:
                raise BadInput(_("At most %(most)s questions.", most=MOST_QUESTIONS))
            question = Question(
                expo_id=conference.expo_id,
                conference_id=conference.id,
                position=1 + max((one.position for one in everything), default=0),
                created_at=clock.now(),
            )
            db.session.add(question)
        else:
            _hold_to_promise(question, draft, options)
            if draft.is_sealed and not question.is_sealed:
                _seal_all(question)
            question.version += 1
        before = None if new else _told(question)
        _write(question, draft, options)
        db.session.flush()
        db.session.refresh(question)
        audit.record(
            "question_asked" if new else "question_changed",
            "question",
            question.id,
            expo_id=conference.expo_id,
            before=before,
            after=_told(question),
        )
    return question


def move(*, question: Question, up: bool) -> None:
    """One place earlier or later; at the end nothing happens. Raises BadInput where it would come before the one it
    depends on."""
    with transaction():
        lock(question.conference)
        order = queries.of_conference(question.conference_id)
        at = next(number for number, one in enumerate(order) if one.id == question.id)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(order):
            return
        first, second = order[min(at, to)], order[max(at, to)]
        if second.depends_on_id == first.id:
            raise BadInput(
                _("A question comes after the one it depends on. Change on what it depends first.")
            )
        first.position, second.position = second.position, first.position
        audit.record("question_moved", "question", question.id, expo_id=question.expo_id)


def end_question(*, question: Question) -> None:
    """Ask it no more; answers stay until their day. One that nobody answered is gone. Raises BadInput while another
    question depends on it."""
    with transaction():
        lock(question.conference)
        others = [
            one for one in queries.of_conference(question.conference_id) if one.depends_on_id == question.id
        ]
        if others:
            raise BadInput(_("Another question depends on this one. Change that one first."))
        number, expo_id = question.id, question.expo_id
        if db.session.scalar(sa.select(sa.exists().where(Answer.question_id == number))):
            question.ended_at = question.ended_at or clock.now()
        else:
            files.drop_unclaimed(number)
            execute(sa.update(Question).where(Question.depends_on_id == number).values(depends_on_id=None))
            execute(sa.delete(Question).where(Question.id == number))
            db.session.expire_all()
        audit.record("question_ended", "question", number, expo_id=expo_id)


def draft_of(question: Question) -> QuestionDraft:
    """The question as its form shows it."""
    return QuestionDraft(
        kind=question.kind,
        labels=question.labels,
        purposes=question.purposes,
        keep_until=question.keep_until,
        hints=question.hints,
        options=tuple(one["labels"] for one in question.options),
        required=question.required,
        is_sealed=question.is_sealed,
        readers=frozenset(Role(word) for word in question.readers),
        categories=frozenset(Category(word) for word in question.categories),
        ticket_type_ids=frozenset(question.ticket_type_ids),
        depends_on_id=question.depends_on_id,
        depends_on=tuple(question.depends_on),
        change_until=question.change_until,
    )


def _write(question: Question, draft: QuestionDraft, options: list[dict[str, Any]]) -> None:
    question.kind = draft.kind
    question.labels, question.hints = _clean(draft.labels), _clean(draft.hints)
    question.purposes, question.options = _clean(draft.purposes), options
    question.required, question.is_sealed = draft.required, draft.is_sealed
    question.readers = sorted(draft.readers) if draft.is_sealed else []
    question.categories = sorted(draft.categories)
    question.ticket_type_ids = sorted(draft.ticket_type_ids)
    question.depends_on_id = draft.depends_on_id
    question.depends_on = list(draft.depends_on) if draft.depends_on_id else []
    question.change_until, question.keep_until = draft.change_until, draft.keep_until


def _clean(texts: Texts) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _told(question: Question) -> dict[str, Any]:
    """What the audit keeps of a question."""
    return {
        "kind": question.kind.value,
        "label": next(iter(question.labels.values()), ""),
        "required": question.required,
        "sealed": question.is_sealed,
        "readers": question.readers,
        "keep_until": question.keep_until.isoformat(),
    }


def _options(draft: QuestionDraft, question: Question | None) -> list[dict[str, Any]]:
    """Options with their keys. One that has a text of before keeps its key; where as many stand there as before, so
    does the one in its place: then it was only renamed."""
    if draft.kind not in OF_SEVERAL:
        return []
    wanted = [_clean(one) for one in draft.options]
    wanted = [{code: one_line(text) for code, text in one.items()} for one in wanted if one]
    if not wanted:
        return presets.options_of(draft.kind) if question is None else []
    old = list(question.options) if question is not None and question.kind is draft.kind else []
    presets_of_kind = [] if question else presets.options_of(draft.kind)
    keys: list[str | None] = []
    for labels in wanted:
        same = next(
            (
                one["key"]
                for one in [*old, *presets_of_kind]
                if one["key"] not in keys and set(labels.items()) & set(one["labels"].items())
            ),
            None,
        )
        keys.append(same)
    if len(wanted) == len(old):
        for at, one in enumerate(old):
            if keys[at] is None and one["key"] not in keys:
                keys[at] = one["key"]
    taken = {key for key in keys if key} | {one["key"] for one in old}
    return [
        {"key": key or free_slug(next(iter(labels.values()))[:40], taken), "labels": labels}
        for key, labels in zip(keys, wanted, strict=True)
    ]


def _check(
    conference: Conference, draft: QuestionDraft, options: list[dict[str, Any]], question: Question | None
) -> None:
    for texts, name, most in (
        (draft.labels, "label", LONGEST_LABEL),
        (draft.hints, "hint", LONGEST_TEXT),
        (draft.purposes, "purpose", LONGEST_TEXT),
    ):
        for language, text in texts.items():
            if len(text) > most:
                raise BadInput(_("At most %(most)s letters, please.", most=most), field=f"{name}_{language}")
    if not _clean(draft.labels):
        raise BadInput(_("Write the question."), field=_first("label", draft.labels))
    if not _clean(draft.purposes):
        raise BadInput(
            _("Say what the answer is for: the person reads it."), field=_first("purpose", draft.purposes)
        )
    if draft.kind in OF_SEVERAL and not options:
        raise BadInput(
            _("Write at least one option, each on its own line."), field=_first("options", draft.labels)
        )
    if len(options) > MOST_OPTIONS or any(
        len(text) > LONGEST_LABEL for one in options for text in one["labels"].values()
    ):
        raise BadInput(
            _("At most %(most)s options, of one line each.", most=MOST_OPTIONS),
            field=_first("options", draft.labels),
        )
    if draft.is_sealed and not draft.readers:
        raise BadInput(_("Say which roles may read sealed answers."), field="readers")
    if question is None and draft.keep_until < clock.now().astimezone(conference.zone).date():
        raise BadInput(_("That day is over already."), field="keep_until")
    if draft.change_until is not None and draft.change_until > draft.keep_until:
        raise BadInput(_("Answers are deleted before this day."), field="change_until")
    known = {kind.id for kind in registrations.every_of(conference.id)}
    if draft.ticket_type_ids - known:
        raise BadInput(_("Choose tickets of this conference."), field="tickets")
    _check_condition(conference, draft, question)


def _first(name: str, texts: Texts) -> str:
    """The field of the first language, as forms name it."""
    return f"{name}_{next(iter(texts), 'en')}"


def _check_condition(conference: Conference, draft: QuestionDraft, question: Question | None) -> None:
    if draft.depends_on_id is None:
        return
    earlier = [
        one
        for one in queries.of_conference(conference.id)
        if question is None or (one.position, one.id) < (question.position, question.id)
    ]
    other = next((one for one in earlier if one.id == draft.depends_on_id), None)
    if other is None:
        raise BadInput(
            _("A question can depend on one that comes before it in this conference."), field="depends_on"
        )
    known = {one["key"] for one in other.options}
    if other.kind is not Kind.COUNTRY and not set(draft.depends_on) <= known:
        raise BadInput(
            _("Choose among the options of the question it depends on."), field="depends_on_values"
        )


def _hold_to_promise(question: Question, draft: QuestionDraft, options: list[dict[str, Any]]) -> None:
    """Raises Promised where the draft takes back what those who answered were told."""
    answers = db.session.scalars(sa.select(Answer).where(Answer.question_id == question.id)).all()
    if not answers:
        return
    if draft.kind is not question.kind:
        raise Promised(
            _("Somebody has answered: what kind of answer it is stays. Ask a new question instead.")
        )
    if question.is_sealed and not (
        draft.is_sealed and draft.readers <= {Role(one) for one in question.readers}
    ):
        raise Promised(
            _("Somebody has answered, and was told who reads it: it stays sealed, and for no more roles.")
        )
    if draft.keep_until > question.keep_until:
        raise Promised(
            _(
                "Somebody has answered, and was told when the answer is deleted: that day can only come sooner."
            )
        )
    purposes = _clean(draft.purposes)
    if any(purposes.get(language) != text for language, text in question.purposes.items()):
        raise Promised(
            _("Somebody has answered, and was told what it is for: that stays. Ask a new question instead.")
        )
    gone = {one["key"] for one in question.options} - {one["key"] for one in options}
    if gone and gone & _used(question, answers):
        raise Promised(
            _("Somebody has chosen an option that is missing now. It can be renamed, not removed.")
        )


def _used(question: Question, answers: Iterable[Answer]) -> set[str]:
    found: set[str] = set()
    for one in answers:
        value = answering.value_of(one)
        found |= set(value["chosen"]) if question.kind in WITH_MORE else values.answers_with(question, value)
    return found


def _seal_all(question: Question) -> None:
    """What was answered before the question was sealed is sealed with it. Files would have to be written anew."""
    answers = db.session.scalars(sa.select(Answer).where(Answer.question_id == question.id)).all()
    if answers and question.kind in FILES:
        raise Promised(_("Files that were handed in already cannot be sealed. Ask a new question instead."))
    for one in answers:
        one.sealed = seal.close_value(one.value, about=answering.about(one.registration_id, question.id))
        one.value = None

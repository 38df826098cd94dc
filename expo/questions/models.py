from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core import clock
from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.programme.words import Role
from expo.registration.models import Registration, TicketType


class Kind(enum.StrEnum):
    """What sort of answer is wanted. What an answer of each looks like stands in values.py."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"  # one of several
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    COUNTRY = "country"
    FILE = "file"
    PHOTO = "photo"
    ACCESS = "access"  # what somebody needs in order to take part
    DIET = "diet"


OF_SEVERAL = (Kind.CHOICE, Kind.CHOICES, Kind.ACCESS, Kind.DIET)
SEVERAL = (Kind.CHOICES, Kind.ACCESS, Kind.DIET)
# Ticked, and a line for what the list does not have.
WITH_MORE = (Kind.ACCESS, Kind.DIET)
FILES = (Kind.FILE, Kind.PHOTO)


class Question(Base):
    """What a conference asks. Those who answer are shown purpose, readers and last day; what was promised holds.

    Texts are by language: {"sv": "…", "en": "…"}; options are [{"key": "vegan", "labels": {…}}, …].
    """

    __tablename__ = "questions"
    __table_args__ = (
        choice_check("kind", Kind),
        sa.CheckConstraint("depends_on_id IS NULL OR depends_on_id <> id", name="not_on_itself"),
        sa.Index("ix_questions_conference_id_position", "conference_id", "position"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    position: Mapped[int]
    kind: Mapped[Kind] = choice(Kind)
    labels: Mapped[Json]
    hints: Mapped[Json] = mapped_column(default=dict)
    purposes: Mapped[Json]
    options: Mapped[Json] = mapped_column(default=list)
    required: Mapped[bool] = mapped_column(default=False)
    # Encrypted at rest; only these roles of the conference's team read it, and reading leaves a trace.
    is_sealed: Mapped[bool] = mapped_column(default=False)
    readers: Mapped[Json] = mapped_column(default=list)
    # Asked of these only; nothing: of everybody.
    categories: Mapped[Json] = mapped_column(default=list)
    ticket_type_ids: Mapped[Json] = mapped_column(default=list)
    # Asked where an earlier question was answered with one of these; nothing: answered at all.
    depends_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("questions.id"), index=True)
    depends_on: Mapped[Json] = mapped_column(default=list)
    # City days, both of them inside: answers can be changed until, and are kept until.
    change_until: Mapped[date | None]
    keep_until: Mapped[date] = mapped_column(index=True)
    # Rises with each change, so that of two organisers the second sees what the first has done.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[Moment]
    # Not asked any more; what was answered stays until its day.
    ended_at: Mapped[Moment | None]

    conference: Mapped[Conference] = relationship()

    @property
    def deleted_at(self) -> datetime:
        """The moment from which its answers are gone: the midnight after the last day, where the conference is."""
        return datetime.combine(self.keep_until + timedelta(days=1), time(0), self.conference.zone)

    @property
    def locks_on(self) -> date:
        """The last day on which an answer can be changed."""
        return self.change_until or self.conference.ends_on

    @property
    def is_locked(self) -> bool:
        return clock.now().astimezone(self.conference.zone).date() > self.locks_on

    def concerns(self, kind: TicketType) -> bool:
        """Whether it is asked of whoever comes with this ticket, whatever else they answer."""
        return (
            self.conference_id == kind.conference_id
            and (not self.categories or kind.category.value in self.categories)
            and (not self.ticket_type_ids or kind.id in self.ticket_type_ids)
        )

    def may_read(self, roles: frozenset[Role]) -> bool:
        """Whether one of these roles is named for its sealed answers."""
        return not roles.isdisjoint(Role(word) for word in self.readers)

    def option(self, key: str, language: str) -> str:
        """An option in the reader's language; the key where the option is gone."""
        found = next((one for one in self.options if one["key"] == key), None)
        return told(found["labels"], language) if found else key


def told(texts: dict[str, str], language: str) -> str:
    """The text in this language, else in the first there is."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


class Answer(Base):
    """What somebody answered: as it is, or sealed (seal.py). One per registration and question."""

    __tablename__ = "answers"
    __table_args__ = (
        sa.UniqueConstraint("registration_id", "question_id"),
        sa.CheckConstraint("(value IS NULL) <> (sealed IS NULL)", name="one_form"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey(Question.id), index=True)
    value: Mapped[Json | None]
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    answered_at: Mapped[Moment]

    question: Mapped[Question] = relationship()
    registration: Mapped[Registration] = relationship()


class AnswerFile(Base):
    """A file that was handed in. Until a form is through it has no answer, and whoever holds its token has it;
    after a day without one it is thrown away. `stored` is its name in the folder of uploads."""

    __tablename__ = "answer_files"
    __table_args__ = (
        sa.UniqueConstraint("answer_id"),
        sa.UniqueConstraint("stored"),
        sa.CheckConstraint("size >= 0", name="size"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey(Question.id), index=True)
    answer_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Answer.id))
    token_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    stored: Mapped[str] = mapped_column(sa.String(64))
    # What it is called, as a value of its question: sealed where that is.
    told: Mapped[Json | None]
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    size: Mapped[int]
    made_at: Mapped[Moment]

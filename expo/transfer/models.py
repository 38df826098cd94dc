from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Account
from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence
from expo.speakers.models import Speaker


class Form(enum.StrEnum):
    """In which form a file is."""

    SHEET = "sheet"  # CSV, or an Excel workbook
    FRAB = "frab"  # XML or JSON
    PRETALX = "pretalx"
    ICAL = "ical"


class FileState(enum.StrEnum):
    """Where an uploaded file stands."""

    READ = "read"  # to be looked at
    RUNNING = "running"
    DONE = "done"


class Source(Base):
    """Another system, or another team's sheet: what its columns mean is kept, and by which ids it knows things."""

    __tablename__ = "import_sources"
    __table_args__ = (sa.UniqueConstraint("conference_id", "name"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    name: Mapped[str] = mapped_column(sa.String(80))
    # As columns.Choices: by kind of sheet which column is what, and what is to be done.
    choices: Mapped[Json] = mapped_column(default=dict)


class ProgrammeFile(Base):
    """An uploaded programme: kept with its content for a day at most; what came of it stays."""

    __tablename__ = "programme_files"
    __table_args__ = (choice_check("form", Form), choice_check("state", FileState))

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey(Source.id), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Account.id))
    name: Mapped[str] = mapped_column(sa.String(120))
    form: Mapped[Form] = choice(Form)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[FileState] = choice(FileState, default=FileState.READ)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    # Lines that were refused while it was imported: [line, column, reason].
    refused: Mapped[Json] = mapped_column(default=list)
    # What was written down of it, so that it can be taken back.
    deeds: Mapped[Json] = mapped_column(default=list)
    kept_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    undone_at: Mapped[Moment | None]

    source: Mapped[Source] = relationship()
    conference: Mapped[Conference] = relationship()


class ExternalKey(Base):
    """By which id a source knows a time of a session, or a speaker: the same file again makes nothing twice."""

    __tablename__ = "external_keys"
    __table_args__ = (
        sa.Index("uq_external_keys_occurrence", "source_id", "key", "occurrence_id", unique=True),
        sa.CheckConstraint("(occurrence_id IS NULL) <> (speaker_id IS NULL)", name="one_thing"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey(Source.id))
    key: Mapped[str] = mapped_column(sa.String(250))
    occurrence_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    speaker_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Speaker.id), index=True)

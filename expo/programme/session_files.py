"""Files of sessions: slides, papers, pictures. Kept in a folder that no address reaches; drafts name them, releases
show them. What neither draft nor programme names any more goes after its time, so that a change can be taken back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from expo.core import audit, clock, file_types, handed_in, jobs, news, pictures, retention
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput

from . import clashes, texts
from .drafts import File
from .file_models import SessionFile
from .models import Session
from .news import FilesGone

MOST_BYTES = 20 * 1024 * 1024
MOST_OF_SESSION = 200 * 1024 * 1024
UNNAMED = timedelta(days=1)  # what a crash left on the disk


class BadFile(BadInput):
    """What was handed in is nothing that is taken."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. `speaker_id` is whose it is, where a speaker or their assistant hands it in."""

    name: str
    content: bytes
    speaker_id: int | None = None


def folder() -> Path:
    return Path(current_app.config["EXPO"].var).absolute() / "uploads" / "sessions"


def place(file: SessionFile) -> Path:
    """Where it lies."""
    return folder() / file.stored


def keep(session: Session, upload: Upload) -> File:
    """Keep a file for a session; who names it in the draft does so in the same transaction. Raises BadFile."""
    content, type_ = _looked_at(upload.content)
    name, stored = handed_in.called(upload.name, file_types.ENDINGS[type_]), secrets.token_hex(24)
    with transaction():
        clashes.hold(session.expo_id)  # before the session, as whoever edits it does
        lock(session)
        there = sa.select(sa.func.coalesce(sa.func.sum(SessionFile.size), 0))
        if (db.session.scalar(there.where(SessionFile.session_id == session.id)) or 0) + len(
            content
        ) > MOST_OF_SESSION:
            raise BadFile(
                _("The files of this session are more than %(most)s MB.", most=MOST_OF_SESSION // 1024**2),
                field="file",
            )
        handed_in.write(folder() / stored, content)
        row = SessionFile(
            expo_id=session.expo_id, session_id=session.id, speaker_id=upload.speaker_id, stored=stored,
            name=name, type=type_, size=len(content), made_at=clock.real_now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        told = {"file": row.id, "type": type_, "size": row.size}
        audit.record("file_handed_in", "session", session.id, expo_id=session.expo_id, after=told)
    return File(row.id, name, row.size)


def of_session(session_id: int, file_id: int) -> SessionFile | None:
    """One of the session's own."""
    return db.session.scalar(
        sa.select(SessionFile).where(SessionFile.id == file_id, SessionFile.session_id == session_id)
    )


def handed_in_by(speaker_ids: Collection[int]) -> list[SessionFile]:
    """What these speakers handed in, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(SessionFile).where(SessionFile.speaker_id.in_(speaker_ids)).order_by(SessionFile.id)
        )
    )


def numbers(*columns: Iterable[dict[str, Any]]) -> set[int]:
    """The files that columns of materials and contributions name."""
    return {row["file"]["id"] for rows in columns for row in rows if row.get("file")}


def names_file(column: Any) -> sa.ColumnElement[bool]:
    """Whether a column of materials or contributions names any, as the database can tell without reading it."""
    return sa.cast(column, sa.Text).like('%"file"%')


_named: list[Callable[[], set[int]]] = []


def names(which: Callable[[], set[int]]) -> Callable[[], set[int]]:
    """Say which files a room's rows name: these are kept."""
    _named.append(which)
    return which


@names
def drafted() -> set[int]:
    """The files that drafts name."""
    rows = db.session.execute(
        sa.select(Session.materials, Session.contributions).where(
            sa.or_(names_file(Session.materials), names_file(Session.contributions))
        )
    )
    return {number for row in rows for number in numbers(*row)}


@retention.rule(
    "session_files",
    "Files of sessions that neither draft nor programme names any more",
    after=timedelta(days=30),
)
def forget_unnamed(before: datetime) -> int:
    """Throw away what nothing has named since then, and note since when nothing names the others."""
    named = set[int]().union(*(which() for which in _named))
    unnamed = SessionFile.unnamed_since.is_(None)
    every = set(db.session.scalars(sa.select(SessionFile.id).where(unnamed)))
    back = set(db.session.scalars(sa.select(SessionFile.id).where(~unnamed))) & named
    for ids, since in ((every - named, clock.now()), (back, None)):
        execute(sa.update(SessionFile).where(SessionFile.id.in_(ids)).values(unnamed_since=since))
    return throw_away(SessionFile.unnamed_since < before)


def throw_away(which: sa.ColumnElement[bool]) -> int:
    """Throw files away that nothing names, in a transaction. Returns how many."""
    stored = list(db.session.scalars(sa.select(SessionFile.stored).where(which)))
    execute(sa.delete(SessionFile).where(which))
    handed_in.unlink(folder(), stored)
    return len(stored)


def take_out(files: Collection[SessionFile]) -> None:
    """Throw these files away and take them out of whatever names them, drafted or released. In a transaction."""
    gone, of = {file.id for file in files}, {file.session_id for file in files}
    for session in db.session.scalars(sa.select(Session).where(Session.id.in_(of))):
        left = without(session.materials, gone), without(session.contributions, gone)
        if left != (session.materials, session.contributions):
            session.materials, session.contributions = left
            session.version += 1  # whoever has the form open sees what is gone
    if gone:
        news.tell(FilesGone(frozenset(of), frozenset(gone)))
    throw_away(SessionFile.id.in_(gone))


def without(rows: list[dict[str, Any]], gone: Collection[int]) -> list[dict[str, Any]]:
    """The rows of a column without these files. A material that was nothing but its file goes with it, also its title,
    which may name whose it was; a contribution stays, as it stands for a talk."""
    left = []
    for row in rows:
        if not row.get("file") or row["file"]["id"] not in gone:
            left.append(row)
        elif "minutes" in row or row.get("url") or row.get("text"):
            left.append(texts.filed(row, None))
    return left


@jobs.every("sweep_session_files", timedelta(hours=24))
def sweep() -> None:
    """Throws away what a crash left on the disk without a row."""
    handed_in.sweep(
        folder(), set(db.session.scalars(sa.select(SessionFile.stored))), clock.real_now() - UNNAMED
    )


def _looked_at(content: bytes) -> tuple[bytes, str]:
    """What is kept of it, and its type."""
    if len(content) > MOST_BYTES:
        raise BadFile(
            _("That file is too large: at most %(most)s MB.", most=MOST_BYTES // 1024**2), field="file"
        )
    type_ = file_types.of(content)
    if type_ is None:
        raise BadFile(
            _(
                "A PDF, a presentation (PPTX, ODP), a document (DOCX, ODT), a picture (JPEG, PNG) or a text, please; without macros."
            ),
            field="file",
        )
    if type_ in (file_types.JPEG, file_types.PNG):
        try:
            content = pictures.made_anew(content, side=None, flat=type_ == file_types.JPEG)
        except pictures.BadPicture as wrong:
            raise BadFile(wrong.message, field="file") from wrong
    return content, type_

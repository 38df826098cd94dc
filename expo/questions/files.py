"""Files that are handed in: looked at by their content, images made anew, kept in a folder that no address reaches.

The file lies on the disk before the row that names it is committed, and goes after the row that named it is gone, so
there is never a row without its file; what a crash leaves without a row is swept away.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from expo.core import clock, handed_in, pictures, seal, tokens
from expo.core.db import db, transaction

from .models import Answer, AnswerFile, Kind, Question
from .refusals import BadFile

log = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
PHOTO_SIDE = 1200  # pixels of the longer side: enough for a badge of 60 mm at 300 dpi, and no more is kept
UNCLAIMED = timedelta(days=1)
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


def folder() -> Path:
    return Path(current_app.config["EXPO"].var).absolute() / "uploads" / "answers"


def keep(question: Question, *, name: str, content: bytes) -> str:
    """Keep a file while its form is still being filled in. Returns the token that claims it. Raises BadFile."""
    content, type_ = _looked_at(question.kind, content)
    told = {"name": handed_in.called(name, _ENDINGS[type_]), "type": type_, "size": len(content)}
    token, stored = tokens.new(), secrets.token_hex(24)
    row = AnswerFile(
        expo_id=question.expo_id,
        question_id=question.id,
        token_digest=tokens.digest(token),
        stored=stored,
        size=len(content),
        made_at=clock.real_now(),
    )
    if question.is_sealed:
        row.sealed = seal.close_value(told, about=f"file {stored}")
        content = seal.close(content, about=f"file {stored}")
    else:
        row.told = told
    handed_in.write(folder() / stored, content)
    with transaction():
        db.session.add(row)
    return token


def waiting(question: Question, token: str) -> AnswerFile | None:
    """The file that this token claims for this question."""
    if not token:
        return None
    return db.session.scalar(
        sa.select(AnswerFile).where(
            AnswerFile.question_id == question.id,
            AnswerFile.token_digest == tokens.digest(token),
            AnswerFile.answer_id.is_(None),
        )
    )


def told(file: AnswerFile) -> dict[str, Any]:
    """Its name, type and size in bytes."""
    if file.sealed is not None:
        opened: Any = seal.open_value(file.sealed, about=f"file {file.stored}")
        return dict(opened)
    return dict(file.told or {})


def claim(file: AnswerFile, answer: Answer) -> None:
    """The file belongs to this answer from now on, and what the answer had before goes. In a transaction."""
    forget([answer.id])
    file.answer_id, file.token_digest = answer.id, None
    db.session.flush()


def of_answer(answer_id: int) -> AnswerFile | None:
    return db.session.scalar(sa.select(AnswerFile).where(AnswerFile.answer_id == answer_id))


def content(file: AnswerFile) -> bytes:
    """The file itself. Raises seal.Broken, OSError."""
    stored = (folder() / file.stored).read_bytes()
    return seal.open_(stored, about=f"file {file.stored}") if file.sealed is not None else stored


def forget(answer_ids: list[int]) -> None:
    """Throw the files of these answers away, in the transaction that throws the answers away."""
    _forget(AnswerFile.answer_id.in_(answer_ids))


def drop_unclaimed(question_id: int) -> None:
    """Throw away what waits for a question that is no more. In a transaction."""
    _forget(sa.and_(AnswerFile.question_id == question_id, AnswerFile.answer_id.is_(None)))


def sweep() -> int:
    """Throw away what nobody claimed in a day, and files that no row names. Returns how many went."""
    before = clock.real_now() - UNCLAIMED
    with transaction():
        gone = _forget(sa.and_(AnswerFile.answer_id.is_(None), AnswerFile.made_at < before))
    return gone + handed_in.sweep(folder(), set(db.session.scalars(sa.select(AnswerFile.stored))), before)


def _forget(which: sa.ColumnElement[bool]) -> int:
    names = list(db.session.scalars(sa.select(AnswerFile.stored).where(which)))
    db.session.execute(sa.delete(AnswerFile).where(which))
    handed_in.unlink(folder(), names)
    return len(names)


def _looked_at(kind: Kind, content: bytes) -> tuple[bytes, str]:
    """What is kept of it, and its type. The name and what the browser says of it are not asked."""
    if len(content) > MOST_BYTES:
        raise BadFile(_("That file is too large: at most %(most)s MB.", most=MOST_BYTES // 1024**2))
    type_ = next((one for magic, one in _MAGIC if content.startswith(magic)), None)
    if kind is Kind.PHOTO and type_ not in ("image/png", "image/jpeg"):
        raise BadFile(_("A picture as JPEG or PNG, please."))
    if type_ is None:
        raise BadFile(_("A PDF, a JPEG or a PNG, please."))
    if type_ == "application/pdf":
        return content, type_
    return _made_anew(content, type_, photo=kind is Kind.PHOTO)


def _made_anew(content: bytes, type_: str, *, photo: bool) -> tuple[bytes, str]:
    if photo:
        type_ = "image/jpeg"
    try:
        made = pictures.made_anew(content, side=PHOTO_SIDE if photo else None, flat=type_ == "image/jpeg")
    except pictures.BadPicture as wrong:
        raise BadFile(wrong.message) from wrong
    return made, type_

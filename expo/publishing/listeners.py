"""What the publishing room does when something changes below it or in it."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from expo.core import news, stamps
from expo.core.db import before_commit, db
from expo.core.stamps import StampRaised
from expo.programme import session_files
from expo.programme.news import FilesGone

from . import search_index
from .models import SessionVersion


def listen() -> None:
    news.listen(StampRaised, index_anew)
    news.listen(FilesGone, _take_files_out)


def index_anew(message: StampRaised) -> None:
    """Whatever raises an expo's stamp may change what is found there. Who raises it holds its row until the commit,
    so of two changes at once the later one sees the earlier."""
    of, _colon, expo_id = message.scope.partition(":")
    if of == "programme":
        before_commit(f"search:{expo_id}", partial(search_index.refresh, int(expo_id)))


def _take_files_out(message: FilesGone) -> None:
    """The one change that a version knows: who is erased is erased from what was released, too."""
    versions = db.session.scalars(
        sa.select(SessionVersion).where(SessionVersion.session_id.in_(message.session_ids))
    ).all()
    for version in versions:
        version.materials = session_files.without(version.materials, message.file_ids)
        version.contributions = session_files.without(version.contributions, message.file_ids)
    db.session.flush()
    for expo_id in sorted({version.expo_id for version in versions}):
        stamps.raise_stamp(f"programme:{expo_id}")


@session_files.names
def released() -> set[int]:
    """The files that the programme names."""
    rows = db.session.execute(
        sa.select(SessionVersion.materials, SessionVersion.contributions).where(
            SessionVersion.until_release_id.is_(None),
            sa.or_(
                session_files.names_file(SessionVersion.materials),
                session_files.names_file(SessionVersion.contributions),
            ),
        )
    )
    return {number for row in rows for number in session_files.numbers(*row)}

"""What is handed out with a session: one thing added, changed or taken away, in the draft."""

from __future__ import annotations

from dataclasses import replace

from expo.core.db import transaction
from expo.core.refusals import ChangedMeanwhile

from . import actions, session_files
from .drafts import Material
from .models import Session
from .session_files import Upload
from .values import draft_of_session


def save(
    *,
    session: Session,
    material: Material,
    row: int | None,
    version: int | None,
    upload: Upload | None = None,
) -> None:
    """Add a material, or change the one in this place. An `upload` is its file from now on. Places in the list are
    those of the version that was shown. Raises ChangedMeanwhile, BadInput, BadFile."""
    with transaction():
        there = draft_of_session(session).materials
        if row is not None and not 0 <= row < len(there):
            raise ChangedMeanwhile("")
        if upload is not None:
            material = replace(material, file=session_files.keep(session, upload))
        now = (*there, material) if row is None else (*there[:row], material, *there[row + 1 :])
        _write(session, now, version)


def remove(*, session: Session, row: int, version: int | None) -> None:
    """Take the material in this place away. Raises ChangedMeanwhile."""
    with transaction():
        there = draft_of_session(session).materials
        if not 0 <= row < len(there):
            raise ChangedMeanwhile("")
        _write(session, there[:row] + there[row + 1 :], version)


def _write(session: Session, materials: tuple[Material, ...], version: int | None) -> None:
    draft = replace(draft_of_session(session), materials=materials)
    actions.edit_session(session=session, draft=draft, parent=session.parent, version=version)

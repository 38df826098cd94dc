"""What a speaker hands in for a session: the file of a contribution of their own, or one for the session as a whole.
It stands in the draft; readers see it once the session is published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from expo.core.db import transaction
from expo.core.refusals import ChangedMeanwhile, NotFound
from expo.core.text import one_line
from expo.programme import actions, contributing, handouts, session_files, texts
from expo.programme.drafts import Contribution, File, Material
from expo.programme.models import Appearance
from expo.programme.session_files import Upload
from expo.programme.values import draft_of_session
from expo.programme.words import MaterialKind


@dataclass(frozen=True, slots=True)
class Theirs:
    """What of a session is a speaker's own: contributions by their places, and files of theirs."""

    contributions: list[tuple[int, Contribution]]
    files: list[tuple[str, File]]


def theirs(appearance: Appearance) -> Theirs:
    """The speaker's contributions to the session, and what they handed in. One query."""
    session, speaker_id = appearance.session, appearance.speaker_id
    own = [
        (row, one)
        for row, one in enumerate(contributing.read(session.contributions))
        if one.speaker_id == speaker_id
    ]
    mine = {one.id for one in session_files.handed_in_by([speaker_id]) if one.session_id == session.id}
    of_parts = [(one.title, one.file) for _row, one in own if one.file]
    of_whole = [(one.title, one.file) for one in texts.read(session.materials) if one.file]
    return Theirs(own, of_parts + [(title, file) for title, file in of_whole if file.id in mine])


def hand_in(*, appearance: Appearance, upload: Upload, row: int | None, title: str, version: int) -> None:
    """A file for the contribution in this place, or for the session. Raises NotFound, ChangedMeanwhile, BadFile."""
    session = appearance.session
    if row is None:
        called = one_line(title) or _("Slides of %(name)s", name=appearance.speaker.name)
        material = Material(MaterialKind.SLIDES, called)
        with _in_words_for_speakers():
            handouts.save(session=session, material=material, row=None, version=version, upload=upload)
        return
    with _in_words_for_speakers(), transaction():
        there = contributing.read(session.contributions)
        if row >= len(there) or there[row].speaker_id != appearance.speaker_id:
            raise NotFound(_("That is not there any more."))
        changed = replace(there[row], file=session_files.keep(session, upload))
        draft = replace(draft_of_session(session), contributions=(*there[:row], changed, *there[row + 1 :]))
        actions.edit_session(session=session, draft=draft, parent=session.parent, version=version)


def take_back(*, appearance: Appearance, file_id: int, version: int) -> None:
    """Take one of their own files out of the draft. Raises NotFound, ChangedMeanwhile."""
    session = appearance.session
    with _in_words_for_speakers(), transaction():
        if file_id not in {file.id for _title, file in theirs(appearance).files}:
            raise NotFound(_("That is not there any more."))
        kept = tuple(
            one for one in texts.read(session.materials) if one.file is None or one.file.id != file_id
        )
        parts = tuple(
            replace(one, file=None) if one.file and one.file.id == file_id else one
            for one in contributing.read(session.contributions)
        )
        draft = replace(draft_of_session(session), materials=kept, contributions=parts)
        actions.edit_session(session=session, draft=draft, parent=session.parent, version=version)


@contextmanager
def _in_words_for_speakers() -> Iterator[None]:
    try:
        yield
    except ChangedMeanwhile as changed:
        raise ChangedMeanwhile(
            _("The organisers changed this session meanwhile. Look, and try again.")
        ) from changed

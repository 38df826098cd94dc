"""Files brought in as an organiser does."""

from __future__ import annotations

from typing import Any

from expo.programme.models import Conference
from expo.programme.teams import Rights
from expo.programme.words import Role
from expo.transfer import files
from expo.transfer.columns import Choices
from expo.transfer.files import Looked
from expo.transfer.models import Form, ProgrammeFile

ALL = Rights(frozenset({Role.OWNER}))


def kept(conference: Conference, content: bytes | str, name: str = "file", source: str = "") -> ProgrammeFile:
    raw = content.encode() if isinstance(content, str) else content
    return files.keep(conference=conference, account_id=None, source=source, name=name, content=raw)


def choices_for(file: ProgrammeFile, **changes: Any) -> Choices:
    guess = files.guess(file) if file.form is Form.SHEET else Choices()
    return Choices(**{**{name: getattr(guess, name) for name in Choices.__slots__}, **changes})


def looked(conference: Conference, content: bytes | str, name: str = "file", **changes: Any) -> Looked:
    file = kept(conference, content, name)
    return files.look(file, choices_for(file, **changes), ALL)


def brought(
    conference: Conference, content: bytes | str, name: str = "file", source: str = "", **changes: Any
) -> ProgrammeFile:
    """The file after its import."""
    file = kept(conference, content, name, source)
    choices = choices_for(file, **changes)
    files.choose(file=file, choices=choices)
    number = file.id
    files.bring_in(number, choices, ALL)
    found = files.by_id(conference.expo_id, number)
    assert found is not None
    return found

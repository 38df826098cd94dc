"""Files of sessions, wherever they are handed in and out: the fields of a form, and the answer that carries one."""

from __future__ import annotations

from typing import ClassVar

from flask import Response, abort, request
from wtforms import BooleanField, FileField

from expo.core.file_types import ENDINGS
from expo.programme import session_files
from expo.programme.drafts import File
from expo.programme.models import Session
from expo.programme.session_files import MOST_BYTES, Upload
from expo.web.forms import PlainForm
from expo.web.texts import _l
from expo.web.uploads import served_from

ACCEPT = ",".join((*ENDINGS.values(), ".jpeg"))  # what a browser offers to choose; what it is decides


class WithFile(PlainForm):
    """A form of something that may have a file. `kept` is the one that it has."""

    beside: ClassVar[tuple[str, ...]] = ("version", "file", "no_file")
    kept: File | None = None

    file = FileField(
        _l("File"),
        description=_l("PDF, PPTX, ODP, DOCX, ODT, JPEG, PNG or plain text, at most 20 MB."),
        render_kw={"accept": ACCEPT},
    )
    no_file = BooleanField(_l("Take this file away"))

    @property
    def stays(self) -> File | None:
        """The file that it has already, unless it shall go."""
        return None if self.no_file.data else self.kept


def sent(speaker_id: int | None = None) -> Upload | None:
    """The file that came with the request; one byte more than is taken at the utmost."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None
    return Upload(upload.filename, upload.stream.read(MOST_BYTES + 1), speaker_id)


def answer(session: Session | int, file_id: int, name: str, *, shared: bool = False) -> Response:
    """A file of a session that the asker may have, or 404."""
    session_id = session if isinstance(session, int) else session.id
    found = session_files.of_session(session_id, file_id)
    if found is None or found.name != name:
        abort(404)
    return served_from(session_files.place(found), name=found.name, type_=found.type, shared=shared)


def drafted(session: Session, file_id: int, name: str) -> Response:
    """A file that the draft of the session names, for whoever works on it; or 404."""
    if file_id not in session_files.numbers(session.materials, session.contributions):
        abort(404)
    return answer(session, file_id, name)

"""Any file as entries: what it is, its content says, not its name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.imports import attendee_files

from . import frab, ical, pretalx, sheet
from .columns import Choices
from .models import Form
from .records import LARGEST, Found

_ZIP = b"PK\x03\x04"


def form_of(content: bytes) -> Form:
    """In which form it is. Raises BadInput where it is none of them."""
    if not content:
        raise BadInput(_("This file is empty."), field="file")
    if len(content) > LARGEST:
        raise BadInput(
            _("This file is larger than %(most)s MB. Split it.", most=LARGEST // 1024 // 1024), field="file"
        )
    if content.startswith(_ZIP):
        return Form.SHEET
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(_("This file is written in UTF-16. Save it as UTF-8."), field="file")
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if begins.startswith(b"<"):
        return Form.FRAB
    if begins.startswith((b"{", b"[")):
        return Form.PRETALX if pretalx.is_listed(frab.loaded("", content)) else Form.FRAB
    if begins.upper().startswith(b"BEGIN:VCALENDAR"):
        return Form.ICAL
    return Form.SHEET


def read(name: str, content: bytes, zone: ZoneInfo, choices: Choices) -> Found:
    """The entries of a file, and its faults by line. Raises BadInput where it cannot be read at all."""
    form = form_of(content)
    if form is Form.ICAL:
        return ical.read(name, content, zone)
    if form is Form.SHEET:
        return sheet.read(attendee_files.read(name, content), choices, zone, name)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return frab.read_xml(name, content, zone)
    plain = frab.loaded(name, content)
    if form is Form.PRETALX:
        return pretalx.read(name, plain, zone)
    if not isinstance(plain, dict):
        raise BadInput(_("This JSON is neither a frab schedule nor a list of pretalx."), field="file")
    return frab.read_json(name, plain, zone)

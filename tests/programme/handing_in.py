"""Files as people hand them in."""

from __future__ import annotations

import io
import zipfile

ODP = "application/vnd.oasis.opendocument.presentation"
PDF = b"%PDF-1.7 rain gardens"


def a_pptx(*others: str) -> bytes:
    """A presentation as far as its names tell, with others in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "ppt/presentation.xml", *others):
            archive.writestr(zipfile.ZipInfo(name), "<x/>")  # the same bytes each time
    return made.getvalue()


def an_odp(said: str = ODP, *others: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", said)
        for name in ("content.xml", *others):
            archive.writestr(name, "<x/>")
    return made.getvalue()


def chosen(content: bytes, name: str = "slides.pdf"):
    """A file as a form sends it."""
    return io.BytesIO(content), name

"""What a file is, by its content: its name and what the browser says of it are not asked. Nothing is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
_OPEN = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
PPTX, DOCX = _OFFICE + "presentationml.presentation", _OFFICE + "wordprocessingml.document"
ODP, ODT = _OPEN + "presentation", _OPEN + "text"
ENDINGS = {
    PDF: ".pdf", PNG: ".png", JPEG: ".jpg", TEXT: ".txt", PPTX: ".pptx", DOCX: ".docx", ODP: ".odp", ODT: ".odt",
}  # fmt: skip
_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
# The list of names in an archive, in bytes: some ten thousand, where a presentation has hundreds.
_LONGEST_LIST = 1_000_000
_END = struct.Struct("<4s4H2LH")  # PKWARE APPNOTE 4.3.16
_MACROS = ("vbaproject.bin", "basic/script-lc.xml")


def of(content: bytes) -> str | None:
    """The type of a PDF, picture, presentation, document or plain text; None for anything else."""
    found = next((type_ for magic, type_ in _MAGIC if content.startswith(magic)), None)
    if found is None and content.startswith(b"PK\x03\x04"):
        return _packed(content)
    return found or (TEXT if _is_text(content) else None)


def _packed(content: bytes) -> str | None:
    """A presentation or document without programs in it; None for any other archive."""
    names = _names(content)
    # OpenDocument keeps programs in other languages than Basic in a folder of their own.
    if any(name.lower().endswith(_MACROS) or name.lower().startswith("scripts/") for name in names):
        return None
    if "[Content_Types].xml" in names:
        return PPTX if "ppt/presentation.xml" in names else DOCX if "word/document.xml" in names else None
    # OpenDocument 1.2, part 3, 3.3: the type is the first entry, as it is.
    if content[30:38] != b"mimetype":
        return None
    size = int.from_bytes(content[22:26], "little")
    said = content[38 : 38 + size].decode("ascii", "replace") if size < 100 else ""
    return said if said in (ODP, ODT) else None


def _names(content: bytes) -> set[str]:
    """The names in an archive; none where it is damaged, or has more than any document has."""
    at = content.rfind(b"PK\x05\x06", -66_000)
    if at < 0 or len(content) < at + _END.size or content[at - 20 : at].startswith(b"PK\x06\x07"):
        return set()
    if _END.unpack_from(content, at)[5] > _LONGEST_LIST:
        return set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return set()


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return (
        bool(text.strip()) and all(sign >= " " or sign in "\t\r\n\f" for sign in text) and "\x7f" not in text
    )

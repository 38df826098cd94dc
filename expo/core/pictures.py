"""Pictures that people hand in and everybody may see: made anew from their pixels, kept under the digest of what they
became, in a folder that no address reaches. One name is one picture for ever, so readers may keep it.

The file lies on the disk before the row that names it is committed; what no row names is swept away.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from . import clock, jobs
from .refusals import BadInput

MOST_BYTES = 5 * 1024 * 1024
# What is unpacked stands in memory; a JPEG that becomes smaller anyway is never unpacked whole.
MOST_PIXELS = 16_000_000
MOST_PIXELS_OF_JPEG = 100_000_000
UNNAMED = timedelta(days=1)
_NAME = re.compile(r"[0-9a-f]{64}")
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class BadPicture(BadInput):
    """What was handed in is no picture, or more of one than can be taken."""

    code = "bad_picture"


def keep(content: bytes, *, side: int, field: str) -> str:
    """Keep a picture with at most so many pixels to a side. Returns its name. Raises BadPicture."""
    if len(content) > MOST_BYTES:
        raise BadPicture(
            _("That file is too large: at most %(most)s MB.", most=MOST_BYTES // 1024**2), field=field
        )
    if not content.startswith((PNG, JPEG)):
        raise BadPicture(_("A picture as JPEG or PNG, please."), field=field)
    try:
        made = made_anew(content, side=side, flat=content.startswith(JPEG))
    except BadPicture as wrong:
        wrong.facts["field"] = field
        raise
    name = hashlib.sha256(made).hexdigest()
    _write(folder() / name, made)
    return name


def read(name: str) -> tuple[bytes, str]:
    """A picture and its type. Raises FileNotFoundError."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    content = (folder() / name).read_bytes()
    return content, "image/png" if content.startswith(PNG) else "image/jpeg"


def made_anew(content: bytes, *, side: int | None, flat: bool) -> bytes:
    """The picture and nothing else: no place where it was taken, no serial number of the camera, no second file. With
    `side` at most so many pixels to a side; `flat` makes a JPEG on white, otherwise what is clear stays clear.
    Raises BadPicture."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            most = MOST_PIXELS_OF_JPEG if side and picture.format == "JPEG" else MOST_PIXELS
            if picture.width * picture.height > most:
                millions = most // 1_000_000
                raise BadPicture(
                    _("That picture has too many pixels: at most %(most)s million.", most=millions)
                )
            if side:
                picture.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(picture)
            if side:
                upright.thumbnail((side, side))
            whole = upright.convert("RGBA")
            clean = Image.new("RGB" if flat else "RGBA", whole.size, "white" if flat else None)
            clean.paste(whole, mask=whole if flat else None)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as wrong:
        raise BadPicture(_("That picture cannot be read. Save it again as JPEG or PNG.")) from wrong
    made = io.BytesIO()
    if flat:
        clean.save(made, "JPEG", quality=88, optimize=True)
    else:
        clean.save(made, "PNG", optimize=True)
    return made.getvalue()


def folder() -> Path:
    return Path(current_app.config["EXPO"].var).absolute() / "uploads" / "pictures"


_named: list[Callable[[], set[str]]] = []


def names(which: Callable[[], set[str]]) -> Callable[[], set[str]]:
    """Say which pictures a room's rows name: these are kept."""
    _named.append(which)
    return which


@jobs.every("sweep_pictures", timedelta(hours=24))
def sweep() -> None:
    """Throws away pictures that nothing names any more."""
    before = (clock.real_now() - UNNAMED).timestamp()
    known = set().union(*(which() for which in _named))
    if folder().is_dir():
        for file in folder().iterdir():
            if file.name not in known and file.stat().st_mtime < before:
                file.unlink(missing_ok=True)


def _write(place: Path, content: bytes) -> None:
    """On the disk before a row says so; whole or not at all. The same picture handed in again is young again."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = place.with_name(f".{place.name}.{os.getpid()}.{id(content):x}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)

"""The code as a picture: QR version 2 (25 × 25 modules), error correction M, black on white.

Version and mask are fixed. Choosing the prettiest of eight masks is nearly all the work of making a QR code
(7 ms against 1 ms), and a keyed code is random enough that any mask reads well. It also makes the picture of
a badge the same bytes every time.
"""

from __future__ import annotations

import io
from itertools import groupby

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

VERSION = 2
MASK = 3
QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


def modules(code: str) -> list[list[bool]]:
    """The rows of the symbol without its quiet zone; True is black."""
    symbol = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, mask_pattern=MASK, border=0)
    symbol.add_data(code, optimize=0)
    symbol.make(fit=False)
    return [[bool(module) for module in row] for row in symbol.get_matrix()]


def black_runs(code: str) -> list[tuple[int, int, int]]:
    """The black of the symbol in lines: across, down, how many modules. For whoever draws it by themselves."""
    return [(start, y, length) for y, row in enumerate(modules(code)) for start, length in _black_runs(row)]


def svg(code: str) -> bytes:
    """One path, scalable without blur; a module is one unit."""
    return _drawn(modules(code))


def svg_of_address(address: str) -> bytes:
    """The picture of a web address, in whatever size it needs."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=MASK, border=0)
    symbol.add_data(address)
    symbol.make(fit=True)
    return _drawn([[bool(module) for module in row] for row in symbol.get_matrix()])


def _drawn(rows: list[list[bool]]) -> bytes:
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _black_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>'
    ).encode()


def png(code: str, *, scale: int = 12) -> bytes:
    """A picture of so many pixels per module, in two colours and without any note about its making."""
    rows = modules(code)
    side = len(rows) + 2 * QUIET
    picture = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                picture.putpixel((x + QUIET, y + QUIET), 0)
    target = io.BytesIO()
    picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(target, "PNG", optimize=False)
    return target.getvalue()


def _black_runs(row: list[bool]) -> list[tuple[int, int]]:
    runs, at = [], 0
    for black, group in groupby(row):
        length = len(list(group))
        if black:
            runs.append((at, length))
        at += length
    return runs

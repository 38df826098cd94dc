"""A camera that shows badges, for Chromium's --use-file-for-fake-video-capture. Frames drawn with Pillow.

Motion JPEG is JPEG pictures one after another; Chromium plays the file in a loop.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from expo.badge import qr

WIDTH, HEIGHT = 640, 480
PAPER, WALL = (246, 244, 238), (88, 96, 104)


def write(file: Path, codes: Iterable[str], *, frames_each: int = 25, frames_between: int = 100) -> None:
    """A film in which each badge is held before the camera for a while, slightly moving, then taken away."""
    with file.open("wb") as film:
        for code in codes:
            film.write(_jpeg(_frame(None, 0)) * frames_between)
            picture = Image.open(io.BytesIO(qr.png(code, scale=6))).convert("RGB")
            for number in range(frames_each):
                film.write(_jpeg(_frame(picture, number)))


def _frame(picture: Image.Image | None, number: int) -> Image.Image:
    frame = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    draw = ImageDraw.Draw(frame)
    for line in range(0, WIDTH, 40):  # something in the background that moves
        draw.line((line, 0, line + 60, HEIGHT), fill=(100 + (line + number) % 30, 108, 116), width=3)
    if picture is not None:
        sway = math.sin(number / 4)
        card = Image.new("RGB", (picture.width + 60, picture.height + 90), PAPER)
        card.paste(picture, (30, 60))
        card = card.rotate(8 + 3 * sway, expand=True, fillcolor=WALL, resample=Image.Resampling.BICUBIC)
        frame.paste(card, (int(150 + 12 * sway), int(50 + 8 * sway)))
    return frame.filter(ImageFilter.GaussianBlur(0.7))


def _jpeg(frame: Image.Image) -> bytes:
    target = io.BytesIO()
    frame.save(target, "JPEG", quality=85, subsampling="4:2:0")
    return target.getvalue()

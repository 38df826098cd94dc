"""The expo's own colour, made lighter or darker until it can be read (WCAG 2.2, contrast (minimum)).

The grounds are those of static/css/tokens.css; tests/web/public/test_look.py keeps the two the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Colour = tuple[float, float, float]

TEXT = 4.5
PARTS = 3.0
STEPS = 50

WHITE, NIGHT = "#ffffff", "#0a0a0a"
CHOSEN = "#fbf6ec"
SEAS = ("#0c2a3e", "#061119")
LIGHT = {"paper": "#f5f0e6", "sheet": "#fffdf8", "tint": "#eae2d2"}
DARK = {"paper": "#0a1a26", "sheet": "#102636", "tint": "#17344a"}


def style(colour: str | None) -> str:
    """Custom properties for a colour such as #0b5fae; nothing where there is none, so that our own stays."""
    if colour is None or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return ""
    light = {
        "signal": _reach(colour, NIGHT, [WHITE], TEXT),
        "signal-ink": WHITE,
        "signal-tint": _mix(colour, LIGHT["sheet"], 0.84),
        "sea-signal": _reach(colour, WHITE, SEAS, PARTS),
        "chosen-signal": _reach(colour, NIGHT, [CHOSEN], TEXT),
    }
    light["signal-text"] = _reach(colour, NIGHT, [*LIGHT.values(), light["signal-tint"]], TEXT)
    dark = {
        "signal": _reach(colour, WHITE, [NIGHT, DARK["paper"]], TEXT),
        "signal-ink": NIGHT,
        "signal-tint": _mix(colour, DARK["paper"], 0.78),
    }
    dark["signal-text"] = _reach(colour, WHITE, [*DARK.values(), dark["signal-tint"]], TEXT)
    return f"{_rule(light)}\n@media (prefers-color-scheme: dark) {{ {_rule(dark)} }}\n"


def contrast(one: str, other: str) -> float:
    """How well one colour stands out from another, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _rule(values: dict[str, str]) -> str:
    return ":root { " + " ".join(f"--{name}: {value};" for name, value in values.items()) + " }"


def _reach(colour: str, toward: str, grounds: Iterable[str], least: float) -> str:
    """The nearest shade on the way to another colour that stands out from every ground."""
    grounds = list(grounds)
    shades = (_mix(colour, toward, step / STEPS) for step in range(STEPS + 1))
    return next(
        (shade for shade in shades if all(contrast(shade, ground) >= least for ground in grounds)), toward
    )


def _mix(one: str, other: str, share: float) -> str:
    """So much of the other colour in the one."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round((a + (b - a) * share) * 255):02x}" for a, b in pairs)


def _channels(colour: str) -> Colour:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""The expo's own colour can be read wherever it is used."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from expo.core.db import transaction
from expo.web.public import look
from tests import factories as a

TOKENS = Path(__file__).parents[3] / "static" / "css" / "tokens.css"
COLOURS = ["#0b5fae", "#ffcc00", "#000000", "#ffffff", "#d4145a", "#7fffd4", "#808080", "#c93a0e"]


def _values(style: str) -> tuple[dict[str, str], dict[str, str]]:
    light, dark = style.split("@media")
    pairs = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
    return dict(pairs.findall(light)), dict(pairs.findall(dark))


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_is_made_readable_by_day_and_by_night(colour):
    light, dark = _values(look.style(colour))

    for values, grounds in ((light, look.LIGHT), (dark, look.DARK)):
        assert look.contrast(values["signal"], values["signal-ink"]) >= look.TEXT
        for ground in (*grounds.values(), values["signal-tint"]):
            assert look.contrast(values["signal-text"], ground) >= look.TEXT
        assert look.contrast(values["signal"], grounds["paper"]) >= look.PARTS
    assert look.contrast(light["chosen-signal"], look.CHOSEN) >= look.TEXT
    assert all(look.contrast(light["sea-signal"], sea) >= look.PARTS for sea in look.SEAS)


def test_a_colour_that_can_be_read_already_stays_as_it_is():
    light, _dark = _values(look.style("#0b5fae"))

    assert light["signal"] == "#0b5fae"


@pytest.mark.parametrize("colour", [None, "", "red", "#12345", "#12345g", "#123456; } body { display: none"])
def test_what_is_no_colour_changes_nothing(colour):
    assert look.style(colour) == ""


def test_the_grounds_are_those_of_the_tokens():
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    for text, grounds in ((light, look.LIGHT), (dark, look.DARK)):
        for name, value in grounds.items():
            assert f"--{name}: {value}" in text
    assert f"--chosen: {look.CHOSEN}" in light
    for text, sea in zip((light, dark), look.SEAS, strict=True):
        assert f"--sea: {sea}" in text


def test_the_style_is_kept_for_a_year_and_its_address_changes_with_the_colour(app, browser):
    expo = a.an_expo()
    before = browser().get(f"/{expo.slug}/").text
    with transaction():
        expo.colour = "#0b5fae"

    style = browser().get(f"/{expo.slug}/look.css?v=0b5fae")

    assert "look.css?v=own" in before
    assert style.mimetype == "text/css"
    assert "--signal: #0b5fae" in style.text
    assert "max-age=31536000" in style.headers["Cache-Control"]


def test_styles_and_scripts_travel_packed_to_whoever_can_unpack_them(app):
    plain, packed = (
        app.test_client().get("/static/css/site.css", headers={"Accept-Encoding": coding})
        for coding in ("identity", "gzip")
    )
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    tag = packed.headers["ETag"]
    again = app.test_client().get(
        "/static/css/site.css", headers={"Accept-Encoding": "gzip", "If-None-Match": tag}
    )
    assert again.status_code == 304
    assert app.test_client().get("/static/fonts/nothing.css").status_code == 404

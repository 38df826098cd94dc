"""Money, text, tokens: values that hold whatever is thrown at them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expo.core.money import Money
from expo.core.text import folded, free_slug, one_line, slug


@given(st.integers(0, 10**12), st.sampled_from([0, 600, 1200, 2500]))
def test_vat_is_between_nothing_and_the_price_and_right_to_half_a_minor_unit(minor, rate):
    vat = Money(minor, "SEK").vat_included(rate).minor

    assert 0 <= vat <= minor
    assert abs(vat * (10_000 + rate) - minor * rate) * 2 <= 10_000 + rate


def test_money_is_whole_and_of_one_currency():
    with pytest.raises(TypeError):
        Money(4.95, "SEK")
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "SEK") + Money(1, "EUR")
    assert Money(49500, "SEK").said("sv") == "495\u00a0kr"
    assert Money(1050, "EUR").said("en") == "€10.50"


@given(st.text())
def test_a_slug_stands_in_any_address(text):
    made = slug(text)

    assert made
    assert len(made) <= 60
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_slugs_do_not_collide():
    taken: set[str] = set()
    assert [free_slug("Sundet", taken) for _time in range(3)] == ["sundet", "sundet-2", "sundet-3"]


@pytest.mark.feature("F5")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [("angfarjeparken", "Ångfärjeparken"), ("MØLLER", "Møller"), ("Łódź", "lodz"), ("STRASSE", "Straße")],
)
def test_names_are_found_without_their_marks(typed, kept):
    assert folded(typed) == folded(kept)


@given(st.text())
def test_one_line_is_one_line(text):
    line = one_line(text)

    assert not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in line)
    assert one_line(line) == line

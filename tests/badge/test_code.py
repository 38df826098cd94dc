from __future__ import annotations

import base64
import string

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from expo import config
from expo.badge import code, qr
from expo.badge.refusals import BadCode
from tests.checkin.doors import statements

pytestmark = pytest.mark.feature("Q1")

RANDOM = bytes(range(8))
bodies = st.tuples(st.integers(1, code.MOST_NUMBER), st.binary(min_size=8, max_size=8))

# What a reader set to an American keyboard types on others.
KEYBOARDS = {
    "German": str.maketrans("YZyz", "ZYzy"),
    "French": str.maketrans("AQZWMaqzwm234567", "QAWZ?qawz,é\"'(-è"),
    "Swedish with shift": str.maketrans("234567", '"#¤%&/'),
    "American with shift": str.maketrans("234567", "@#$%^&"),
}


@given(body=bodies)
def test_a_code_reads_back_as_what_it_was_made_of(application: Flask, body: tuple[int, bytes]):
    with application.app_context():
        made = code.make(*body)
        assert len(made) == code.LENGTH
        assert set(made) <= set(string.ascii_uppercase + "234567")
        assert code.parse(made) == code.Reading(*body)


@given(text=st.text(max_size=200))
@example("")
@example("A" * 32)
@example("\0" * 32)
@example("é\"'(-è" * 6)
def test_no_other_text_is_a_code(application: Flask, text: str):
    with application.app_context(), pytest.raises(BadCode):
        code.parse(text)


@given(body=bodies, bit=st.integers(0, 159))
@example(
    body=(49, b"\x05\x81P\x01\xeeD\xa0\xc0"), bit=50
)  # the bit that makes a Z of a Y: read as a German slip
def test_a_code_with_one_bit_changed_is_never_another_badge(
    application: Flask, body: tuple[int, bytes], bit: int
):
    with application.app_context():
        raw = int.from_bytes(base64.b32decode(code.make(*body)), "big") ^ (1 << bit)
        try:
            read = code.parse(base64.b32encode(raw.to_bytes(20, "big")).decode())
        except BadCode:
            return
        assert read == code.Reading(*body)


@given(
    body=bodies, noise=st.lists(st.tuples(st.integers(0, 32), st.sampled_from(" -–_.\t\r\n")), max_size=20)
)
def test_spaces_hyphens_case_and_line_ends_do_not_matter(
    application: Flask, body: tuple[int, bytes], noise: list[tuple[int, str]]
):
    with application.app_context():
        typed = code.make(*body).lower()
        for at, sign in noise:
            typed = typed[:at] + sign + typed[at:]
        assert code.parse(typed + "\r\n") == code.Reading(*body)


@pytest.mark.parametrize("keyboard", KEYBOARDS)
@given(body=bodies)
def test_a_reader_on_another_keyboard_is_understood(
    application: Flask, keyboard: str, body: tuple[int, bytes]
):
    with application.app_context():
        typed = code.make(*body).translate(KEYBOARDS[keyboard])
        assert code.parse(typed) == code.Reading(*body)


@given(body=bodies)
def test_signs_that_look_alike_are_understood(application: Flask, body: tuple[int, bytes]):
    with application.app_context():
        made = code.make(*body)
        assert code.parse(made.translate(str.maketrans("OIB", "018"))) == code.Reading(*body)
        assert code.parse(made.translate(str.maketrans("OLB", "018"))) == code.Reading(*body)


def test_a_forged_code_costs_the_database_nothing(app: Flask):
    with statements() as seen:
        for forged in ("A" * 32, "not a code", code.make(7, RANDOM)[:-1] + "A"):
            with pytest.raises(BadCode):
                code.parse(forged)
        code.parse(code.make(7, RANDOM))

    assert seen == []


def settings(secret: str, *old: str) -> config.Settings:
    return config.Settings(secret_key=secret, old_secret_keys=" ".join(old))


def test_a_badge_printed_under_an_earlier_key_still_reads(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "EXPO", settings("the first key, of thirty-two signs"))
    printed = code.make(7, RANDOM)

    monkeypatch.setitem(app.config, "EXPO", settings("another", "the-first-key"))
    with pytest.raises(BadCode):
        code.parse(printed)

    monkeypatch.setitem(app.config, "EXPO", settings("first"))
    printed = code.make(7, RANDOM)
    monkeypatch.setitem(app.config, "EXPO", settings("second", "first"))
    assert code.parse(printed) == code.Reading(7, RANDOM)
    assert code.parse(code.make(7, RANDOM)) == code.Reading(7, RANDOM)


def test_the_picture_of_a_badge_is_the_same_bytes_every_time(app: Flask):
    made = code.make(7, RANDOM)
    assert qr.svg(made) == qr.svg(made)
    assert qr.png(made) == qr.png(made)
    assert len(qr.modules(made)) == 25
    assert b"<path" in qr.svg(made)
    assert qr.svg(made).count(b"<path") == 2  # white ground and the code

"""The badge code: 32 letters and digits that say nothing about the person and cannot be made up.

    4 bytes  issue number (the badge's id)
    8 bytes  random, so that the number alone opens nothing
    8 bytes  tag: the beginning of HMAC-SHA256 over version, number and random

20 bytes are exactly 32 base32 characters (A–Z, 2–7; RFC 4648), which a QR code of version 2 holds. The tag is
checked before anybody asks the database, so made-up codes cost nothing, and it is what makes tolerant reading
safe: a wrongly guessed keyboard cannot turn one badge into another, because its tag would not fit.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app
from flask_babel import gettext as _

from expo.core import tokens

from .refusals import BadCode

VERSION = b"\x01"
LENGTH = 32
RANDOM_BYTES = 8
TAG_BYTES = 8
MOST_NUMBER = 2**32 - 1
LONGEST_INPUT = 128  # characters; more than a code with a space after each letter
SPOKEN_LENGTH = 8

_SHAPE = re.compile(rf"[A-Z2-7]{{{LENGTH}}}")
_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s_.·\-\u2010-\u2015]+")

# What a reader that plays an American keyboard types on another one, and what people write for signs that
# look alike. Each is tried as a whole, and only when the plain reading has no fitting tag.
_SLIPS = tuple(
    str.maketrans(seen, meant)
    for seen, meant in (
        ("YZ", "ZY"),  # German, Czech, Hungarian
        ("AQZW?,É\"'(-È", "QAWZMM234567"),  # French; the hyphen is a 6 there, not a separator
        ('"#¤%&/', "234567"),  # Swedish with shift held
        ("@#$%^&", "234567"),  # American with shift held
        ("018", "OIB"),
        ("018", "OLB"),
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A code whose tag is ours. Whether such a badge lives, only the database knows."""

    number: int
    random: bytes


def new_random() -> bytes:
    """The random part of a new badge."""
    return secrets.token_bytes(RANDOM_BYTES)


def make(number: int, random: bytes) -> str:
    """The code of a badge: always the same for the same badge and key."""
    body = _body(number, random)
    return base64.b32encode(body + _tag(tokens.key_for("badge"), body)).decode()


def parse(text: str) -> Reading:
    """Read a code as it was scanned or typed, in any case, with spaces, hyphens and line ends.

    Raises BadCode without having asked the database.
    """
    if len(text) <= LONGEST_INPUT:
        keys = _keys()
        for candidate in _readings(text):
            raw = base64.b32decode(candidate)
            body, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
            # Every key is compared, so that the time taken does not tell which one fits.
            fits = [hmac.compare_digest(_tag(key, body), tag) for key in keys]
            if any(fits):
                return Reading(int.from_bytes(body[:4], "big"), body[4:])
    raise BadCode(_("This is not a badge of this expo. The desk can help."))


def _keys() -> tuple[bytes, ...]:
    # Derived once, not at each scan.
    settings = current_app.config["EXPO"]
    return _derived(settings.secret_key, settings.old_secret_keys)


@lru_cache(maxsize=8)
def _derived(_secret: str, _old: str) -> tuple[bytes, ...]:
    return tuple(tokens.keys_for("badge"))


def _readings(text: str) -> Iterator[str]:
    """The text in the shape of a code: as it is, without what does not matter, then as each known slip would
    have it."""
    if _SHAPE.fullmatch(text):
        yield text
    typed = _SPACE.sub("", text).upper()
    seen = {text}
    for slip in ({}, *_SLIPS):
        candidate = _SEPARATORS.sub("", typed.translate(slip))
        if candidate not in seen and _SHAPE.fullmatch(candidate):
            seen.add(candidate)
            yield candidate


def _body(number: int, random: bytes) -> bytes:
    if not 0 < number <= MOST_NUMBER or len(random) != RANDOM_BYTES:
        raise ValueError("a badge has a number of 32 bits and 8 random bytes")
    return number.to_bytes(4, "big") + random


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, VERSION + body, "sha256")[:TAG_BYTES]


def spoken(random: bytes, key: bytes | None = None) -> str:
    """The eight characters that a person says on the telephone. A key of its own makes them, so that they
    tell nothing about the code in the QR."""
    made = hmac.digest(key or tokens.key_for("badge/spoken"), VERSION + random, "sha256")
    return base64.b32encode(made[:5]).decode()


def spoken_digest(said: str, key: bytes | None = None) -> bytes:
    """What the database keeps of a spoken code. Keyed: forty bits alone could be tried out."""
    return hmac.digest(key or tokens.key_for("badge/spoken digest"), said.encode(), "sha256")


def spoken_digests(said: str) -> list[bytes]:
    """The digests that this spoken code may have been kept under, present key first."""
    typed = _SEPARATORS.sub("", said).upper().replace("0", "O").replace("8", "B")
    return [spoken_digest(typed, key) for key in tokens.keys_for("badge/spoken digest")]

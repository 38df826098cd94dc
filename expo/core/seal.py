"""Sealed values (answers, real names): AES-256-GCM (NIST SP 800-38D) with a key of this installation for nothing else.

A sealed value is bound to what it belongs to (`about`): moved to another row it opens no more. Layout: one byte of
version, 12 of nonce, then ciphertext with its tag. An earlier secret key of the installation still opens.
"""

from __future__ import annotations

import secrets

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask_babel import gettext as _

from . import tokens
from .refusals import Refusal

_PURPOSE = "sealed answers"
_VERSION = b"\x01"
_SHORTEST = 1 + 12 + 16


class Broken(Refusal):
    """The sealed bytes do not open: another installation's key, or somebody has changed them."""

    code = "seal_broken"


def close(content: bytes, *, about: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return _VERSION + nonce + AESGCM(tokens.key_for(_PURPOSE)).encrypt(nonce, content, about.encode())


def open_(sealed: bytes, *, about: str) -> bytes:
    """Raises Broken."""
    if sealed[:1] != _VERSION or len(sealed) < _SHORTEST:
        raise _broken()
    for key in tokens.keys_for(_PURPOSE):
        try:
            return AESGCM(key).decrypt(sealed[1:13], sealed[13:], about.encode())
        except InvalidTag:
            continue
    raise _broken()


def _broken() -> Broken:
    return Broken(
        _("This was sealed with a key that is no longer set here. Whoever runs the site can set it again.")
    )


def close_value(value: object, *, about: str) -> bytes:
    return close(orjson.dumps(value), about=about)


def open_value(sealed: bytes, *, about: str) -> object:
    """Raises Broken."""
    found: object = orjson.loads(open_(sealed, about=about))
    return found

"""Secrets that are given to people and devices: made, hashed, compared.

A token is 32 random bytes in URL-safe base64 (43 characters). Only its SHA-256 is kept: with 256 random
bits there is nothing to guess, so a slow password hash would protect nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from flask import current_app

# Without 0, 1, I, L, O and U: codes that are read aloud or copied from paper.
SPOKEN_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new() -> str:
    """A fresh token."""
    return secrets.token_urlsafe(32)


def derived(purpose: str, value: bytes) -> str:
    """A token that only this installation can make again, out of a value that somebody else may know."""
    return base64.urlsafe_b64encode(hmac.digest(key_for(purpose), value, "sha256")).rstrip(b"=").decode()


def derived_by_all(purpose: str, value: bytes) -> list[str]:
    """The same token by the present key, then by each earlier one."""
    return [
        base64.urlsafe_b64encode(hmac.digest(key, value, "sha256")).rstrip(b"=").decode()
        for key in keys_for(purpose)
    ]


def digest(token: str) -> bytes:
    """What the database keeps of a token: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def code(length: int = 8) -> str:
    """A short code for people, e.g. of an order. An identifier, never a secret by itself."""
    return "".join(secrets.choice(SPOKEN_ALPHABET) for _ in range(length))


def key_for(purpose: str, *, secret: str | None = None) -> bytes:
    """A 32-byte key for one purpose, derived from the installation's secret key (HKDF-like, one block).

    Two purposes never share a key, so what signs one thing cannot forge another.
    """
    secret = secret if secret is not None else current_app.config["EXPO"].secret_key
    return hmac.new(secret.encode(), f"expo/{purpose}".encode(), hashlib.sha256).digest()


def keys_for(purpose: str) -> list[bytes]:
    """The present key and the earlier ones, for reading what an earlier key signed."""
    settings = current_app.config["EXPO"]
    return [
        key_for(purpose, secret=secret) for secret in (settings.secret_key, *settings.old_secret_keys.split())
    ]

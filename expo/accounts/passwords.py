"""Passwords: argon2id at the OWASP minimum (19 MiB, 2 rounds), about 25 ms each."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Compared against when there is no such account, so that the answer takes as long as for a real one.
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, hash_or_none: str | None) -> bool:
    """Whether the password is right; takes the same time when there is nothing to compare with."""
    try:
        _hasher.verify(hash_or_none or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return hash_or_none is not None

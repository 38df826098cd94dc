"""A list of sessions inside an address: no row, no person, nothing to erase, and it works for ever.

One sign says how the rest is written: "1", then in base64url the distances between the numbers of the
occurrences, in rising order, seven bits to a byte, and two bytes that a cut or mistyped address fails. Twelve
sessions are some thirty signs, so their QR code stays coarse. The number of an occurrence tells nothing: what is
not public is passed over by whoever shows the list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator

from flask_babel import gettext as _

from expo.expos.models import Expo

from .refusals import NoSuchList

MOST = 300  # sessions in a list
VERSION = "1"
_HIGHEST = 2**31 - 1  # that a number of a row can be
_LONGEST = 2_100  # signs: as many numbers as may be, each as far from the last as can be
_CHECK = 2  # bytes


def written(expo: Expo, occurrence_ids: Collection[int]) -> str:
    """The list as a word for an address. One list has one word, whatever its order."""
    body = b"".join(_distances(occurrence_ids))
    return VERSION + base64.urlsafe_b64encode(body + _check(expo, body)).rstrip(b"=").decode()


def read(expo: Expo, word: str) -> list[int]:
    """The occurrences of the list; they may be gone or hidden meanwhile. Raises NoSuchList."""
    found = _read(expo, word)
    if not found or len(found) > MOST or found[-1] > _HIGHEST or written(expo, found) != word:
        raise NoSuchList(
            _("This address of a shared list is not whole. Copy all of it, or ask for it once more.")
        )
    return found


def _read(expo: Expo, word: str) -> list[int]:
    if not word.startswith(VERSION) or not word.isascii() or len(word) > _LONGEST:
        return []
    text = word[1:]
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return []
    body, check = whole[:-_CHECK], whole[-_CHECK:]
    return list(_numbers(body)) if check == _check(expo, body) else []


def _distances(numbers: Collection[int]) -> Iterator[bytes]:
    last = 0
    for number in sorted(set(numbers)):
        distance, last = number - last, number
        while distance > 127:
            yield bytes([distance & 127 | 128])
            distance >>= 7
        yield bytes([distance])


def _numbers(body: bytes) -> Iterator[int]:
    last = distance = shift = 0
    for byte in body:
        distance |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            last += distance
            yield last
            distance = shift = 0


def _check(expo: Expo, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK, salt=expo.id.to_bytes(8, "big")).digest()

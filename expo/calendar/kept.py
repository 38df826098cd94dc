"""Events as bytes, kept in this process: each is written once per revision, however many feeds it is in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import force_locale

from expo.core.bounded import Shelf
from expo.expos.models import Expo

from . import entries, events
from .entries import Audience
from .queries import Stamp


@dataclass(frozen=True, slots=True)
class Kept:
    """An event's bytes. `entry` is the digest of what they were made from, `stamp` when that was last looked at."""

    stamp: Stamp
    entry: bytes
    text: bytes
    digest: bytes
    zone: str | None
    changed_at: datetime


# 3,000 occurrences in two languages for both audiences take about 18 MB.
_events: Shelf[tuple[str, str, str, Audience, str], Kept] = Shelf(
    24_000_000, lambda kept: len(kept.text) + 400
)


def of(
    expo: Expo,
    wanted: Iterable[tuple[int, str]],
    *,
    audience: Audience,
    language: str,
    texts: str,
    stamp: Stamp,
    hints: Mapping[int, str] | None = None,
) -> dict[str, Kept]:
    """The events of these (occurrence id, UID), by UID; with a hint by occurrence id. `texts` is the language that was asked for, in which
    titles and abstracts stand where they are given in it; "" for the original.

    Nothing is read from the database while the stamp stands still; when it has risen, an event whose entry
    is as before keeps its bytes.
    """
    pairs, hints = list(wanted), hints or {}
    found = {uid: _events.get((uid, language, texts, audience, hints.get(id_, ""))) for id_, uid in pairs}
    stale = {
        id_: hints.get(id_, "") for id_, uid in pairs if (kept := found[uid]) is None or kept.stamp != stamp
    }
    if stale:
        with force_locale(language):
            for entry in entries.load(expo, stale, audience, texts):
                digest = hashlib.blake2b(repr(entry).encode("utf-8", "replace"), digest_size=16).digest()
                kept = found.get(entry.uid)
                if kept is not None and kept.entry == digest:
                    kept = replace(kept, stamp=stamp)
                else:
                    text = events.written(events.event(entry))
                    kept = Kept(
                        stamp,
                        digest,
                        text,
                        hashlib.blake2b(text, digest_size=16).digest(),
                        events.zone_of(entry),
                        entry.changed_at,
                    )
                _events.put((entry.uid, language, texts, audience, entry.hint), kept)
                found[entry.uid] = kept
    # A release between the two reads may have taken one away.
    return {uid: kept for uid, kept in found.items() if kept is not None}


def clear() -> None:
    """Forget all; for measurements and tests."""
    _events.clear()

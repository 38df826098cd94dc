"""Many browsers at one moment, each with a thread, a database session and a sign-in of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client


def size(full: int, short: int, seed: int = 1) -> tuple[int, int]:
    """How often a storm does it, and its seed. EXPO_STORM=full: all of it; EXPO_STORM=0.1: a tenth; EXPO_STORM=0.1:7
    a tenth from another seed, so that several runs are other tenths."""
    share, _colon, other = os.environ.get("EXPO_STORM", "").partition(":")
    if share == "full":
        return full, seed
    return (max(short, round(full * float(share))) if share else short), int(other or seed)


Go = Callable[[Client], TestResponse]


def race(app: Flask, runners: Sequence[Client], go: Go) -> Counter[int]:
    """Let all runners go at once. Returns how often each status was answered."""
    start = Barrier(len(runners))

    def run(runner: Client) -> int:
        start.wait(30)
        return go(runner).status_code

    with ThreadPoolExecutor(len(runners)) as threads:
        return Counter(threads.map(run, runners))

"""Many browsers at one moment, each with a thread, a database session and a sign-in of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client

Go = Callable[[Client], TestResponse]


def race(app: Flask, runners: Sequence[Client], go: Go) -> Counter[int]:
    """Let all runners go at once. Returns how often each status was answered."""
    start = Barrier(len(runners))

    def run(runner: Client) -> int:
        start.wait(30)
        return go(runner).status_code

    with ThreadPoolExecutor(len(runners)) as threads:
        return Counter(threads.map(run, runners))

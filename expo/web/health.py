"""For load balancers: is the process alive, and can it serve? And, for those who may look, what waits behind it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint
from flask.typing import ResponseReturnValue

from expo.core import backlog, clock, heartbeats, readiness
from expo.mail import queries as mail

from . import gates, metrics

blueprint = Blueprint("health", __name__)
gates.anybody(blueprint)

_PLAIN = {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return "ok\n", 200, _PLAIN


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when the database answers and is migrated, else 503 with the reason. What the worker does not get done
    keeps no page from being served, so it is only told, and only to whoever may read /metrics."""
    wrong = readiness.what_is_wrong()
    if wrong:
        return f"{wrong}\n", 503, _PLAIN
    told = "".join(f"{line}\n" for line in _behind()) if metrics.may_look() else ""
    return f"ready\n{told}", 200, _PLAIN


def _behind() -> Iterator[str]:
    jobs, letters, workers = backlog.counts(), mail.counts(), heartbeats.workers()
    oldest = (clock.real_now() - letters.oldest).total_seconds() if letters.oldest else 0
    yield f"letters waiting {letters.waiting}, the oldest for {max(0, oldest):.0f} s; came back {letters.failed}"
    yield f"jobs due {jobs.due}, running {jobs.running}, given up {jobs.failed}"
    yield f"workers {len(workers)}"
    for one in workers:
        if one.waits:
            yield f"worker {one.name} does no jobs: {one.waits}"

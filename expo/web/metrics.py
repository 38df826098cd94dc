"""/metrics for Prometheus: what each process counted, and what waits in the database."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from expo.core import backlog, clock, heartbeats
from expo.mail import queries as mail
from expo.webhooks import queries as webhooks

from . import gates

blueprint = Blueprint("metrics", __name__)
gates.anybody(blueprint)  # its door is a token, or this very machine


def may_look() -> bool:
    """Whoever knows EXPO_METRICS_TOKEN; without one, this machine itself, if nobody stands in between."""
    token = current_app.config["EXPO"].metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    between = any(request.headers.get(name) for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not between and request.remote_addr in ("127.0.0.1", "::1")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    if not may_look():
        abort(404)
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    waiting = CollectorRegistry()
    waiting.register(Waiting())
    body = generate_latest(registry) + generate_latest(waiting)
    return Response(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class Waiting(Collector):
    """Asked anew each time; five small queries."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        jobs, letters, deliveries = backlog.counts(), mail.counts(), webhooks.backlog()
        workers = heartbeats.workers()
        late = (clock.now() - jobs.late_since).total_seconds() if jobs.late_since else 0
        oldest = (clock.real_now() - letters.oldest).total_seconds() if letters.oldest else 0
        for name, meaning, value in (
            ("expo_jobs_due", "Jobs whose time has come.", jobs.due),
            ("expo_jobs_running", "Jobs that are being done.", jobs.running),
            ("expo_jobs_failed", "Jobs that were given up.", jobs.failed),
            ("expo_jobs_late_seconds", "For how long the latest job has been due.", max(0, late)),
            ("expo_letters_waiting", "Letters that have not left.", letters.waiting),
            ("expo_letters_failed", "Letters that came back.", letters.failed),
            ("expo_letters_oldest_seconds", "How long the oldest of them has waited.", max(0, oldest)),
            ("expo_webhooks_waiting", "Deliveries that were not taken yet.", deliveries),
            ("expo_workers", "Workers seen within a minute.", len(workers)),
            (
                "expo_workers_doubting_the_clock",
                "Of them, those that wait.",
                sum(bool(one.waits) for one in workers),
            ),
        ):
            yield GaugeMetricFamily(name, meaning, value=value)

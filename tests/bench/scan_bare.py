"""What the scan is measured against: a Flask view that inserts one row and commits, with the raw driver.

Same server, same durability, a connection per thread, JSON in and out, and nothing else.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, request

_local = threading.local()
COLUMNS = "id, gate_id, code, direction, scanned_at"


def create_app() -> Flask:
    app = Flask("bare")
    url = os.environ["BARE_DATABASE"]
    sqlite = url.startswith("sqlite:///")
    marks = "?, ?, ?, ?, ?" if sqlite else "%s, %s, %s, %s, %s"
    insert = f"INSERT INTO bare_scans ({COLUMNS}) VALUES ({marks})"

    def connection() -> Any:
        if not hasattr(_local, "connection"):
            _local.connection = _sqlite(url) if sqlite else psycopg.connect(url)
        return _local.connection

    @app.post("/api/v1/door/scans")
    def scan() -> Response:
        body = orjson.loads(request.get_data())
        database = connection()
        if sqlite:
            database.execute("BEGIN IMMEDIATE")
        database.execute(
            insert, (body["id"], body["gate"], body["code"], body["direction"], body["scanned_at"])
        )
        database.commit()
        return Response(orjson.dumps({"id": body["id"], "stored": True}), mimetype="application/json")

    return app


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=15, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection

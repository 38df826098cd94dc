from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.serving import make_server

from expo import config
from expo.app import create_app
from tests import conftest
from tests.checkin.doors import at_noon

__all__ = ["at_noon"]


@dataclass(frozen=True)
class Site:
    """The platform as a browser reaches it."""

    app: Flask
    address: str


@pytest.fixture
def site(app: Flask, database_url: str) -> Iterator[Site]:
    """The platform on a port of its own. `localhost`, because browsers give the camera to it without TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    settings = {**conftest.SETTINGS, "base_url": address}
    served = create_app(config.load({}, database_url=database_url, **settings))
    server = make_server("localhost", port, served, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Site(served, address)
    finally:
        server.shutdown()
        thread.join()

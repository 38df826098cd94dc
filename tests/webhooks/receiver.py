"""Somebody else's server, for tests: over TLS, with a certificate of its own making.

hooks.pem is for hooks.example.org, protects nothing, and was made by
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=hooks.example.org \\
        -addext subjectAltName=DNS:hooks.example.org -addext keyUsage=critical,digitalSignature,keyCertSign
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from expo.core import outgoing

NAME = "hooks.example.org"
CERTIFICATE = Path(__file__).with_name("hooks.pem")


class Receiver:
    """What came, and what to answer: a status, and headers."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], tuple[int, dict[str, str]]] = lambda: (204, {})
        self.url = ""


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """The server under a name that stands for this machine, which for once is public."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = receiver.answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    believed = ssl.create_default_context(cafile=str(CERTIFICATE))
    monkeypatch.setattr(outgoing, "context", lambda: believed)
    monkeypatch.setattr(outgoing, "resolved", lambda _host, _port: "127.0.0.1")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"https://{NAME}:{port}/hook?of=expo"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

"""A web server that is killed again and again; another takes its place at once on the same port.

    python -m tests.storms.door_server DATABASE_URL PORT NOTE [BASE_URL]

Each is a fork of this process, which has put the application together and never asked the database; its number
stands in the file NOTE.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from expo import config
from expo.app import create_app
from tests.conftest import SETTINGS


def main(database_url: str, port: int, note: Path, base_url: str = "http://localhost") -> None:
    app = create_app(config.load({}, database_url=database_url, **{**SETTINGS, "base_url": base_url}))
    listening = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        child = os.fork()
        if child == 0:
            try:
                serve(app, port, listening.fileno(), note)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"a server ended by itself: {status}")


def serve(app: Flask, port: int, socket_number: int, note: Path) -> None:
    server = make_server("127.0.0.1", port, app, threaded=True, fd=socket_number)
    note.write_text(str(os.getpid()))
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])

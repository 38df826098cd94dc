"""The demo as its users start it: a process of its own, on a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from expo import config

STARTS_WITHIN = 120  # seconds, on a machine that does other things too


@dataclass(slots=True)
class Site:
    """A running demo."""

    url: str
    database_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `expo …` on the site's database."""
        return subprocess.run(
            [sys.executable, "-m", "expo", *words],
            env=_environment(self.database_url),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def settings(self) -> config.Settings:
        return config.load({}, mode="demo", database_url=self.database_url)


def start(database_url: str, folder: Path) -> Site:
    """Start `expo demo` and wait until it answers. Raises RuntimeError with what it printed when it does not."""
    port = _free_port()
    log = folder / "demo.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "expo", "demo", "--port", str(port)],
        env=_environment(database_url),
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    site = Site(f"http://localhost:{port}", database_url, process, log)
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{site.url}/readyz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return site
    process.kill()
    raise RuntimeError(log.read_text())


def _environment(database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPO_")}
    return {**kept, "EXPO_MODE": "demo", "EXPO_DATABASE_URL": database_url}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A demo in processes of its own, as somebody at a terminal has it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.error import URLError

PATIENCE = 300  # seconds; a busy machine is no fault


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(**more: str) -> dict[str, str]:
    """The environment without any setting of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPO_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


class Demo:
    """`expo demo` in a folder, on a port."""

    def __init__(self, folder: Path, database_url: str, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = surroundings(DATABASE_URL=database_url)
        self.paper = folder / "output.txt"
        with self.paper.open("wb") as lines:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "expo", "demo", "--port", str(self.port)],
                cwd=folder,
                env=self.environment,
                stdout=lines,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        return self.paper.read_text(encoding="utf-8", errors="replace")

    def wait_until_it_serves(self) -> float:
        """Returns after how many seconds it answered."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            assert self.process.poll() is None, f"ended with {self.process.poll()}: {self.output()}"
            try:
                if self.get("/healthz")[0] == 200:
                    return time.monotonic() - began
            except (URLError, ConnectionError):
                pass
            time.sleep(0.1)
        raise AssertionError(self.output())

    def get(self, path: str) -> tuple[int, str]:
        request = urllib.request.Request(self.base + path, headers={"Accept-Language": "en"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as no:
            return no.code, no.read().decode()

    def post(self, path: str, body: str) -> int:
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(self.base + path, body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as no:
            return no.code

    def expo(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same folder, by somebody who has set nothing."""
        return subprocess.run(
            [sys.executable, "-m", "expo", *words],
            cwd=self.folder,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def child(self, word: str) -> int | None:
        """The process of `expo web` or `expo worker` under this demo."""
        for pid in children(self.process.pid):
            if command(pid)[-1:] == [word]:
                return pid
        return None

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Returns the exit code and how long stopping took."""
        began = time.monotonic()
        self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        finally:
            self.process.kill()
        return code, time.monotonic() - began


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == pid:
            found.append(int(folder.name))
    return found


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

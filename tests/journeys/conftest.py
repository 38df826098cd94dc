from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Kind, fresh_database
from tests.journeys.site import Site, start


@pytest.fixture(scope="module")
def site(database_kind: Kind, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running demo for the journeys of a module."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with fresh_database(database_kind, f"{worker_id}j", folder) as url:
        running = start(url, folder)
        yield running
        running.stop()


@pytest.fixture(autouse=True)
def nothing_is_broken(site: Site) -> Iterator[None]:
    """After each journey every rule holds."""
    yield
    verified = site.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr

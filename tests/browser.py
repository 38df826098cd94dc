"""A real Chromium for tests. A pytest plugin, named in pyproject.toml.

Playwright drives the system's browser, so nothing is downloaded. A missing browser fails the test and says
what to install: a suite that skips what it cannot see would be green for the wrong reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No calls home: tests must not depend on a network, nor wait for one that is closed.
ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Containers have a small /dev/shm, and pages crash when it is full.
    "--disable-dev-shm-usage",
)


class NoBrowser(Exception):
    """There is no Chromium to test with."""


def find_chromium() -> str:
    """The path of the browser: CHROMIUM if set, else the system's."""
    asked = os.environ.get("CHROMIUM")
    for name in (asked,) if asked else NAMES:
        found = shutil.which(name)
        if found:
            return found
    if asked:
        raise NoBrowser(f"CHROMIUM is {asked!r}, but there is no such program.")
    raise NoBrowser("No Chromium was found. Install it:  sudo apt-get install chromium  (or set CHROMIUM)")


def launch_arguments() -> list[str]:
    """What Chromium is started with. Its sandbox cannot be set up by root, as in most containers."""
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a worker. Ask it for a new context per person: contexts share nothing."""
    # Here and not above: most runs need no browser and should start at once.
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        yield browser
        browser.close()
